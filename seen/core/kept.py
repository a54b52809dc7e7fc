"""What was asked before, kept in this process until an event may have changed it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Iterable
from functools import partial
from typing import Generic, TypeVar

from seen.core.events import Event, Events

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

# What changes without an event is at most so old.
_SECONDS = 30.0


class Kept(Generic[K, T]):
    """Answers of one question by what it is asked about, each asked for once at a time.

    An event of ``topics`` that is about a person forgets the entry of that person's id, any other
    one forgets all of them; so does an entry more than ``most``.
    """

    def __init__(self, events: Events, topics: Iterable[str], *, most: int = 1_000) -> None:
        self._most = most
        self._entries: dict[K | str, tuple[float, asyncio.Future[T]]] = {}
        for topic in (*topics, "reconnected"):
            events.on(topic, self._forget)

    async def get(self, key: K, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer, as it is kept or asked for now."""
        entry = self._entries.get(key)
        if entry is None or entry[0] < time.monotonic():
            if len(self._entries) >= self._most:
                self._entries.clear()
            asking = asyncio.ensure_future(ask())
            entry = self._entries[key] = (time.monotonic() + _SECONDS, asking)
            asking.add_done_callback(partial(self._ended, key))
        if entry[1].done():
            return entry[1].result()
        return await asyncio.shield(entry[1])

    def _ended(self, key: K, asking: asyncio.Future[T]) -> None:
        failed = asking.cancelled() or asking.exception() is not None
        entry = self._entries.get(key)
        if failed and entry is not None and entry[1] is asking:
            del self._entries[key]

    async def _forget(self, event: Event) -> None:
        if event.user_id:
            self._entries.pop(event.user_id, None)
        else:
            self._entries.clear()
