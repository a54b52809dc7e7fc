"""When people saw what."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from seen.core.db import Database
from seen.core.errors import NotHere
from seen.core.viewer import Viewer
from seen.plugin.models import MediaKind
from seen.tracking.model.history import Viewing
from seen.tracking.service.acting import Acts
from seen.tracking.store import history as store


class History:
    """The viewer's viewings."""

    def __init__(self, db: Database, acts: Acts) -> None:
        self._db = db
        self._acts = acts

    async def viewings(
        self,
        viewer: Viewer,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        *,
        media_id: UUID | None = None,
        episode_id: UUID | None = None,
        kind: MediaKind | None = None,
    ) -> list[Viewing]:
        """What the viewer saw, the last first; of one title, of one episode or of all."""
        return await store.viewings(
            self._db,
            viewer.user_id,
            media_id,
            episode_id,
            kind.value if kind else None,
            limit,
            before,
        )

    async def seen_titles(
        self,
        viewer: Viewer,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        *,
        kind: MediaKind | None = None,
    ) -> list[tuple[UUID, datetime]]:
        """Titles of which the viewer saw something, each once, the last seen first."""
        return await store.seen_titles(
            self._db, viewer.user_id, kind.value if kind else None, limit, before
        )

    async def set_time(self, viewer: Viewer, viewing_id: UUID, at: datetime) -> None:
        """Say when a viewing was. Raises NotHere for one that is not the viewer's."""
        async with self._acts.act(viewer, "viewing_changed") as acting:
            acting.media_id = _known(
                await store.set_time(acting.connection, viewer.user_id, viewing_id, at)
            )

    async def set_day(self, viewer: Viewer, viewing_id: UUID, day: date) -> None:
        """Say on which day (UTC) a viewing was, at the same time of it. Raises NotHere for one that
        is not the viewer's."""
        async with self._acts.act(viewer, "viewing_changed") as acting:
            acting.media_id = _known(
                await store.set_day(acting.connection, viewer.user_id, viewing_id, day)
            )

    async def remove(self, viewer: Viewer, viewing_id: UUID) -> None:
        """Forget a viewing. Raises NotHere for one that is not the viewer's."""
        async with self._acts.act(viewer, "viewing_removed") as acting:
            acting.media_id = _known(
                await store.remove(acting.connection, viewer.user_id, viewing_id)
            )

    async def clear(self, viewer: Viewer, since: datetime | None = None) -> int:
        """Forget what the viewer watched and played and where they are in it, all or from a time
        on; answers with how many entries that were."""
        async with self._acts.act(viewer, "history_cleared") as acting:
            gone = await store.clear(acting.connection, viewer.user_id, since)
            acting.facts["count"] = gone
        return gone


def _known(media_id: UUID | None) -> UUID:
    if media_id is None:
        raise NotHere("There is no such viewing.")
    return media_id
