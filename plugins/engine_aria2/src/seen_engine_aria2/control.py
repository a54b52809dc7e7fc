"""aria2's control files, which say what of an unfinished file is there: no I/O here.

The layout is described in aria2's technical notes: a head, one bit for each complete piece, and for
each piece under way one bit for each block of 16 KiB.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from seen.plugin.partial import Ranges

SUFFIX = ".aria2"
PIECE = 1024 * 1024
_BLOCK = 16 * 1024
_HEAD = struct.Struct(">HII")
_SIZES = struct.Struct(">IQQI")
_COUNT = struct.Struct(">I")
_PIECE = struct.Struct(">III")


def write_control(total: int, there: Ranges) -> bytes:
    """The control file for a file of ``total`` bytes of which these ranges are there."""
    count = -(-total // PIECE)
    whole, under_way = bytearray(-(-count // 8)), []
    for index in range(count):
        blocks = list(_blocks(index, total, there))
        if all(blocks):
            _set(whole, index)
        elif any(blocks):
            bits = bytearray(-(-len(blocks) // 8))
            for at, complete in enumerate(blocks):
                if complete:
                    _set(bits, at)
            size = min(PIECE, total - index * PIECE)
            under_way.append(_PIECE.pack(index, size, len(bits)) + bits)
    return b"".join((
        _HEAD.pack(1, 0, 0), _SIZES.pack(PIECE, total, 0, len(whole)), whole,
        _COUNT.pack(len(under_way)), *under_way,
    ))  # fmt: skip


def read_control(data: bytes) -> tuple[int, Ranges]:
    """The size of the file and what of it is there. Raises ValueError for anything else."""
    try:
        return _read(data)
    except (struct.error, IndexError) as error:
        raise ValueError("this is not a control file of aria2") from error


def _read(data: bytes) -> tuple[int, Ranges]:
    version, _, hash_length = _HEAD.unpack_from(data)
    if version != 1:
        raise ValueError("this version of control files is not known")
    at = _HEAD.size + hash_length
    piece, total, _, length = _SIZES.unpack_from(data, at)
    at += _SIZES.size
    count = -(-total // piece) if piece else 0
    if length != -(-count // 8):
        raise ValueError("this is not a control file of aria2")
    bits = data[at : at + length]
    there = Ranges(
        (index * piece, min((index + 1) * piece, total))
        for index in range(count)
        if _get(bits, index)
    )
    at += length
    (under_way,) = _COUNT.unpack_from(data, at)
    at += _COUNT.size
    for _ in range(under_way):
        index, size, length = _PIECE.unpack_from(data, at)
        at += _PIECE.size
        bits = data[at : at + length]
        at += length
        for block in range(-(-size // _BLOCK)):
            start = index * piece + block * _BLOCK
            if _get(bits, block) and start < total:
                there.add(start, min(start + _BLOCK, index * piece + size, total))
    return total, there


def _blocks(index: int, total: int, there: Ranges) -> Iterator[bool]:
    """Whether each block of a piece is there."""
    start, end = index * PIECE, min((index + 1) * PIECE, total)
    missing = [gap for gap in there.gaps(end) if gap[1] > start]
    for block in range(start, end, _BLOCK):
        last = min(block + _BLOCK, end)
        yield not any(gap[0] < last and block < gap[1] for gap in missing)


def _set(bits: bytearray, at: int) -> None:
    bits[at // 8] |= 0x80 >> at % 8


def _get(bits: bytes, at: int) -> bool:
    return bool(bits[at // 8] & 0x80 >> at % 8)
