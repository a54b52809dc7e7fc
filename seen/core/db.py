"""The way to PostgreSQL: one pool, a fair queue in front of it, and transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Protocol, TypeAlias

import asyncpg
import msgspec

from seen.core.errors import Unavailable

# asyncpg's records read like mappings, and that is all a store may use of them.
Row: TypeAlias = Mapping[str, Any]


# The server cannot be reached, is starting, stopping or full, or has ended this connection.
_AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


_NO_ANSWER = "The database does not answer; try again in a moment."
# How many connections lie ready for the next caller.
_AT_HAND = 4


class Executor(Protocol):
    """What a store needs: a pool or a connection inside a transaction."""

    async def fetch(self, query: str, *args: Any) -> list[Row]: ...
    async def fetchrow(self, query: str, *args: Any) -> Row | None: ...
    async def fetchval(self, query: str, *args: Any) -> Any: ...
    async def execute(self, query: str, *args: Any) -> str: ...
    async def executemany(self, query: str, args: Iterable[Sequence[Any]]) -> None: ...


class Connection:
    """A connection held for a while, usually inside a transaction."""

    def __init__(self, raw: Any, owner: Database) -> None:
        self.raw = raw
        self._owner = owner

    async def fetch(self, query: str, *args: Any) -> list[Row]:
        self._owner.queries += 1
        rows: list[Row] = await self.raw.fetch(query, *args)
        return rows

    async def fetchrow(self, query: str, *args: Any) -> Row | None:
        self._owner.queries += 1
        row: Row | None = await self.raw.fetchrow(query, *args)
        return row

    async def fetchval(self, query: str, *args: Any) -> Any:
        self._owner.queries += 1
        return await self.raw.fetchval(query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        self._owner.queries += 1
        status: str = await self.raw.execute(query, *args)
        return status

    async def executemany(self, query: str, args: Iterable[Sequence[Any]]) -> None:
        self._owner.queries += 1
        await self.raw.executemany(query, args)

    async def notify(self, channel: str, payload: str) -> None:
        """Tell other processes; inside a transaction it is sent with the commit."""
        await self.execute("select pg_notify($1, $2)", channel, payload)


class _Lease:
    """A connection for as long as a block lasts."""

    __slots__ = ("_owner", "_raw")

    def __init__(self, owner: Database) -> None:
        self._owner = owner
        self._raw: Any = None

    async def __aenter__(self) -> Connection:
        try:
            self._raw = await self._owner.take()
        except _AWAY as error:
            raise Unavailable(_NO_ANSWER) from error
        return Connection(self._raw, self._owner)

    async def __aexit__(
        self, kind: object, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._owner.give_back(self._raw, is_well=error is None)
        except _AWAY as away:
            raise Unavailable(_NO_ANSWER) from away
        if isinstance(error, _AWAY):
            raise Unavailable(_NO_ANSWER) from error


class Database:
    """A pool of connections. ``queries`` counts statements, so tests can hold a page to a number.

    asyncpg's pool serves waiting callers unfairly under load; a semaphore of the pool's size in
    front of it keeps the order, which keeps the slowest answers near the usual ones. A few
    connections stay outside of the pool between two callers: to give one back to it costs as much
    as a short query.
    """

    def __init__(self, dsn: str, size: int = 10) -> None:
        self.dsn = dsn
        self.size = size
        self.queries = 0
        self._pool: Any = None
        self._at_hand: list[Any] = []
        self._turn = asyncio.Semaphore(size)
        self._listener: Any = None

    async def open(self) -> None:
        """Connect. Raises whatever asyncpg raises when the server cannot be reached."""
        self._pool = await asyncpg.create_pool(
            self.dsn,
            min_size=1,
            max_size=self.size,
            init=_prepare,
            reset=_keep,
            command_timeout=60,
            max_inactive_connection_lifetime=300,
            server_settings={"application_name": "seen"},
        )

    async def close(self) -> None:
        if self._pool is not None:
            pool, self._pool = self._pool, None
            at_hand, self._at_hand = self._at_hand, []
            for raw in filter(_is_open, at_hand):
                await pool.release(raw)
            try:
                await asyncio.wait_for(pool.close(), 5)
            except TimeoutError:
                pool.terminate()

    def connection(self) -> _Lease:
        """One connection for several statements that need no transaction."""
        return _Lease(self)

    async def take(self) -> Any:
        """A connection when it is this caller's turn."""
        await self._turn.acquire()
        try:
            if self._pool is None:
                raise Unavailable("The database is not connected.")
            while self._at_hand:
                raw = self._at_hand.pop()
                if _is_open(raw):
                    return raw
            return await self._pool.acquire()
        except BaseException:
            self._turn.release()
            raise

    async def give_back(self, raw: Any, *, is_well: bool) -> None:
        """The end of a caller's turn."""
        pool = self._pool
        try:
            if is_well and pool is not None and len(self._at_hand) < _AT_HAND:
                self._at_hand.append(raw)
            elif pool is not None:
                await pool.release(raw)
        finally:
            self._turn.release()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """All or nothing."""
        async with self.connection() as connection, connection.raw.transaction():
            yield connection

    async def fetch(self, query: str, *args: Any) -> list[Row]:
        async with self.connection() as connection:
            return await connection.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> Row | None:
        async with self.connection() as connection:
            return await connection.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        async with self.connection() as connection:
            return await connection.fetchval(query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        async with self.connection() as connection:
            return await connection.execute(query, *args)

    async def executemany(self, query: str, args: Iterable[Sequence[Any]]) -> None:
        async with self.connection() as connection:
            await connection.executemany(query, args)

    async def dedicated(self) -> Any:
        """A connection of its own outside the pool, for listening or for session locks.

        JSON comes as text on it. The caller closes it.
        """
        return await asyncpg.connect(self.dsn, server_settings={"application_name": "seen"})


def _encode_json(value: Any) -> str:
    """JSON of a value; a text is taken as JSON already, as libraries hand it over."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


async def _prepare(raw: Any) -> None:
    for name in ("json", "jsonb"):
        await raw.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=_encode_json,
            decoder=msgspec.json.decode,
        )


def _is_open(raw: Any) -> bool:
    try:
        return not raw.is_closed()
    except asyncpg.InterfaceError:
        # It broke, and the pool took it back by itself.
        return False


async def _keep(raw: Any) -> None:
    """No session state is ever changed on pooled connections, so there is nothing to reset."""


async def with_retry(
    call: Callable[[], Awaitable[Any]], attempts: int = 3, first_delay: float = 0.05
) -> Any:
    """Run a transaction again when PostgreSQL says it lost a race (deadlock, serialization)."""
    for attempt in range(attempts):
        try:
            return await call()
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
            if attempt == attempts - 1:
                raise
            await asyncio.sleep(first_delay * 2**attempt)
    raise AssertionError("the loop returns or raises")
