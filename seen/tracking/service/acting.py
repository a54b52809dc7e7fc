"""Every change a person makes: one transaction, one entry in the journal, one message.

Whatever is changed inside ``act`` can be taken back for thirty days, also a bulk change, also
taking something back. A report of a position by the player is a change without an act.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from seen.core import clock
from seen.core.cache import PREFIX, Cache
from seen.core.db import Connection, Database
from seen.core.errors import Conflict, NotHere
from seen.core.events import Event, Events
from seen.core.ids import new_id
from seen.core.viewer import Viewer
from seen.tracking.model.acts import KEPT, UNDO, Act
from seen.tracking.store import acts as store

_finished: ContextVar[UUID | None] = ContextVar("finished_act", default=None)


def finished_act() -> UUID | None:
    """The last act of the request or job that asks; None where nothing changed."""
    return _finished.get()


def cache_keys(user_id: UUID) -> tuple[str, ...]:
    """What is to be built again when a person changes something."""
    return (
        f"{PREFIX}continue-watching:{user_id}",
        f"{PREFIX}dashboard:{user_id}",
        f"{PREFIX}recommendations:{user_id}",
    )


def single(media_ids: Sequence[UUID]) -> UUID | None:
    """The title an act is about, where it is about one."""
    return media_ids[0] if len(media_ids) == 1 else None


@dataclass(slots=True)
class Acting:
    """An act that goes on. ``facts`` and ``media_id`` may be completed until it ends; after it,
    ``changed`` tells whether anything became different."""

    id: UUID
    connection: Connection
    kind: str
    media_id: UUID | None
    facts: dict[str, Any] = field(default_factory=dict)
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """``restored`` rows are as they were; ``left`` ones have been changed again since, and stay."""

    act: Act
    restored: int
    left: int


class Acts:
    """The journal of what people did."""

    def __init__(self, db: Database, cache: Cache, events: Events) -> None:
        self._db = db
        self._cache = cache
        self._events = events

    @asynccontextmanager
    async def act(
        self, viewer: Viewer, kind: str, media_id: UUID | None = None, **facts: Any
    ) -> AsyncIterator[Acting]:
        """A transaction that is written down as one act with its commit."""
        async with self.change(viewer, media_id) as connection:
            acting = Acting(new_id(), connection, kind, media_id, facts)
            await store.begin(connection, acting.id)
            yield acting
            acting.changed = await store.finish(
                connection, acting.id, viewer.user_id, acting.kind, acting.media_id, acting.facts
            )
        if acting.changed:
            _finished.set(acting.id)

    @asynccontextmanager
    async def change(
        self, viewer: Viewer, media_id: UUID | None = None
    ) -> AsyncIterator[Connection]:
        """A transaction without an entry. Others hear of it with its commit; caches are dropped
        after it, since a reader in between would keep the old state."""
        async with self._db.transaction() as connection:
            yield connection
            await self._events.emit(
                Event("progress", subject=str(media_id or ""), user_id=str(viewer.user_id)),
                connection,
            )
        await self._cache.delete(*cache_keys(viewer.user_id))

    async def undo(self, viewer: Viewer, act_id: UUID) -> Undone:
        """Take an act back; which is an act that can be taken back again.

        What has been changed by later acts stays as it is. Raises NotHere for an act that is not
        the viewer's, Conflict for one that is undone or too old, or of which nothing is left.
        """
        async with self.act(viewer, UNDO) as acting:
            done = await store.claim(acting.connection, viewer.user_id, act_id)
            if done is None:
                raise NotHere("There is no such entry in your history.")
            if not done.can_be_undone(clock.now()):
                raise Conflict("This was taken back already, or is too old for it.")
            restored, left = await store.put_back(acting.connection, act_id)
            if not restored:
                raise Conflict("All of it has been changed again since; nothing was taken back.")
            named = await store.act(acting.connection, viewer.user_id, act_id) or done
            acting.media_id = named.media_id
            acting.facts = {"act": str(act_id), "sentence": named.sentence}
            await store.set_undone(acting.connection, act_id, acting.id)
            if done.kind == UNDO:
                await store.set_undone(acting.connection, UUID(done.facts["act"]), None)
        return Undone(named, restored, left)

    async def recent(
        self, viewer: Viewer, limit: int, before: tuple[datetime, UUID] | None = None
    ) -> list[Act]:
        """What the viewer did, newest first."""
        return await store.acts(self._db, viewer.user_id, limit, before)

    async def one(self, viewer: Viewer, act_id: UUID) -> Act | None:
        """An act of the viewer."""
        return await store.act(self._db, viewer.user_id, act_id)

    async def forget(self, viewer: Viewer) -> int:
        """Forget all that the viewer did, with what it changed: nothing of it can be taken back
        any more. Answers with how many acts that were."""
        return await store.forget_of(self._db, viewer.user_id)

    async def forget_old(self) -> int:
        """Forget what is too old to be taken back; answers with how many acts that were."""
        return await store.forget(self._db, KEPT)
