"""Bencode, as torrent files are written in it (BEP 3): read strictly and within limits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, Union

Value: TypeAlias = Union[int, bytes, "list[Value]", "dict[bytes, Value]"]

LARGEST = 16 * 1024 * 1024
"""Bytes of a document."""
_DEEPEST = 40
_MOST_VALUES = 1_000_000
_NUMBER = re.compile(rb"i(0|-?[1-9][0-9]{0,18})e")
_LENGTH = re.compile(rb"(0|[1-9][0-9]{0,8}):")


class BencodeError(ValueError):
    """This is not bencode, or more of it than anybody needs."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes that are bencode already."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """A dictionary and, for each of its keys, where its value stands in the bytes."""

    values: Mapping[bytes, Value]
    spans: Mapping[bytes, tuple[int, int]]
    data: bytes

    def raw(self, key: bytes) -> bytes:
        """The bytes of a value as they came."""
        start, end = self.spans[key]
        return self.data[start:end]


def read_document(data: bytes) -> Document:
    """A document whose outermost value is a dictionary. Raises BencodeError."""
    if len(data) > LARGEST:
        raise BencodeError(f"it is larger than {LARGEST // 2**20} MB")
    reader = _Reader(data)
    values, spans = reader.dictionary(0)
    if reader.at != len(data):
        raise BencodeError("something follows its end")
    return Document(values, spans, data)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self._count = 0

    def dictionary(self, depth: int) -> tuple[dict[bytes, Value], dict[bytes, tuple[int, int]]]:
        """A dictionary with the places of its values. A key stands only once in it."""
        self._take(b"d")
        values: dict[bytes, Value] = {}
        spans: dict[bytes, tuple[int, int]] = {}
        while self._peek() != b"e":
            key = self._text()
            if key in values:
                raise BencodeError("a key stands in it twice")
            start = self.at
            values[key] = self._value(depth + 1)
            spans[key] = (start, self.at)
        self.at += 1
        return values, spans

    def _value(self, depth: int) -> Value:
        self._count += 1
        if depth > _DEEPEST or self._count > _MOST_VALUES:
            raise BencodeError("it holds too much")
        kind = self._peek()
        if kind == b"d":
            return self.dictionary(depth)[0]
        if kind == b"l":
            self.at += 1
            items: list[Value] = []
            while self._peek() != b"e":
                items.append(self._value(depth + 1))
            self.at += 1
            return items
        if kind == b"i":
            found = _NUMBER.match(self.data, self.at)
            if found is None:
                raise BencodeError("a number in it cannot be read")
            self.at = found.end()
            return int(found[1])
        return self._text()

    def _text(self) -> bytes:
        found = _LENGTH.match(self.data, self.at)
        if found is None:
            raise BencodeError("it cannot be read")
        start, end = found.end(), found.end() + int(found[1])
        if end > len(self.data):
            raise BencodeError("its end is missing")
        self.at = end
        return self.data[start:end]

    def _peek(self) -> bytes:
        if self.at >= len(self.data):
            raise BencodeError("its end is missing")
        return self.data[self.at : self.at + 1]

    def _take(self, wanted: bytes) -> None:
        if self._peek() != wanted:
            raise BencodeError("it is not what it should be")
        self.at += 1


Writable: TypeAlias = Union[
    int, bytes, Raw, "Sequence[Writable]", "Mapping[bytes, Writable]"
]  # fmt: skip


def encode(value: Writable) -> bytes:
    """Bencode of a value, keys in order."""
    parts: list[bytes] = []
    _write(value, parts)
    return b"".join(parts)


def _write(value: Writable, parts: list[bytes]) -> None:
    if isinstance(value, Raw):
        parts.append(value.data)
    elif isinstance(value, bytes):
        parts.append(b"%d:%b" % (len(value), value))
    elif isinstance(value, int):
        parts.append(b"i%de" % value)
    elif isinstance(value, Mapping):
        parts.append(b"d")
        for key in sorted(value):
            _write(key, parts)
            _write(value[key], parts)
        parts.append(b"e")
    else:
        parts.append(b"l")
        for each in value:
            _write(each, parts)
        parts.append(b"e")
