"""JSON as services write it: long lists one object at a time, small files as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from seen.plugin.errors import PluginError

_BETWEEN = re.compile(r"[\s,]*")
_LONGEST_ITEM = 4 * 1024 * 1024
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


def items(pieces: Iterator[str], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a list or of a file with an object a line, counted from 1.

    Raises PluginError where something else comes, or the end too early.
    """
    buffer = next(pieces, "").lstrip("\ufeff \t\r\n")
    in_list = buffer.startswith("[")
    at = 1 if in_list else 0
    number = 0
    while True:
        at = _skip(buffer, at)
        if in_list and buffer[at : at + 1] == "]":
            return
        found, end = _next_object(buffer, at, name, number + 1)
        if found is not None:
            number += 1
            yield number, found
            at = end
            continue
        piece = next(pieces, None)
        if piece is None:
            if buffer[at:].strip() or in_list:
                raise PluginError(f"{name} ends in the middle of entry {number + 1}.")
            return
        buffer, at = buffer[at:] + piece, 0
        if len(buffer) > _LONGEST_ITEM:
            raise PluginError(f"Entry {number + 1} of {name} is longer than any should be.")


def _skip(buffer: str, at: int) -> int:
    found = _BETWEEN.match(buffer, at)
    return found.end() if found else at


def _next_object(
    buffer: str, at: int, name: str, number: int
) -> tuple[dict[str, Any] | None, int]:  # fmt: skip
    """The object that begins here; None where the rest of it is still to come."""
    if at >= len(buffer):
        return None, at
    if buffer[at] != "{":
        raise PluginError(f"{name} is no list of entries: number {number} is something else.")
    try:
        found, end = _DECODER.raw_decode(buffer, at)
    except json.JSONDecodeError:
        return None, at
    except (RecursionError, ValueError) as error:
        raise PluginError(f"Entry {number} of {name} cannot be read.") from error
    return found, end


def whole(file: BinaryIO, limit: int, name: str) -> Any:
    """A small file's content. Raises PluginError for one that is too large or no JSON."""
    data = file.read(limit + 1)
    if len(data) > limit:
        raise PluginError(f"{name} is larger than such a file should be.")
    try:
        return json.loads(data, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise PluginError(f"{name} is not JSON, or cut off.") from error
