"""Keyset paging: a cursor is the sort key of the last row, signed by nobody, trusted by nobody.

A cursor only narrows a query that is already limited to what the viewer may see, so it needs no
signature; one that cannot be read is the caller's mistake.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from seen.core.errors import Invalid

T = TypeVar("T")


def encode_cursor(key: object) -> str:
    """The sort key as text for a URL."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode_cursor(cursor: str, shape: type[T]) -> T:
    """The sort key again. Raises Invalid for a cursor this server did not make."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(
            base64.b64decode(padded, altchars=b"-_", validate=True), type=shape
        )
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise Invalid(
            "The cursor is not one of ours; start at the first page again.", code="bad_cursor"
        ) from error


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], object]) -> tuple[Sequence[T], str]:
    """The rows of a page and the cursor of the next one, "" at the end. Ask for one row more than
    ``limit``: it says that more follow. ``key`` is what a row is sorted by."""
    page = rows[:limit]
    return page, encode_cursor(key(page[-1])) if len(rows) > limit else ""
