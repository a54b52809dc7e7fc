"""Ids of outside services that people write into names."""

from __future__ import annotations

import re

_TAG = re.compile(
    r"[\[({]\s*(?P<source>tmdb|tvdb|imdb|anidb|tvmaze)(?:[ _-]?id)?\s*[-=: ]\s*"
    r"(?P<id>tt\d{5,10}|\d{1,10})\s*[\])}]",
    re.IGNORECASE,
)
_BARE_IMDB = re.compile(r"(?<![A-Za-z0-9])(tt\d{7,9})(?![A-Za-z0-9])", re.IGNORECASE)
_EMPTY = re.compile(r"[\[({]\s*[\])}]")


def take_ids(name: str) -> tuple[dict[str, str], str]:
    """The ids in a name by service, and the name without them."""
    found: dict[str, str] = {}
    if "{" in name or "[" in name or "(" in name:
        for match in _TAG.finditer(name):
            found.setdefault(match["source"].lower(), match["id"].lower())
        if found:
            name = _TAG.sub("", name)
    bare = _BARE_IMDB.search(name)
    if bare:
        found.setdefault("imdb", bare[1].lower())
        name = _EMPTY.sub("", name[: bare.start()] + name[bare.end() :])
    return found, name
