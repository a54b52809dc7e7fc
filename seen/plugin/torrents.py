"""Reads and writes torrents and magnet links, for engines whose programs believe whatever they are
given. The server has checked a job's torrent already; what other peers send for a magnet link
nobody has."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from seen.core.bencode import BencodeError, Raw, Value, Writable, encode, read_document
from seen.plugin.errors import PluginError

_PIECES = range(1024, 256 * 1024 * 1024 + 1)
_MOST_FILES = 100_000
_MOST_BYTES = 2**50
_FORBIDDEN = re.compile(rb"[/\\\0]")


@dataclass(frozen=True, slots=True)
class Torrent:
    """A torrent that is safe to hand on. ``files`` are paths with slashes and sizes in bytes, the
    content's own folder included; ``info_hash`` is hexadecimal."""

    name: str
    info_hash: str
    files: tuple[tuple[str, int], ...]
    trackers: tuple[str, ...]
    web_seeds: tuple[str, ...]
    info: bytes

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size in self.files)

    def encoded(self, trackers: Sequence[str], web_seeds: Sequence[str] = ()) -> bytes:
        """The torrent file of the same content with these trackers and web seeds and nothing
        else."""
        outer: dict[bytes, Writable] = {b"info": Raw(self.info)}
        if trackers:
            outer[b"announce"] = trackers[0].encode()
            outer[b"announce-list"] = [[each.encode()] for each in trackers]
        if web_seeds:
            outer[b"url-list"] = [each.encode() for each in web_seeds]
        return encode(outer)


@dataclass(frozen=True, slots=True)
class Magnet:
    """What of a magnet link an engine needs. ``info_hash`` is hexadecimal."""

    info_hash: str
    name: str
    trackers: tuple[str, ...]

    def link(self, trackers: Sequence[str]) -> str:
        """The link to the same content with these trackers and nothing else."""
        named = f"&dn={quote(self.name, safe='')}" if self.name else ""
        asked = "".join(f"&tr={quote(each, safe='')}" for each in trackers)
        return f"magnet:?xt=urn:btih:{self.info_hash}{named}{asked}"


def read_torrent(data: bytes) -> Torrent:
    """Check a torrent file. Raises PluginError with a sentence."""
    try:
        document = read_document(data)
        info = document.values.get(b"info")
        if not isinstance(info, dict):
            raise PluginError("The torrent does not describe any content")
        raw = document.raw(b"info")
    except BencodeError as error:
        raise PluginError(f"The torrent cannot be read: {error}") from error
    files = _files(info)
    _check_pieces(info, sum(each.size for each in files))
    real = tuple((each.path, each.size) for each in files if not each.padding)
    return Torrent(
        name=real[0][0].partition("/")[0] if real else "",
        info_hash=hashlib.sha1(raw, usedforsecurity=False).hexdigest(),
        files=real, trackers=tuple(_trackers(document.values)),
        web_seeds=tuple(_web_links(document.values.get(b"url-list"))), info=raw,
    )  # fmt: skip


def read_magnet(link: str) -> Magnet:
    """Read a magnet link. Raises PluginError with a sentence."""
    scheme, _, query = link.partition(":?")
    found = parse_qsl(query) if scheme.lower() == "magnet" else []
    hashes = [_digest(value) for name, value in found if name.split(".")[0] == "xt"]
    wanted = next(filter(None, hashes), "")
    if not wanted:
        raise PluginError("The magnet link names no content that this engine knows to find")
    names = [value for name, value in found if name == "dn"]
    trackers = [value for name, value in found if name.split(".")[0] == "tr"]
    return Magnet(wanted, names[0] if names else "", tuple(dict.fromkeys(trackers)))


def _digest(topic: str) -> str:
    kind, _, digest = topic.rpartition(":")
    if kind.lower() != "urn:btih":
        return ""
    if re.fullmatch(r"[0-9a-fA-F]{40}", digest):
        return digest.lower()
    try:
        return base64.b32decode(digest.upper()).hex() if len(digest) == 32 else ""
    except binascii.Error:
        return ""


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    size: int
    padding: bool = False


def _files(info: dict[bytes, Value]) -> list[_File]:
    name = _part(info.get(b"name"))
    listed = info.get(b"files")
    if listed is None:
        return [_File(name, _size(info.get(b"length")))]
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST_FILES:
        raise PluginError("The torrent does not say which files are in it")
    return [_file(name, each) for each in listed]


def _file(folder: str, facts: Value) -> _File:
    parts = facts.get(b"path") if isinstance(facts, dict) else None
    if not isinstance(facts, dict) or not isinstance(parts, list) or not parts:
        raise PluginError("A file of the torrent has no name")
    marks = facts.get(b"attr", b"")
    if b"symlink path" in facts or not isinstance(marks, bytes) or b"l" in marks:
        raise PluginError("The torrent holds links to other files, which is not safe")
    path = "/".join([folder, *map(_part, parts)])
    return _File(path, _size(facts.get(b"length")), b"p" in marks)


def _part(value: Value | None) -> str:
    """One name of a path."""
    if not isinstance(value, bytes) or not value or len(value) > 255:
        raise PluginError("A file of the torrent has no name that can be used")
    if value in (b".", b"..") or _FORBIDDEN.search(value):
        raise PluginError("The torrent names files outside of its folder")
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise PluginError("A file of the torrent has no name that can be used") from error


def _size(value: Value | None) -> int:
    if not isinstance(value, int) or not 0 <= value <= _MOST_BYTES:
        raise PluginError("The size of a file of the torrent cannot be right")
    return value


def _check_pieces(info: dict[bytes, Value], total: int) -> None:
    length, pieces = info.get(b"piece length"), info.get(b"pieces")
    if not isinstance(length, int) or length not in _PIECES:
        raise PluginError("The length of the torrent's pieces cannot be right")
    if not isinstance(pieces, bytes) or len(pieces) != 20 * -(-total // length) or not total:
        raise PluginError("The torrent's pieces do not fit its size")


def _trackers(values: object) -> list[str]:
    assert isinstance(values, dict)
    listed = values.get(b"announce-list")
    tiers = [each for each in listed if isinstance(each, list)] if isinstance(listed, list) else []
    found = [url for tier in tiers for url in tier] or [values.get(b"announce")]
    texts = (each.decode("utf-8", "replace") for each in found if isinstance(each, bytes))
    return list(dict.fromkeys(each for each in texts if each))


def _web_links(value: Value | None) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    texts = (each.decode("utf-8", "replace") for each in listed if isinstance(each, bytes))
    return [each for each in texts if each.lower().startswith(("http://", "https://"))]
