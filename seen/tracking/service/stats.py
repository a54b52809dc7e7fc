"""What people watched and played, in numbers: for themselves, and for others where they say so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from seen.core.cache import PREFIX, Cache, SingleFlight
from seen.core.db import Database
from seen.core.errors import NotHere
from seen.core.viewer import Viewer
from seen.tracking.model.stats import Sharer, Stats
from seen.tracking.store import stats as store

_MOST = 8
_TTL_SECONDS = 600
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class Statistics:
    """The viewer's numbers, and those that others share."""

    def __init__(self, db: Database, cache: Cache) -> None:
        self._db = db
        self._flight = SingleFlight(cache)

    async def sharers(self, viewer: Viewer) -> list[Sharer]:
        """The others who share their numbers, by name."""
        return await store.sharers(self._db, viewer.user_id)

    async def of(
        self, viewer: Viewer, year: int | None = None, person_id: UUID | None = None
    ) -> Stats:
        """Those of a year (UTC), or of all time; the viewer's own, or those of a person who shares
        them. Raises NotHere for anybody else."""
        who = person_id or viewer.user_id
        if who != viewer.user_id and all(each.id != who for each in await self.sharers(viewer)):
            raise NotHere("Nobody of that id shares their statistics.")
        last = await store.last_act(self._db, who)
        if last is None:
            return await self._count(who, year)
        # Whatever changes the numbers is an act, so that they hold until the next one.
        kept = await self._flight.get(
            f"{PREFIX}stats:{who}:{year or 'ever'}:{last}",
            _TTL_SECONDS,
            lambda: self._encoded(who, year),
        )
        return msgspec.json.decode(kept, type=Stats)

    async def _encoded(self, who: UUID, year: int | None) -> bytes:
        return msgspec.json.encode(await self._count(who, year))

    async def _count(self, who: UUID, year: int | None) -> Stats:
        """In seven queries at once."""
        db = self._db
        start = datetime(year, 1, 1, tzinfo=UTC) if year else _FIRST
        end = datetime(year + 1, 1, 1, tzinfo=UTC) if year else _LAST
        years, figures, ratings, days = await asyncio.gather(
            store.years(db, who),
            store.figures(db, who, start, end),
            store.ratings(db, who, start, end),
            store.days(db, who, start, end),
        )
        genres, decades, people = await asyncio.gather(
            store.genres(db, who, start, end, _MOST),
            store.decades(db, who, start, end),
            store.people(db, who, start, end, _MOST),
        )
        return Stats(
            year,
            tuple(years),
            figures,
            tuple(genres),
            tuple(decades),
            tuple(people),
            tuple(ratings),
            tuple(days),
        )
