"""The episodes of seasons that are new, go on, or have grown."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from seen.catalog.jobs.sections import Providers
from seen.catalog.model.freshness import RETRY
from seen.catalog.service import Catalog
from seen.catalog.store import refreshing as store
from seen.catalog.store.refreshing import DueSeason
from seen.core import clock
from seen.core.db import Database
from seen.core.jobs import JobContext
from seen.core.wording import counted
from seen.host.registry import Handle
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.errors import PluginError

SEASONS_JOB = "catalog_seasons"
_BATCH = 100
_SECONDS = 60.0
_LIVELY, _DAYS_LIVELY = timedelta(days=1), 200
# After so many refusals in a row a provider is left alone until the next run.
_PATIENCE = 5


class Seasons:
    """Asks for the episodes of seasons that are due."""

    def __init__(self, db: Database, catalog: Catalog, providers: Providers) -> None:
        self._db = db
        self._catalog = catalog
        self._providers = providers

    async def run(self, context: JobContext) -> str:
        """Bring the seasons up to date that are due."""
        done, put_off, refused = 0, 0, 0
        problem = ""
        while True:
            able = {
                each.facts.source: each
                for each in reversed(self._providers())
                if "episodes" in each.features and "refresh" in each.features
            }
            due = await store.due_seasons(self._db, list(able), _BATCH)
            if not due or refused >= _PATIENCE:
                break
            for each in due:
                try:
                    await self._ask(able, each)
                except PluginError as error:
                    problem, refused = f" {error}.", refused + 1
                    await self._put_off(each, clock.now() + RETRY)
                    put_off += 1
                else:
                    done, refused = done + 1, 0
                if refused >= _PATIENCE:
                    break
                await context.progress(done, done + len(due), each.title)
        if not done and not put_off:
            return "No season is due."
        said = f"{counted(done, 'season')} brought up to date"
        return said + (f", {put_off} tried again later.{problem}" if put_off else ".")

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
