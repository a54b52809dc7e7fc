"""What all processes share of a plugin, through the database."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar
from uuid import UUID

from seen.core.db import Database
from seen.core.ids import new_id
from seen.core.log import get_log
from seen.host import store
from seen.host.bridge import on_loop
from seen.host.vault import Unreadable, Vault
from seen.plugin.errors import NotReady
from seen.plugin.sharing import (
    Pace,
    Queues,
    check_budget,
    check_name,
    check_value,
    enter_queue,
    too_long,
)

R = TypeVar("R")
log = get_log(__name__)

LEASE = 15.0
"""Seconds after which a slot is free again whose holder died."""
# Whoever begins its turn so many seconds late comes too close to the next one, of another process,
# and takes a later turn instead; on a machine that is always so late, not for ever.
_LATE = 0.1
_TRIES = 5
# Pauses between two looks at slots that are all held.
_FIRST_LOOK = 0.02
_LAST_LOOK = 0.2


class DatabaseShared:
    """A :class:`seen.plugin.context.PluginShared` kept in the database, values sealed.

    Used on the plugin's loop; the queries run at home, on the server's. Within a process whoever
    came first is served first; between processes chance decides. A slot is held by a lease that is
    renewed from the plugin's loop, so a plugin that hangs loses it as one that died does. Raises
    NotReady while the database does not answer.
    """

    def __init__(
        self, db: Database, vault: Vault, home: asyncio.AbstractEventLoop, instance_id: str
    ) -> None:
        self._db = db
        self._vault = vault
        self._home = home
        self._id = instance_id
        self._queues = Queues()
        self._pace = Pace()

    async def get(self, key: str) -> bytes | None:
        name = check_name(key)
        sealed = await self._ask(lambda: store.shared(self._db, self._id, name))
        if sealed is None:
            return None
        try:
            return self._vault.open_bytes(sealed, self._place(key))
        except Unreadable:
            # The server's secret has changed; to the plugin the value is gone.
            return None

    async def set(self, key: str, value: bytes, ttl_seconds: float | None = None) -> None:
        name = check_name(key)
        sealed = self._vault.seal_bytes(check_value(value), self._place(key))
        await self._ask(lambda: store.set_shared(self._db, self._id, name, sealed, ttl_seconds))

    async def delete(self, key: str) -> None:
        name = check_name(key)
        await self._ask(lambda: store.remove_shared(self._db, self._id, name))

    @asynccontextmanager
    async def lock(self, key: str) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await self._take(stack, f"lock {check_name(key)}", 1, None)
            yield

    @asynccontextmanager
    async def turn(
        self, name: str, *, per_second: float, at_once: int, patience: float | None = None
    ) -> AsyncIterator[None]:
        check_budget(per_second, at_once)
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with AsyncExitStack() as stack:
            # The slot first: whoever has one begins at the reserved time and not later.
            await self._take(stack, f"turn {check_name(name)}", at_once, patience)
            for _ in range(_TRIES):
                asked = loop.time()
                left = 1e6 if patience is None else patience - (asked - began)
                wait = await self._reserve(name, 1 / per_second, left)
                await self._pace.begin(name, asked + wait - loop.time(), 1 / per_second)
                if loop.time() - asked - wait < _LATE:
                    break
            yield

    async def pause(self, name: str, seconds: float) -> None:
        held = min(seconds, store.LONGEST_PAUSE)
        self._pace.hold(check_name(name), held)
        await self._ask(lambda: store.pause_turns(self._db, self._id, name, held))

    async def _reserve(self, name: str, gap: float, patience: float) -> float:
        wait = await self._ask(lambda: store.reserve_turn(self._db, self._id, name, gap, patience))
        if wait is None:
            raise too_long(await self._ask(lambda: store.turn_waits(self._db, self._id, name)))
        return wait

    async def _take(
        self, stack: AsyncExitStack, name: str, at_once: int, patience: float | None
    ) -> None:
        """Hold one of the slots for as long as the stack lives. Raises RateLimited."""
        loop = asyncio.get_running_loop()
        ends = None if patience is None else loop.time() + patience
        await enter_queue(stack, self._queues(name, at_once), patience)
        holder = new_id()
        # Before it is taken: when the caller leaves meanwhile, nobody learns how the query ended.
        stack.push_async_callback(self._free, holder)
        look = _FIRST_LOOK
        while not await self._ask(
            lambda: store.take_slot(self._db, self._id, name, holder, at_once, LEASE)
        ):
            if ends is not None and loop.time() + look > ends:
                raise too_long(None)
            await asyncio.sleep(look * (0.5 + random.random()))  # noqa: S311 - no secret
            look = min(look * 2, _LAST_LOOK)
        renewing = asyncio.create_task(self._renew(name, holder))
        stack.callback(renewing.cancel)

    async def _renew(self, name: str, holder: UUID) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            with contextlib.suppress(NotReady):
                if not await self._ask(lambda: store.renew_slot(self._db, holder, LEASE)):
                    log.warning("plugin: was away too long and lost its turn", plugin=self._id,
                                name=name)  # fmt: skip
                    return

    async def _free(self, holder: UUID) -> None:
        """Let go of a slot, to the end even when the caller is cancelled."""
        freeing = asyncio.ensure_future(self._ask(lambda: store.free_slot(self._db, holder)))
        # What cannot be freed frees itself when its lease ends.
        with contextlib.suppress(NotReady):
            await asyncio.shield(freeing)

    async def _ask(self, query: Callable[[], Awaitable[R]]) -> R:
        try:
            return await on_loop(self._home, query)
        except Exception as error:
            raise NotReady("The server's database does not answer") from error

    def _place(self, key: str) -> str:
        return f"{self._id} shares {key}"
