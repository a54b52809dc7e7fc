"""Finds pictures beside media. Every answer is an absolute path of an existing file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_POSTERS = ("poster", "folder", "cover", "movie", "show")
_BACKDROPS = ("fanart", "backdrop", "background", "landscape")
_SEASON = re.compile(r"season[ -]?(\d{1,4}|specials|all)(?:-poster)?$", re.IGNORECASE)
LARGEST = 40 * 1024 * 1024


def listing(folder: Path, most: int = 5000) -> dict[str, Path]:
    """The files of a folder by lower-case name; empty for one that cannot be read."""
    found: dict[str, Path] = {}
    try:
        for each in folder.iterdir():
            found[each.name.lower()] = each
            if len(found) >= most:
                break
    except OSError:
        return {}
    return found


def _first(names: Iterable[str], files: Mapping[str, Path]) -> str:
    for name in names:
        for suffix in SUFFIXES:
            path = files.get(f"{name}{suffix}")
            if path is not None and _usable(path):
                return str(path)
    return ""


def _usable(path: Path) -> bool:
    """Whether it is a real file of this folder: a link may lead anywhere, and is left alone."""
    try:
        return not path.is_symlink() and path.is_file() and 0 < path.stat().st_size <= LARGEST
    except OSError:
        return False


def poster(files: Mapping[str, Path], stem: str, shared: bool) -> str:
    """The poster of a title in a folder; ``stem`` is its file's name without suffix, or "".

    In a folder that several titles share only pictures with the file's own name count.
    """
    own = (f"{stem}-poster", stem) if stem else ()
    return _first(own if shared else (*own, *_POSTERS), files)


def backdrop(files: Mapping[str, Path], stem: str, shared: bool) -> str:
    """The wide picture behind a title."""
    own = (f"{stem}-fanart", f"{stem}-backdrop") if stem else ()
    return _first(own if shared else (*own, *_BACKDROPS), files)


def still(files: Mapping[str, Path], stem: str) -> str:
    """The picture of an episode."""
    return _first((f"{stem}-thumb", stem), files)


def season_posters(files: Mapping[str, Path]) -> dict[int, str]:
    """The posters of seasons in a show's folder; specials are season 0."""
    found: dict[int, str] = {}
    for name, path in files.items():
        stem, dot, suffix = name.rpartition(".")
        match = _SEASON.fullmatch(stem)
        if match and dot + suffix in SUFFIXES and match[1] != "all" and _usable(path):
            number = 0 if match[1] == "specials" else int(match[1])
            if number not in found or stem.endswith("-poster"):
                found[number] = str(path)
    return found
