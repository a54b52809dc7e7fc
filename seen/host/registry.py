"""Handles: how the rooms reach a plugin's running object."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar, cast

from seen.host.guard import Account, Checked, Facts, Guard

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

    async def drain(self, timeout: float) -> None:
        """Let no more calls in and wait for those under way."""
        await self._guard.drain(timeout)
