"""Torrent files for tests, right ones and wrong ones."""

from __future__ import annotations

import hashlib
from typing import Any

from seen.core.bencode import encode

PIECE = 16 * 1024


def pieces_of(data: bytes, length: int = PIECE) -> bytes:
    return b"".join(
        hashlib.sha1(data[at : at + length], usedforsecurity=False).digest()
        for at in range(0, len(data), length)
    )


def info_of(
    name: bytes = b"film.mkv", data: bytes = b"x" * 50_000, **more: Any
) -> dict[bytes, Any]:
    """The part that names the content, for one file."""
    facts = {b"name": name, b"length": len(data), b"piece length": PIECE,
             b"pieces": pieces_of(data)}  # fmt: skip
    return facts | {key.replace("_", " ").encode(): value for key, value in more.items()}


def folder_info(*files: tuple[list[bytes], int], name: bytes = b"film", **more: Any) -> Any:
    """The part that names the content, for some files of a folder."""
    total = sum(size for _, size in files)
    listed = [{b"path": path, b"length": size} for path, size in files]
    facts = {b"name": name, b"files": listed, b"piece length": PIECE,
             b"pieces": b"d" * 20 * -(-total // PIECE)}  # fmt: skip
    return facts | {key.replace("_", " ").encode(): value for key, value in more.items()}


def torrent(info: Any = None, **more: Any) -> bytes:
    """A torrent file; what ``more`` names stands beside the content."""
    facts = {b"info": info if info is not None else info_of()}
    return encode(facts | {key.replace("_", "-").encode(): value for key, value in more.items()})
