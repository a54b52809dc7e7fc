"""Bytes kept for a while. Losing them loses speed only.

Two levels: a small one in the process (a network round trip costs more than most handlers) and,
where ``SEEN_CACHE_URL`` is set, a server that all processes share. Every fault of the shared one
reads as a miss.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from seen.core.log import get_log

log = get_log(__name__)
PREFIX = "seen:v1:"
# How long the process trusts its own copy of a shared entry.
_NEAR_TTL = 2.0
# What an entry costs besides its key and value.
_ENTRY_BYTES = 200
# Connections to the shared server, and how long a request waits for it at most.
_CONNECTIONS = 32
_PATIENCE = 1.0


class Cache(Protocol):
    """Bytes by key with a time to live in seconds."""

    async def get(self, key: str) -> bytes | None: ...
    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None: ...
    async def delete(self, *keys: str) -> None: ...
    async def close(self) -> None: ...


class ProcessCache:
    """In this process only, bounded by bytes, oldest use leaves first."""

    def __init__(self, max_bytes: int = 64 * 2**20) -> None:
        self._entries: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0

    async def get(self, key: str) -> bytes | None:
        return self.peek(key)

    def peek(self, key: str) -> bytes | None:
        """The entry without waiting, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] <= time.monotonic():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry[1]

    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        self.put(key, value, ttl_seconds)

    def put(self, key: str, value: bytes, ttl_seconds: float) -> None:
        """Keep an entry without waiting."""
        self._drop(key)
        size = _ENTRY_BYTES + len(key) + len(value)
        if size > self._max_bytes:
            # Everything else would have to leave for it.
            return
        self._entries[key] = (time.monotonic() + ttl_seconds, value)
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._entries)))

    async def delete(self, *keys: str) -> None:
        for key in keys:
            self._drop(key)

    async def close(self) -> None:
        self._entries.clear()
        self._bytes = 0

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= _ENTRY_BYTES + len(key) + len(entry[1])


class SharedCache:
    """A Redis-compatible server behind a process cache.

    A command is never cancelled half-way, even when whoever asked has left: its answer would
    otherwise lie on the connection for the next caller. It ends by its own deadline.
    """

    def __init__(self, url: str) -> None:
        self._near = ProcessCache(16 * 2**20)
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_PATIENCE / 2,
            socket_timeout=_PATIENCE / 2,
            socket_connect_timeout=_PATIENCE / 2,
            health_check_interval=30,
            # A miss is cheaper than a second try.
            retry=Retry(NoBackoff(), 0),
        )
        self._client: Any = redis.Redis.from_pool(pool)
        self._rest_until = 0.0
        self._asking: set[asyncio.Task[Any]] = set()
        # What is just being read, for all who want it at the same time.
        self._reading: dict[str, asyncio.Task[bytes | None]] = {}

    async def get(self, key: str) -> bytes | None:
        near = self._near.peek(key)
        if near is not None:
            return near
        task = self._reading.get(key)
        if task is None:
            task = self._reading[key] = asyncio.create_task(self._read(key))
        return await asyncio.shield(task)

    async def _read(self, key: str) -> bytes | None:
        try:
            value = await self._ask(lambda: self._client.get(key))
        finally:
            is_last = self._reading.get(key) is asyncio.current_task()
            if is_last:
                del self._reading[key]
        if not isinstance(value, bytes):
            return None
        # What was set or deleted meanwhile must not come back.
        if is_last:
            self._near.put(key, value, _NEAR_TTL)
        return value

    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        self._reading.pop(key, None)
        self._near.put(key, value, min(_NEAR_TTL, ttl_seconds))
        await self._ask(lambda: self._client.set(key, value, px=max(1, int(ttl_seconds * 1000))))

    async def delete(self, *keys: str) -> None:
        await self._near.delete(*keys)
        for key in keys:
            self._reading.pop(key, None)
        if keys:
            await self._ask(lambda: self._client.delete(*keys))

    async def close(self) -> None:
        await self._near.close()
        if self._asking:
            await asyncio.wait(self._asking, timeout=_PATIENCE)
        await self._client.aclose()

    async def _ask(self, call: Callable[[], Awaitable[Any]]) -> Any:
        if time.monotonic() < self._rest_until:
            return None
        task = asyncio.create_task(self._answer(call))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        return await asyncio.shield(task)

    async def _answer(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """What the server says; None for every fault, whatever a broken server makes of it."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await call()
        except Exception as error:
            # A server that hangs must not make every request wait for it.
            self._rest_until = time.monotonic() + 2.0
            log.warning("cache: not answering, going on without", error=str(error))
            return None


class SingleFlight:
    """Builds a missing entry once, however many ask for it at the same time."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._building: dict[str, asyncio.Task[bytes]] = {}

    async def get(
        self, key: str, ttl_seconds: float, build: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """The entry, from the cache or built now and kept for ``ttl_seconds``."""
        found = await self._cache.get(key)
        if found is not None:
            return found
        task = self._building.get(key)
        if task is None:
            task = asyncio.create_task(self._build(key, ttl_seconds, build))
            self._building[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)

    async def drop(self, *keys: str) -> None:
        """Forget entries; what is being built of them just now is not kept either."""
        for key in keys:
            self._building.pop(key, None)
        await self._cache.delete(*keys)

    def _ended(self, key: str, task: asyncio.Task[bytes]) -> None:
        if self._building.get(key) is task:
            del self._building[key]

    async def _build(
        self, key: str, ttl_seconds: float, build: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        # Somebody may have built it between the look above and now.
        value = await self._cache.get(key)
        if value is None:
            value = await build()
            if self._building.get(key) is asyncio.current_task():
                await self._cache.set(key, value, ttl_seconds)
        return value


def open_cache(url: str) -> Cache:
    """The cache the settings ask for."""
    return SharedCache(url) if url else ProcessCache()
