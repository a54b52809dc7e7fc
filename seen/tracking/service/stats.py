"""What people watched and played, in numbers. For nobody but themselves."""

from __future__ import annotations

from datetime import UTC, datetime

from seen.core.db import Database
from seen.core.viewer import Viewer
from seen.tracking.model.stats import Stats
from seen.tracking.store import stats as store

_MOST = 8
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class Statistics:
    """The viewer's numbers."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, viewer: Viewer, year: int | None = None) -> Stats:
        """Those of a year (UTC), or of all time; in eight queries."""
        who = viewer.user_id
        start = datetime(year, 1, 1, tzinfo=UTC) if year else _FIRST
        end = datetime(year + 1, 1, 1, tzinfo=UTC) if year else _LAST
        return Stats(
            year,
            tuple(await store.years(self._db, who)),
            await store.figures(self._db, who, start, end),
            tuple(await store.genres(self._db, who, start, end, _MOST)),
            tuple(await store.decades(self._db, who, start, end)),
            tuple(await store.people(self._db, who, start, end, _MOST)),
            tuple(await store.ratings(self._db, who, start, end)),
            tuple(await store.days(self._db, who, start, end)),
        )
