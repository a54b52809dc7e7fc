"""The episodes of seasons that are new, go on, or have grown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from seen.catalog.jobs.sections import Providers
from seen.catalog.model.freshness import LEASE, RETRY
from seen.catalog.service import Catalog
from seen.catalog.store import refreshing as store
from seen.catalog.store.refreshing import DueSeason
from seen.core import clock
from seen.core.db import Database
from seen.core.events import Event, Events
from seen.core.jobs import JobContext
from seen.core.wording import counted
from seen.host.registry import Handle
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.errors import PluginError, Unavailable

SEASONS_JOB = "catalog_seasons"
_BATCH = 100
_AT_ONCE = 4
_SECONDS = 60.0
_LIVELY, _DAYS_LIVELY = timedelta(days=1), 200
# After so many refusals in a row a provider is left alone until the next run.
_PATIENCE = 5


@dataclass(slots=True)
class _Tally:
    """What came of a run. ``refused`` counts the refusals in a row."""

    done: int = 0
    put_off: int = 0
    refused: int = 0
    problem: str = ""

    def sentence(self) -> str:
        if not self.done and not self.put_off:
            return "No season is due."
        said = f"{counted(self.done, 'season')} brought up to date"
        later = f", {self.put_off} tried again later. {self.problem}."
        return said + (later if self.put_off else ".")


class Seasons:
    """Asks for the episodes of seasons that are due."""

    def __init__(
        self, db: Database, events: Events, catalog: Catalog, providers: Providers
    ) -> None:
        self._db = db
        self._events = events
        self._catalog = catalog
        self._providers = providers

    async def run(self, context: JobContext) -> str:
        """Bring the seasons up to date that are due, those of some shows at the same time."""
        tally = _Tally()
        while tally.refused < _PATIENCE:
            able = {
                each.facts.source: each
                for each in reversed(self._providers())
                if "episodes" in each.features and "refresh" in each.features
            }
            due = await store.claim_seasons(self._db, list(able), _BATCH, LEASE)
            if not due:
                break
            shows: dict[UUID, list[DueSeason]] = {}
            for each in due:
                shows.setdefault(each.media_id, []).append(each)
            turn = asyncio.Semaphore(_AT_ONCE)
            async with asyncio.TaskGroup() as group:
                for seasons in shows.values():
                    group.create_task(self._ask_in_turn(turn, able, seasons, tally))
            await self._events.emit(Event("catalog", facts={"seasons": len(due)}))
            await context.progress(tally.done, tally.done + len(due), due[-1].title)
        return tally.sentence()

    async def _ask_in_turn(
        self, turn: asyncio.Semaphore, able: dict[str, Handle[MetadataProvider]],
        seasons: Sequence[DueSeason], tally: _Tally,
    ) -> None:  # fmt: skip
        """Ask for the seasons of one show, one after the other: many services give all at once, and
        the first answer holds the others."""
        async with turn:
            for each in seasons:
                try:
                    if tally.refused >= _PATIENCE:
                        raise Unavailable(tally.problem)
                    await self._ask(able, each)
                except PluginError as error:
                    tally.problem = str(error)
                    tally.refused += 1
                    tally.put_off += 1
                    await self._put_off(each, clock.now() + RETRY)
                else:
                    tally.done += 1
                    tally.refused = 0

    async def _ask(self, able: dict[str, Handle[MetadataProvider]], due: DueSeason) -> None:
        order = {source: at for at, source in enumerate(reversed(able))}
        ref = min(due.refs, key=lambda each: order[each.source])
        provider = able[ref.source]
        listed = await provider.call(lambda p: p.episodes(ref, due.number), timeout=_SECONDS)
        await self._catalog.store_episodes(due.media_id, due.number, listed)
        last = max((each.air_date for each in listed if each.air_date), default=due.air_date)
        await self._put_off(due, _due_again(clock.now(), last, bool(listed)))

    async def _put_off(self, due: DueSeason, until: datetime | None) -> None:
        await store.put_off_season(self._db, due.media_id, due.number, until)


def _due_again(now: datetime, last: date | None, has_episodes: bool) -> datetime | None:
    """A season is asked for daily while it goes on and for some months after; when it is over,
    only when its show announces more episodes of it."""
    if not has_episodes or last is None:
        return now + 7 * _LIVELY
    return now + _LIVELY if (now.date() - last).days < _DAYS_LIVELY else None
