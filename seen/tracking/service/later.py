"""What people keep for later, in their own order."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from seen.core.db import Database
from seen.core.errors import NotHere
from seen.core.viewer import Viewer
from seen.plugin.models import MediaKind
from seen.tracking.service.acting import Acts, single
from seen.tracking.store import later as store
from seen.tracking.store import opinions


class WatchLater:
    """The viewer's list, the uppermost first."""

    def __init__(self, db: Database, acts: Acts) -> None:
        self._db = db
        self._acts = acts

    async def add(self, viewer: Viewer, media_ids: Sequence[UUID]) -> int:
        """Put titles on top; how many were not listed. Raises NotHere for an unknown title."""
        async with self._acts.act(viewer, "later_added", single(media_ids)) as acting:
            if len(await opinions.known(acting.connection, media_ids)) < len(set(media_ids)):
                raise NotHere("There is no such title.")
            added = await store.add(
                acting.connection, viewer.user_id, list(dict.fromkeys(media_ids))
            )
            acting.facts["count"] = added
        return added

    async def remove(self, viewer: Viewer, media_ids: Sequence[UUID]) -> int:
        """Take titles off; how many were listed."""
        async with self._acts.act(viewer, "later_removed", single(media_ids)) as acting:
            removed = await store.remove(acting.connection, viewer.user_id, media_ids)
            acting.facts["count"] = removed
        return removed

    async def move(self, viewer: Viewer, media_id: UUID, before: UUID | None) -> None:
        """Put a listed title right above another one, or at the end. Raises NotHere for what is
        not listed."""
        async with self._acts.act(viewer, "later_moved", media_id) as acting:
            if before == media_id:
                return
            if not await store.move(acting.connection, viewer.user_id, media_id, before):
                raise NotHere("This title is not on your list.")
            if await store.is_crowded(acting.connection, viewer.user_id):
                await store.number_anew(acting.connection, viewer.user_id)

    async def listed(
        self, viewer: Viewer, limit: int, after: float | None = None, kind: MediaKind | None = None
    ) -> list[tuple[UUID, float]]:
        """The list from the top: titles with the rank that leads on from each."""
        return await store.listed(
            self._db, viewer.user_id, kind.value if kind else None, limit, after
        )

    async def count(self, viewer: Viewer) -> int:
        """How many titles are listed."""
        return await store.count(self._db, viewer.user_id)
