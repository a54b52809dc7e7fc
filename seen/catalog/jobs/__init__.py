"""What keeps the catalog fresh in the background: lists, changes, titles, seasons.

Each looks only at what is due. A provider that does not answer changes nothing but the time of
the next try; nothing is ever deleted because of what a provider did not say.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from seen.catalog.jobs.changes import CHANGES_JOB, Changes
from seen.catalog.jobs.seasons import SEASONS_JOB, Seasons
from seen.catalog.jobs.sections import SECTIONS_JOB, SectionLists
from seen.catalog.jobs.titles import TITLES_JOB, Absorb, Titles
from seen.catalog.service import Catalog
from seen.core.db import Database
from seen.core.events import Event, Events
from seen.core.jobs import Job, JobContext, JobEngine
from seen.host import PluginHost

__all__ = ["CHANGES_JOB", "SEASONS_JOB", "SECTIONS_JOB", "TITLES_JOB", "CatalogJobs"]
_SETTLE_SECONDS = 30.0


class CatalogJobs:
    """The four jobs, and what sets them going besides their schedule."""

    def __init__(
        self,
        db: Database,
        events: Events,
        jobs: JobEngine,
        host: PluginHost,
        catalog: Catalog,
        absorb: Absorb,
    ) -> None:
        self._jobs = jobs
        self._host = host
        self._catalog = catalog
        self._db = db
        self._events = events
        self._absorb = absorb
        self._running: tuple[str, ...] = ()
        self._begun = False

    def begin(self) -> None:
        """Register the jobs, and set them going when providers come; before the queue starts."""
        self._begun = True
        providers = self._host.metadata_providers
        titles = Titles(self._db, self._events, self._catalog, providers, self._absorb)
        seasons = Seasons(self._db, self._events, self._catalog, providers)
        changes = Changes(self._db, providers)
        lists = SectionLists(self._db, self._events, self._catalog, providers)
        followed = {SECTIONS_JOB: TITLES_JOB, CHANGES_JOB: TITLES_JOB, TITLES_JOB: SEASONS_JOB}
        for name, title, run, schedule in (
            (SECTIONS_JOB, "Lists of Discover", lists.run, "*/10 * * * *"),
            (CHANGES_JOB, "Changes at the providers", changes.run, "7 * * * *"),
            (TITLES_JOB, "Titles that may have changed", titles.run, "*/10 * * * *"),
            (SEASONS_JOB, "Seasons and episodes", seasons.run, "*/20 * * * *"),
        ):
            work = self._settled(run, followed.get(name))
            self._jobs.register(Job(name, title, work, schedule=schedule))
        self._events.on("plugin_status", self._providers_changed)

    def _settled(
        self, run: Callable[[JobContext], Awaitable[str]], then: str | None
    ) -> Callable[[JobContext], Awaitable[str]]:
        """The job once plugins run, and the job that has work after it."""

        async def work(context: JobContext) -> str:
            await self._host.settled(_SETTLE_SECONDS)
            sentence = await run(context)
            if then is not None:
                await self._jobs.enqueue(then, dedupe="follows")
            return sentence

        return work

    async def hurry(self, media_id: UUID) -> bool:
        """Ask now about a title that somebody looks at and of which little is known; whether there
        is anything to wait for."""
        if not self._begun:
            return False
        title = await self._catalog.hurry(media_id)
        seasons = await self._catalog.hurry_seasons(media_id)
        for wanted, job in ((title, TITLES_JOB), (seasons, SEASONS_JOB)):
            if wanted:
                await self._jobs.enqueue(job, dedupe="follows")
        return title or seasons

    async def _providers_changed(self, _: Event) -> None:
        """Another provider runs: it may know lists that nobody knew so far."""
        running = tuple(
            each.instance_id for each in self._host.metadata_providers() if "feed" in each.features
        )
        if running and running != self._running:
            await self._jobs.enqueue(SECTIONS_JOB, dedupe="scheduled")
        self._running = running
