"""Text from outside, made safe to store."""

from __future__ import annotations

import re
import unicodedata

# PostgreSQL refuses NUL, UTF-8 refuses lone surrogates, and bidirectional overrides can make one
# name look like another.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def clean(text: str, limit: int = 100_000) -> str:
    """The text without control characters, lone surrogates and bidi overrides, cut at ``limit``."""
    return _UNSAFE.sub("", text[:limit]).strip()


def fold(text: str) -> str:
    """Lower case without accents, for comparing what people type with what titles say."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def is_id(text: str) -> bool:
    """Whether a text can name something at a service: printable, without spaces, not too long."""
    return 0 < len(text) <= 200 and text.isprintable() and " " not in text
