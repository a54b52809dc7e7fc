"""Games people have, want and play; shows and movies they put aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from seen.core import clock
from seen.core.db import Connection, Database
from seen.core.errors import Invalid, NotHere
from seen.core.ids import new_id
from seen.core.viewer import Viewer
from seen.plugin.models import MediaKind
from seen.tracking.model.states import (
    LABELS,
    STATUSES,
    PlaySession,
    State,
    Status,
    after_session,
    allowed,
)
from seen.tracking.service.acting import Acts, single
from seen.tracking.store import states as store


class States:
    """Where the viewer stands with titles."""

    def __init__(self, db: Database, acts: Acts) -> None:
        self._db = db
        self._acts = acts

    async def set_status(
        self, viewer: Viewer, media_ids: Sequence[UUID], status: Status, **facts: Any
    ) -> int:
        """Give titles a state, with what is known of one: ``platform``, ``seconds_played``,
        ``completion_percent``. How many had another state.

        Raises NotHere for an unknown title, Invalid for a state its kind cannot have.
        """
        async with self._acts.act(
            viewer, "state_set", single(media_ids), status=LABELS[status].lower()
        ) as acting:
            await _check(acting.connection, media_ids, status)
            changed = await store.set_status(acting.connection, viewer.user_id, media_ids, status)
            for media_id in media_ids if facts else ():
                await store.set_facts(acting.connection, viewer.user_id, media_id, facts)
            acting.facts["count"] = len(media_ids)
        return changed

    async def clear(self, viewer: Viewer, media_ids: Sequence[UUID]) -> None:
        """Titles have no state any more; sessions stay."""
        async with self._acts.act(
            viewer, "state_cleared", single(media_ids), count=len(media_ids)
        ) as acting:
            await store.clear(acting.connection, viewer.user_id, media_ids)

    async def log_session(
        self,
        viewer: Viewer,
        media_id: UUID,
        seconds: int,
        *,
        started_at: datetime | None = None,
        note: str = "",
        completion_percent: int | None = None,
        platform: str = "",
    ) -> UUID:
        """Note a time that was played; the game is active then.

        Raises NotHere for an unknown title, Invalid for one that is not a game.
        """
        session_id = new_id()
        async with self._acts.act(viewer, "session_logged", media_id, seconds=seconds) as acting:
            connection = acting.connection
            await _check(connection, [media_id], "active")
            before = await store.state(connection, viewer.user_id, media_id)
            status = after_session(before.status if before else None)
            await store.set_status(connection, viewer.user_id, [media_id], status)
            facts: dict[str, Any] = {"platform": platform} if platform else {}
            if completion_percent is not None:
                facts["completion_percent"] = completion_percent
            if facts:
                await store.set_facts(connection, viewer.user_id, media_id, facts)
            at = started_at or clock.now()
            await store.add_session(
                connection, viewer.user_id, media_id, session_id, at, seconds, note.strip()
            )
        return session_id

    async def remove_session(self, viewer: Viewer, session_id: UUID) -> None:
        """Forget a session. Raises NotHere for one that is not the viewer's."""
        async with self._acts.act(viewer, "session_removed") as acting:
            acting.media_id = await store.remove_session(
                acting.connection, viewer.user_id, session_id
            )
            if acting.media_id is None:
                raise NotHere("There is no such session.")

    async def state(self, viewer: Viewer, media_id: UUID) -> State | None:
        """Where the viewer stands with a title."""
        return await store.state(self._db, viewer.user_id, media_id)

    async def states(
        self,
        viewer: Viewer,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        *,
        kind: MediaKind = MediaKind.GAME,
        statuses: Sequence[Status] = STATUSES,
        platform: str = "",
    ) -> list[State]:
        """Titles of a kind in some states, the last changed first."""
        return await store.states(
            self._db, viewer.user_id, kind.value, statuses, platform, limit, before
        )

    async def board(self, viewer: Viewer, limit: int) -> dict[Status, list[State]]:
        """Games by their state, each the last changed first."""
        found: dict[Status, list[State]] = {each: [] for each in STATUSES}
        for state in await store.board(self._db, viewer.user_id, MediaKind.GAME.value, limit):
            found[state.status].append(state)
        return found

    async def counts(self, viewer: Viewer, kind: MediaKind = MediaKind.GAME) -> dict[str, int]:
        """How many titles of a kind are in each state."""
        return await store.counts(self._db, viewer.user_id, kind.value)

    async def sessions(
        self,
        viewer: Viewer,
        limit: int,
        *,
        media_id: UUID | None = None,
        before: datetime | None = None,
    ) -> list[PlaySession]:
        """Sessions of a game or of all, the last first."""
        return await store.sessions(self._db, viewer.user_id, media_id, limit, before)


async def _check(connection: Connection, media_ids: Sequence[UUID], status: Status) -> None:
    kinds = await store.kinds(connection, media_ids)
    for media_id in media_ids:
        if media_id not in kinds:
            raise NotHere("There is no such title.")
        if status not in allowed(MediaKind(kinds[media_id])):
            raise Invalid(
                "Only a game can be in this state; movies and shows are paused or dropped.",
                code="not_a_state",
            )
