"""Names of files that strangers chose: which of them stay inside their folder. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

_LONGEST_PART = 255
_LONGEST_PATH = 2000
_DEEPEST = 40


class UnsafePath(ValueError):
    """A name would lead somewhere else, or cannot be a name. The message says what is wrong."""


def checked_path(parts: Sequence[bytes]) -> str:
    """A relative path from its parts, which may be in any encoding. Raises UnsafePath."""
    if not parts or len(parts) > _DEEPEST:
        raise UnsafePath("a file in it has no name, or lies too deep")
    texts = [_checked_part(each) for each in parts]
    path = "/".join(texts)
    if len(path.encode("utf-8", "replace")) > _LONGEST_PATH:
        raise UnsafePath("a name in it is too long")
    return path


def _checked_part(part: bytes) -> str:
    text = part.decode("utf-8", "replace")
    shown = text[:60]
    if part in (b"", b".", b".."):
        raise UnsafePath(f"a file in it is called {shown!r}")
    if b"/" in part or b"\\" in part or b"\x00" in part:
        raise UnsafePath(f"a name in it would lead to another folder: {shown!r}")
    if any(unicodedata.category(each) == "Cc" for each in text):
        raise UnsafePath(f"a name in it holds control characters: {shown!r}")
    if len(part) > _LONGEST_PART:
        raise UnsafePath("a name in it is too long")
    return text


def check_paths(paths: Iterable[str]) -> None:
    """Raise UnsafePath where two files would be one on some file system, or one is a folder of
    another."""
    seen: set[str] = set()
    folders: set[str] = set()
    for path in paths:
        folded = _folded(path)
        if folded in seen:
            raise UnsafePath(f"two files in it have the same name: {path[:60]!r}")
        seen.add(folded)
        folders.update(str(each) for each in PurePosixPath(folded).parents if str(each) != ".")
    if clash := seen & folders:
        raise UnsafePath(f"a file in it is a folder as well: {sorted(clash)[0][:60]!r}")


def check_relative(path: str) -> None:
    """Raise UnsafePath for what an engine calls a file below its folder and is not."""
    if path.startswith("/") or "\\" in path:
        raise UnsafePath(f"a name in it would lead to another folder: {path[:60]!r}")
    checked_path([each.encode("utf-8", "surrogateescape") for each in path.split("/")])


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
