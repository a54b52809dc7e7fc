"""Handles: how the rooms reach a plugin's running object."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar, cast

from seen.host.guard import Account, Checked, Facts, Guard
from seen.plugin.errors import PluginError

T = TypeVar("T")
R = TypeVar("R")


class Handle(Generic[T]):
    """One running object of a plugin.

    ``id`` is unique in the plugin, ``instance_id`` in the server; both are fit to be stored.
    ``facts`` holds the object's attributes (``handle.facts.source``), read once when it started;
    its methods are reached through :meth:`call` alone.
    """

    def __init__(
        self, *, instance_id: str, plugin: str, title: str, capability: str, checked: Checked,
        facts: Facts, guard: Guard,
    ) -> None:  # fmt: skip
        self.instance_id = instance_id
        self.plugin = plugin
        self.title = title
        self.capability = capability
        self.facts: T = cast(T, facts)
        self.id: str = facts.__dict__["id"]
        self.features: frozenset[str] = frozenset(facts.__dict__["features"])
        self._checked: T = cast(T, checked)
        self._guard = guard

    def __repr__(self) -> str:
        return f"<Handle {self.capability} {self.instance_id}/{self.id}>"

    @property
    def account(self) -> Account:
        """How calls went so far."""
        return self._guard.account

    @property
    def rests_for(self) -> float:
        """Seconds until the object is tried again after failing too often; 0 usually."""
        return self._guard.breaker.rests_for

    async def call(self, work: Callable[[T], Awaitable[R]], *, timeout: float = 10.0) -> R:
        """Do ``work`` with the object: ``await handle.call(lambda p: p.search(query))``.

        ``work`` runs on the plugin's own loop, so it may use nothing of the server but the object
        and plain values; an object of the server goes through :func:`seen.host.bridged`.
        Raises the plugin's own PluginError, or PluginFault (which is one, too) when it was late,
        answered wrongly, raised anything else, rests after many faults or was switched off.
        """
        return await self._guard.call(lambda: work(self._checked), timeout)

    async def batches(
        self, work: Callable[[T], AsyncIterator[R]], *, size: int, timeout: float = 30.0
    ) -> AsyncGenerator[list[R], None]:
        """What an answer that comes one by one gives, ``size`` at a time and never more at once.

        ``timeout`` is for each batch; the rules of :meth:`call` hold for each as well.
        """
        stream = _Stream(lambda: work(self._checked), size)
        try:
            while batch := await self._guard.call(stream.batch, timeout):
                yield batch
        finally:
            # Whatever became of the plugin, what it was asked for is not needed any more.
            with contextlib.suppress(PluginError):
                await self._guard.call(stream.close, timeout)

    async def drain(self, timeout: float) -> None:
        """Let no more calls in and wait for those under way."""
        await self._guard.drain(timeout)


class _Stream(Generic[R]):
    """An answer that comes one by one, on the plugin's loop."""

    def __init__(self, open_: Callable[[], AsyncIterator[R]], size: int) -> None:
        self._open = open_
        self._size = size
        self._items: AsyncIterator[R] | None = None

    async def batch(self) -> list[R]:
        """The next items; none at the end."""
        if self._items is None:
            self._items = self._open()
        found: list[R] = []
        async for item in self._items:
            found.append(item)
            if len(found) == self._size:
                break
        return found

    async def close(self) -> None:
        """Let the plugin tidy up."""
        if isinstance(self._items, AsyncGenerator):
            await self._items.aclose()
