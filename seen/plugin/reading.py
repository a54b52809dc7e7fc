"""Lenient readers of a service's answers: every key may be missing, null or of a wrong type.

A reader gives the value where it is what it should be, and an empty one where it is not.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

_MARKUP = re.compile(r"<[A-Za-z/!][^>]{0,2000}>")
_BREAK = re.compile(
    r"(?:\s*(?:<br\s*/?>|</?(?:p|div|li|ul|ol|h\d)\b[^>]{0,200}>))+\s*", re.IGNORECASE
)
_CONTROL = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"[ \t\u00a0]+")

Json = Mapping[str, Any]


def plain(value: object, longest: int = 300) -> str:
    """Text without markup, control and direction-changing characters, at most ``longest`` long.

    Where a paragraph ended, a new line begins.
    """
    if not isinstance(value, str) or not value:
        return ""
    text = value[: longest * 4]
    if "<" in text or "&" in text:
        text = _MARKUP.sub("", html.unescape(_MARKUP.sub("", _BREAK.sub("\n", text))))
    text = _SPACES.sub(" ", _CONTROL.sub("", text)).strip()
    return text[:longest].rstrip()


def text(source: Json, *keys: str, longest: int = 300) -> str:
    """The first of the keys that holds text."""
    for key in keys:
        found = plain(source.get(key), longest)
        if found:
            return found
    return ""


def integer(source: Json, key: str) -> int | None:
    """A whole number that is not negative and of a sane size; numbers written as text count."""
    value = source.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        value = int(value)
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        value = int(value)
    return value if isinstance(value, int) and 0 <= value < 2**53 else None


def number(source: Json, key: str) -> float:
    """A finite number that is not negative, or 0."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if math.isfinite(value) and value >= 0 else 0.0


def identifier(source: Json, key: str = "id") -> str:
    """An id as text, or ""."""
    value = integer(source, key)
    return str(value) if value else ""


def day(source: Json, key: str) -> date | None:
    """A day written as 2013-06-12, or None for anything else."""
    value = source.get(key)
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value[:10], re.ASCII):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def part(source: Json, key: str) -> Json:
    """An object inside the answer, or an empty one."""
    value = source.get(key)
    return value if isinstance(value, dict) else {}


def rows(source: Json, *keys: str) -> Iterator[Json]:
    """The objects of the list under the first of the keys that holds one."""
    for key in keys:
        value = source.get(key)
        if isinstance(value, list):
            yield from (each for each in value if isinstance(each, dict))
            return


def address(value: object) -> str:
    """An http(s) address, or ""."""
    found = value.strip() if isinstance(value, str) else ""
    usable = re.fullmatch(r"https?://[^\s<>\"/]+(?:/[^\s<>\"]*)?", found)
    return found if usable and plain(found, 1000) == found else ""
