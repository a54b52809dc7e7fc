"""Text out of files whose encoding nobody named."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

_PIECE = 65_536
_SAMPLE = 4_096
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of text in an alphabet, every other byte of UTF-16 is zero; of any other text, none.
_MANY = 0.3


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text, once: as ``pieces`` of any size, or as ``lines`` with their ends."""

    encoding: str
    pieces: Iterator[str]
    lines: Iterator[str]


@contextmanager
def decoded(open_: Callable[[], AbstractContextManager[BinaryIO]], name: str) -> Iterator[Decoded]:
    """A file's text. It is read twice: whether it is UTF-8 is known only at its end."""
    with open_() as file:
        encoding = encoding_of(file)
    with open_() as file:
        pieces = _pieces(file, encoding)
        yield Decoded(encoding, pieces, _lines(pieces))


def encoding_of(file: BinaryIO) -> str:
    """What a file is written in. Whatever is not UTF-8 or UTF-16 counts as Windows-1252, of which
    Latin-1's letters are a part."""
    first = file.read(_SAMPLE)
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding
    zeros = (first[0::2].count(0), first[1::2].count(0))
    if max(zeros) > _MANY * max(1, len(first) // 2):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    decoder = codecs.getincrementaldecoder("utf-8")()
    piece = first
    try:
        while piece:
            decoder.decode(piece)
            piece = file.read(_PIECE)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _pieces(file: BinaryIO, encoding: str) -> Iterator[str]:
    bare = codecs.getincrementaldecoder(encoding)(errors="replace")
    decoder = io.IncrementalNewlineDecoder(bare, translate=True)
    while piece := file.read(_PIECE):
        # PostgreSQL has no NUL in texts, and no export means one.
        yield decoder.decode(piece).replace("\x00", "")
    yield decoder.decode(b"", final=True)


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    """Lines with their ends, and never more of one than two pieces at a time."""
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        yield from (f"{line}\n" for line in lines)
        if len(rest) > _PIECE:
            yield rest
            rest = ""
    if rest:
        yield rest
