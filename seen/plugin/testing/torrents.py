"""Makes torrents for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

PIECE = 16 * 1024


@dataclass(frozen=True, slots=True)
class TestTorrent:
    """A torrent with its content. ``info`` is the encoded info dictionary."""

    __test__ = False  # not a test case, whatever its name says

    files: Mapping[str, bytes]
    info: bytes
    encoded: bytes
    trackers: tuple[str, ...]
    piece_length: int

    @property
    def info_hash(self) -> bytes:
        return hashlib.sha1(self.info).digest()

    @property
    def content(self) -> bytes:
        """All files, one after the other."""
        return b"".join(self.files.values())

    @property
    def magnet(self) -> str:
        """A link that names the torrent and its trackers."""
        trackers = "".join(f"&tr={quote(each, safe='')}" for each in self.trackers)
        return f"magnet:?xt=urn:btih:{self.info_hash.hex()}{trackers}"


def make_torrent(
    files: Mapping[str, bytes], trackers: Sequence[str] = (), *, name: str = "",
    web_seeds: Sequence[str] = (), piece_length: int = PIECE,
    beside: Mapping[str, Any] | None = None, **more: Any,
) -> TestTorrent:  # fmt: skip
    """A torrent of one file, or of several in a folder called ``name``; paths have slashes.
    ``more`` goes into the info dictionary, ``beside`` next to it."""
    content = b"".join(files.values())
    pieces = (content[at : at + piece_length] for at in range(0, len(content), piece_length))
    info: dict[str, Any] = {
        "name": name or next(iter(files)),
        "piece length": piece_length,
        "pieces": b"".join(hashlib.sha1(each).digest() for each in pieces),
        **more,
    }
    if name:
        info["files"] = [
            {"length": len(data), "path": path.split("/")} for path, data in files.items()
        ]
    else:
        info["length"] = len(content)
    outer: dict[str, Any] = {"info": info, **(beside or {})}
    if trackers:
        outer |= {"announce": trackers[0], "announce-list": [[each] for each in trackers]}
    if web_seeds:
        outer["url-list"] = list(web_seeds)
    return TestTorrent(files, bencode(info), bencode(outer), tuple(trackers), piece_length)


def bencode(value: Any) -> bytes:
    """Numbers, texts, bytes, lists and dictionaries in the encoding of BitTorrent."""
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, Mapping):
        keyed = sorted((str(key).encode(), each) for key, each in value.items())
        return b"d" + b"".join(bencode(key) + bencode(each) for key, each in keyed) + b"e"
    return b"l" + b"".join(map(bencode, value)) + b"e"
