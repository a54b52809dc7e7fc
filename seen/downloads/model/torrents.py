"""Torrent files: what must hold before an engine sees one, and what is taken out of it.

An engine gets the part that names the content byte for byte, so that its digest stays what it is,
and of the rest only what is known to be harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote

from seen.core.bencode import (
    BencodeError,
    Document,
    Raw,
    Value,
    Writable,
    encode,
    read_document,
)
from seen.core.egress import Allowlist
from seen.core.errors import Invalid
from seen.core.text import clean
from seen.downloads.model.paths import UnsafePath, check_paths, checked_path
from seen.downloads.model.sources import LONGEST_TITLE, peer_refusal, url_refusal

_PIECE = range(16 * 1024, 256 * 1024 * 1024 + 1)
_MOST_FILES = 50_000
_MOST_BYTES = 2**50
_MOST_ADDRESSES = 200
_SHA1 = 20


@dataclass(frozen=True, slots=True)
class Torrent:
    """A torrent that may be given to an engine. ``metainfo`` is its cleaned file, ``magnet`` a link
    to the same content; ``left_out`` names what was taken out."""

    name: str
    content_key: str
    total: int
    files: tuple[tuple[str, int], ...]
    metainfo: bytes
    magnet: str
    left_out: tuple[str, ...] = ()


def read_torrent(data: bytes, allow: Allowlist) -> Torrent:
    """Check a torrent file and clean it. Raises Invalid with the reason."""
    try:
        document = read_document(data)
        return _read(document, allow)
    except BencodeError as error:
        raise _invalid(f"This is not a torrent file: {error}") from error
    except UnsafePath as error:
        raise _invalid(f"The torrent is not safe: {error}") from error
    except _Wrong as error:
        raise _invalid(f"The torrent is not right: {error}") from error


class _Wrong(Exception):
    """Something in the torrent breaks a rule."""


def _read(document: Document, allow: Allowlist) -> Torrent:
    info = document.values.get(b"info")
    if not isinstance(info, dict):
        raise _Wrong("it does not describe any content")
    name = _name(info)
    version = info.get(b"meta version", 1)
    if version not in (1, 2):
        raise _Wrong("it is of a kind that is not known here")
    piece_length = info.get(b"piece length")
    if not isinstance(piece_length, int) or piece_length not in _PIECE:
        raise _Wrong("the length of its pieces cannot be right")
    files: list[tuple[str, int]] = []
    if b"pieces" in info or version == 1:
        files = _files(info, name)
        _check_pieces(info, piece_length, sum(size for _, size in files))
    if version == 2:
        tree = _tree_files(info, name)
        _check_layers(document)
        files = files or tree
    total = sum(size for _, size in files)
    raw = document.raw(b"info")
    if b"pieces" in info:
        topic = f"urn:btih:{hashlib.sha1(raw, usedforsecurity=False).hexdigest()}"
    else:
        topic = f"urn:btmh:1220{hashlib.sha256(raw).hexdigest()}"
    kept, left_out = _cleaned(document, allow)
    magnet = f"magnet:?xt={topic}&dn={quote(name)}"
    return Torrent(name, topic, total, tuple(files), encode(kept), magnet, tuple(left_out))


# --- names and sizes -----------------------------------------------------------------------------


def _name(info: Mapping[bytes, Value]) -> str:
    """The content's name; both spellings of it must be safe, since engines differ in which they
    take."""
    found = info.get(b"name")
    if not isinstance(found, bytes):
        raise _Wrong("it has no name")
    name = checked_path([found])
    other = info.get(b"name.utf-8")
    if other is not None:
        if not isinstance(other, bytes):
            raise _Wrong("its name cannot be read")
        checked_path([other])
    return clean(name, LONGEST_TITLE) or "Untitled"


def _files(info: Mapping[bytes, Value], name: str) -> list[tuple[str, int]]:
    listed, length = info.get(b"files"), info.get(b"length")
    if (listed is None) == (length is None):
        raise _Wrong("it does not say which files are in it")
    if length is not None:
        return _checked([_file(info, [name.encode()], length)])
    if not isinstance(listed, list) or not listed:
        raise _Wrong("it does not say which files are in it")
    if len(listed) > _MOST_FILES:
        raise _Wrong(f"it holds more than {_MOST_FILES} files")
    found = []
    for each in listed:
        if not isinstance(each, dict):
            raise _Wrong("a file in it cannot be read")
        for spelling in (b"path", b"path.utf-8"):
            if spelling == b"path" or spelling in each:
                parts = _parts(each.get(spelling))
                checked_path(parts)
        found.append(_file(each, _parts(each.get(b"path")), each.get(b"length")))
    return _checked(found)


def _parts(value: Value | None) -> list[bytes]:
    if not isinstance(value, list) or not all(isinstance(each, bytes) for each in value):
        raise _Wrong("a file in it has no name")
    return cast("list[bytes]", value)


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    size: int
    padding: bool


def _file(facts: Mapping[bytes, Value], parts: Sequence[bytes], length: Value | None) -> _File:
    if not isinstance(length, int) or not 0 <= length <= _MOST_BYTES:
        raise _Wrong("the size of a file in it cannot be right")
    marks = facts.get(b"attr", b"")
    if not isinstance(marks, bytes):
        raise _Wrong("a file in it cannot be read")
    if b"l" in marks or b"symlink path" in facts:
        raise UnsafePath("it holds a link to another file")
    return _File(checked_path(parts), length, b"p" in marks)


def _checked(files: Sequence[_File]) -> list[tuple[str, int]]:
    """All files together; what only fills up pieces is no file."""
    real = [each for each in files if not each.padding]
    check_paths(each.path for each in real)
    total = sum(each.size for each in files)
    if not 0 < total <= _MOST_BYTES:
        raise _Wrong("its size cannot be right")
    return [(each.path, each.size) for each in files]


def _check_pieces(info: Mapping[bytes, Value], piece_length: int, total: int) -> None:
    pieces = info.get(b"pieces")
    if not isinstance(pieces, bytes) or len(pieces) % _SHA1:
        raise _Wrong("the digests of its pieces are missing")
    if len(pieces) // _SHA1 != -(-total // piece_length):
        raise _Wrong("it has another number of pieces than its size needs")


def _tree_files(info: Mapping[bytes, Value], name: str) -> list[tuple[str, int]]:
    tree = info.get(b"file tree")
    if not isinstance(tree, dict) or not tree:
        raise _Wrong("it does not say which files are in it")
    found = list(_leaves(tree, []))
    if len(found) > _MOST_FILES:
        raise _Wrong(f"it holds more than {_MOST_FILES} files")
    return _checked(found)


def _leaves(tree: Mapping[bytes, Value], above: list[bytes]) -> Iterator[_File]:
    for name, below in tree.items():
        if not isinstance(below, dict):
            raise _Wrong("a file in it cannot be read")
        if name == b"":
            yield _file(below, above, below.get(b"length"))
        else:
            checked_path([*above, name])
            yield from _leaves(below, [*above, name])


def _check_layers(document: Document) -> None:
    layers = document.values.get(b"piece layers", {})
    if not isinstance(layers, dict) or not all(
        len(key) == 32 and isinstance(value, bytes) for key, value in layers.items()
    ):
        raise _Wrong("the digests of its pieces are missing")


# --- whom it would call --------------------------------------------------------------------------


def _cleaned(document: Document, allow: Allowlist) -> tuple[dict[bytes, Writable], list[str]]:
    """The parts that an engine may have, and the addresses that were left out."""
    values = document.values
    kept: dict[bytes, Writable] = {b"info": Raw(document.raw(b"info"))}
    if b"piece layers" in values:
        kept[b"piece layers"] = Raw(document.raw(b"piece layers"))
    left_out: list[str] = []
    tiers = [
        [each for each in tier if _may_be_asked(each, allow, left_out)] for tier in _tiers(values)
    ]
    tiers = [tier for tier in tiers if tier]
    if tiers:
        kept[b"announce"] = tiers[0][0]
        kept[b"announce-list"] = tiers
    for key in (b"url-list", b"httpseeds"):
        seeds = [each for each in _texts(values.get(key)) if _may_be_asked(each, allow, left_out)]
        if seeds:
            kept[key] = seeds
    nodes = [
        node for node in _nodes(values.get(b"nodes")) if _may_be_dialled(node, allow, left_out)
    ]
    if nodes:
        kept[b"nodes"] = [list(node) for node in nodes]
    return kept, left_out


def _tiers(values: Mapping[bytes, Value]) -> list[list[bytes]]:
    listed = values.get(b"announce-list")
    tiers = [_texts(tier) for tier in listed] if isinstance(listed, list) else []
    if not any(tiers):
        tiers = [_texts(values.get(b"announce"))]
    return tiers[:_MOST_ADDRESSES]


def _texts(value: Value | None) -> list[bytes]:
    if isinstance(value, bytes):
        return [value] if value else []
    if isinstance(value, list):
        return [each for each in value[:_MOST_ADDRESSES] if isinstance(each, bytes) and each]
    return []


def _nodes(value: Value | None) -> list[tuple[bytes, int]]:
    found = []
    for each in value[:_MOST_ADDRESSES] if isinstance(value, list) else ():
        if isinstance(each, list) and len(each) == 2:
            host, port = each
            if isinstance(host, bytes) and isinstance(port, int) and 0 < port < 65_536:
                found.append((host, port))
    return found


def _may_be_asked(address: bytes, allow: Allowlist, left_out: list[str]) -> bool:
    text = address.decode("utf-8", "replace")
    if url_refusal(text, allow):
        left_out.append(text[:300])
        return False
    return True


def _may_be_dialled(node: tuple[bytes, int], allow: Allowlist, left_out: list[str]) -> bool:
    host = node[0].decode("utf-8", "replace")
    peer = f"[{host}]:{node[1]}" if ":" in host else f"{host}:{node[1]}"
    if peer_refusal(peer, allow):
        left_out.append(peer[:300])
        return False
    return True


def _invalid(message: str) -> Invalid:
    sentence = message.rstrip(".") + "."
    return Invalid(sentence, code="bad_torrent", errors=[{"field": "torrent", "message": sentence}])
