"""What a plugin shares with the server's other processes, for a process that is alone.

Used where there is no database to share through, and by plugins' tests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

from seen.plugin.errors import RateLimited

LARGEST_VALUE = 64 * 1024
"""Bytes of a shared value, at most."""
LONGEST_NAME = 200
"""Letters of a key or a name, at most."""


def check_name(name: str) -> str:
    """The key or name itself. Raises ValueError for one that cannot be stored."""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise ValueError(
            f"a shared name has 1 to {LONGEST_NAME} printable characters: {name!r:.80}"
        )
    return name


def check_value(value: bytes) -> bytes:
    """The value itself. Raises TypeError or ValueError for what is no small value."""
    if not isinstance(value, bytes):
        raise TypeError("shared values are bytes")
    if len(value) > LARGEST_VALUE:
        raise ValueError(f"a shared value has {LARGEST_VALUE} bytes at most")
    return value


def check_budget(per_second: float, at_once: int) -> None:
    """Raise ValueError for a budget under which nobody would ever have a turn."""
    if not per_second > 0 or at_once < 1:
        raise ValueError("a budget needs per_second above 0 and at_once of 1 or more")


class Queues:
    """Queues by name, first come first served, forgotten when nobody stands in them."""

    def __init__(self) -> None:
        self._queues: WeakValueDictionary[tuple[str, int], asyncio.Semaphore]
        self._queues = WeakValueDictionary()

    def __call__(self, name: str, at_once: int) -> asyncio.Semaphore:
        """The queue in front of ``at_once`` places."""
        return self._queues.setdefault((name, at_once), asyncio.Semaphore(at_once))


class Pace:
    """Keeps the turns of a process apart even where its loop is busy and wakes them up late."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def hold(self, name: str, seconds: float) -> None:
        """Let none begin within the next seconds, not even those that sleep until their time."""
        until = asyncio.get_running_loop().time() + seconds
        self._began[name] = max(until, self._began.get(name, 0.0))

    async def begin(self, name: str, wait: float, gap: float) -> None:
        """Sleep ``wait`` seconds, and longer where the turn before began less than ``gap`` ago."""
        now = asyncio.get_running_loop().time()
        left = max(wait, self._began.get(name, 0.0) + gap - now)
        if left > 0:
            await asyncio.sleep(left)
            # Others may have begun meanwhile.
            await self.begin(name, 0.0, gap)
        else:
            self._began[name] = now


class ProcessShared:
    """A :class:`seen.plugin.context.PluginShared` that only this process knows of."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[bytes, float | None]] = {}
        self._next: dict[str, float] = {}
        self._queues = Queues()
        self._pace = Pace()

    async def get(self, key: str) -> bytes | None:
        value, until = self._values.get(check_name(key), (None, None))
        return value if until is None or time.monotonic() < until else None

    async def set(self, key: str, value: bytes, ttl_seconds: float | None = None) -> None:
        until = None if ttl_seconds is None else time.monotonic() + ttl_seconds
        self._values[check_name(key)] = (check_value(value), until)

    async def delete(self, key: str) -> None:
        self._values.pop(check_name(key), None)

    @asynccontextmanager
    async def lock(self, key: str) -> AsyncIterator[None]:
        async with self._queues(f"lock {check_name(key)}", 1):
            yield

    @asynccontextmanager
    async def turn(
        self, name: str, *, per_second: float, at_once: int, patience: float | None = None
    ) -> AsyncIterator[None]:
        check_budget(per_second, at_once)
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with AsyncExitStack() as stack:
            await enter_queue(stack, self._queues(f"turn {check_name(name)}", at_once), patience)
            now = loop.time()
            starts = max(now, self._next.get(name, 0.0))
            if patience is not None and starts - began > patience:
                raise too_long(starts - now)
            self._next[name] = starts + 1 / per_second
            await self._pace.begin(name, starts - now, 1 / per_second)
            yield

    async def pause(self, name: str, seconds: float) -> None:
        until = asyncio.get_running_loop().time() + seconds
        self._next[name] = max(until, self._next.get(check_name(name), 0.0))
        self._pace.hold(name, seconds)


async def enter_queue(
    stack: AsyncExitStack, queue: asyncio.Semaphore, patience: float | None
) -> None:
    """Take a place for as long as the stack lives. Raises RateLimited after ``patience`` s."""
    clock = asyncio.timeout(patience)
    try:
        async with clock:
            await stack.enter_async_context(queue)
    except TimeoutError:
        raise too_long(None) from None


def too_long(wait: float | None) -> RateLimited:
    """What is raised instead of waiting; ``wait`` is in seconds, None where nobody knows."""
    return RateLimited("Too many requests are waiting for their turn", wait)
