"""Turns the bytes of a path into text that patterns can read."""

from __future__ import annotations

import os
import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_BRACKETS = str.maketrans("【】［］（）「」『』《》｛｝", "[][]()[][][]{}")
_SPACES = re.compile(r"[\s_\u3000]+")
_ACRONYM = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]\.){2,}[A-Za-z0-9]?(?![A-Za-z0-9])")
LONGEST_NAME = 400
"""Characters of a name that are read: file systems stop at 255 bytes, people's lists do not."""


def readable(name: str) -> str:
    """The name as clean text: undecodable bytes read as Windows-1252, no control characters.

    Full-width brackets and digits become plain ones, so that one set of patterns reads them all.
    """
    if not name.isascii():
        try:
            raw = os.fsencode(name)
        except UnicodeEncodeError:
            raw = name.encode("utf-8", "replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp1252", "replace")
        name = name.translate(_BRACKETS)
        name = "".join(_plain_digit(each) for each in unicodedata.normalize("NFC", name))
    return _CONTROL.sub("", name)[:LONGEST_NAME]


def _plain_digit(each: str) -> str:
    return chr(ord(each) - 0xFEE0) if "０" <= each <= "９" else each


def spaced(raw: str) -> str:
    """Dots and underscores that stand for spaces become spaces; acronyms keep their dots."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found.group(0))
        return f"\x01{len(kept) - 1}\x02 "

    text = raw.replace("_", " ")
    if " " not in text.strip() or text.count(".") > text.count(" "):
        text = _ACRONYM.sub(keep, text)
        text = text.replace(".", " ")
        text = re.sub(r"\x01(\d+)\x02", lambda found: kept[int(found.group(1))], text)
    return _SPACES.sub(" ", text).strip()


def as_title(raw: str) -> str:
    """A title as people write it: spaced, without the separators around it."""
    text = spaced(raw).strip(" -–—~,;+/|★·")
    text = re.sub(r"\(\s*\)|\[\s*\]", "", text).strip(" -–—,")
    if text.endswith(".") and not _ACRONYM.search(text) and not text.endswith("..."):
        text = text.rstrip(".")
    for opening, closing in ("[]", "()", "{}"):
        if text.count(opening) != text.count(closing):
            text = text.strip(opening + closing + " -")
    return text.strip()
