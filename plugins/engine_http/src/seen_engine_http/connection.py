"""One request for a part of a file, and its bytes on their way to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import aiohttp

from seen_engine_http.pace import Timing
from seen_engine_http.segments import Segment
from seen_engine_http.troubles import Trouble

Begin = Callable[[aiohttp.ClientResponse, Segment], Awaitable[None]]
Store = Callable[[int, Sequence[bytes]], Awaitable[None]]
Came = Callable[[int], None]

T = TypeVar("T")
CHUNK = 1024 * 1024
"""Bytes gathered before they are written."""
MOMENT = 0.1
"""Seconds after which fewer are written too."""
_READ_AHEAD = 512 * 1024


async def to_the_end(work: Awaitable[T]) -> T:
    """Await work that must not be cut off, such as a thread that writes to an open file. Where the
    caller is cancelled, that comes through when the work has ended."""
    running = asyncio.ensure_future(work)
    try:
        await asyncio.wait([running])
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
    return running.result()


async def bring(
    session: aiohttp.ClientSession, source: str, condition: str, segment: Segment, timing: Timing,
    *, begin: Begin, came: Came, store: Store,
) -> None:  # fmt: skip
    """Ask for a segment and store its bytes until its end, which others may lower meanwhile.

    ``begin`` sees the answer before its body is read and raises where it is of no use; it may set
    the segment anew. A segment without an end gets one when the body ends. Whatever came before
    an error or a cancellation is stored.
    """
    headers = {"Accept-Encoding": "identity"}
    if segment.at > 0 or segment.end is not None:
        headers["Range"] = f"bytes={segment.at}-{'' if segment.end is None else segment.end - 1}"
        if condition:
            headers["If-Range"] = condition
    timeout = aiohttp.ClientTimeout(sock_connect=timing.connect, sock_read=timing.silence)
    async with session.get(
        source, headers=headers, timeout=timeout, auto_decompress=False, read_bufsize=_READ_AHEAD
    ) as answer:
        await begin(answer, segment)
        await _read(answer, segment, came, store)


async def _read(answer: aiohttp.ClientResponse, segment: Segment, came: Came, store: Store) -> None:
    outbox = _Outbox(segment.at, store)
    try:
        async for piece, _ in answer.content.iter_chunks():
            if segment.end is not None and segment.at + len(piece) >= segment.end:
                piece = piece[: max(0, segment.end - segment.at)]
            segment.at += len(piece)
            came(len(piece))
            await outbox.put(piece)
            if segment.at == segment.end:
                break
    finally:
        await outbox.empty()
    if segment.end is None:
        segment.end = segment.at
    if segment.at < segment.end:
        raise Trouble("The connection ended before the file did")


class _Outbox:
    """Gathers pieces, and stores some while the next ones come: when there are enough, or when
    they have waited for a moment."""

    def __init__(self, offset: int, store: Store) -> None:
        self._offset = offset
        self._store = store
        self._pieces: list[bytes] = []
        self._size = 0
        self._storing: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def put(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size >= CHUNK:
            await self._stored()
            self._hand_on()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(MOMENT, self._waited)

    async def empty(self) -> None:
        """Store what is left, and wait for all of it."""
        if self._timer is not None:
            self._timer.cancel()
        await self._stored()
        self._hand_on()
        await self._stored()

    def _waited(self) -> None:
        self._timer = None
        if self._storing is None or self._storing.done():
            if self._storing is not None and self._storing.exception() is not None:
                return  # the next to wait for it is told
            self._hand_on()

    def _hand_on(self) -> None:
        if self._pieces:
            pieces, offset = self._pieces, self._offset
            self._pieces, self._offset, self._size = [], self._offset + self._size, 0
            self._storing = asyncio.ensure_future(self._store(offset, pieces))

    async def _stored(self) -> None:
        storing = self._storing
        if storing is not None:
            self._storing = None
            await to_the_end(storing)
