"""Bonus material: what a name or its folder says about it."""

from __future__ import annotations

import re

_FOLDERS = {
    "trailers": "trailer", "trailer": "trailer", "samples": "sample", "sample": "sample",
    "extras": "extra", "extra": "extra", "featurettes": "featurette", "featurette": "featurette",
    "behind the scenes": "behindthescenes", "deleted scenes": "deletedscene",
    "interviews": "interview", "interview": "interview", "scenes": "scene", "shorts": "short",
    "bonus": "extra", "clips": "clip", "theme-music": "theme", "backdrops": "theme",
    "proof": "sample",
}  # fmt: skip
_SUFFIX = re.compile(
    r"(?:[-.](trailer|sample|proof|featurette|behindthescenes|deleted|deletedscene|interview|"
    r"scene|short|clip|extra|other)\d?"
    r"|[ _](trailer|sample))(?:[.-](?:bluray[.-]disc|remux))?\s*$",
    re.IGNORECASE,
)
# Words that are also names of release groups, which stand behind such marks.
_ALSO_GROUPS = frozenset({"scene", "short", "clip", "extra", "other", "deleted"})
_RELEASE = re.compile(
    r"[. _-](?:480|576|720|1080|2160)[pi]\b|[xh][. ]?26[45]|xvid|divx", re.IGNORECASE
)
_NUMBERED = re.compile(r"-x\d{2}(?:-|$)")
_WHOLE = re.compile(r"^(trailer|sample|proof)(?![^\W_])", re.IGNORECASE)
_SAMPLE_FIRST = re.compile(r"^(?:sample)[-._ ]", re.IGNORECASE)
_SAME = {"proof": "sample", "deleted": "deletedscene", "other": "extra"}


def extra_in(name: str) -> str:
    """What bonus the name (without suffix) announces: "trailer", "sample", ..., or ""."""
    found = _SUFFIX.search(name)
    if found:
        word = (found[1] or found[2]).lower()
        if word in _ALSO_GROUPS and _RELEASE.search(name):
            return ""
        return _SAME.get(word, word)
    if _NUMBERED.search(name):
        return "extra"
    return "sample" if _SAMPLE_FIRST.match(name) else ""


def extra_folder(name: str) -> str:
    """The same for a folder's name."""
    return _FOLDERS.get(name.strip().lower(), "")
