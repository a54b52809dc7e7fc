"""The lists of Discover, as providers have them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from seen.catalog.model.sections import SECTION_LENGTH, SECTIONS, Section, SectionState
from seen.catalog.service import Catalog
from seen.catalog.store import sections as store
from seen.core import clock
from seen.core.db import Database
from seen.core.events import Event, Events
from seen.core.jobs import JobContext
from seen.core.log import get_log
from seen.core.wording import counted
from seen.host.registry import Handle
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.errors import PluginError, Unsupported
from seen.plugin.models import FeedPage

log = get_log(__name__)
SECTIONS_JOB = "catalog_sections"
_PAGE_SECONDS = 60.0
_MOST_PAGES = 10
_PATIENCE = 3
Providers = Callable[[], Sequence[Handle[MetadataProvider]]]


@dataclass(slots=True)
class _Tally:
    """What came of a run."""

    filled: int = 0
    titles: int = 0
    problems: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)

    def sentence(self) -> str:
        said = f"{counted(self.filled, 'list')} brought up to date, {self.titles} titles."
        if not self.filled and not self.problems:
            return "All lists are fresh."
        kept = " ".join(dict.fromkeys(self.problems))
        return f"{said} Not everybody answered: {kept}" if kept else said


class SectionLists:
    """Fills each list from the first provider that has it, in the admin's order."""

    def __init__(
        self, db: Database, events: Events, catalog: Catalog, providers: Providers
    ) -> None:
        self._db = db
        self._events = events
        self._catalog = catalog
        self._providers = providers

    async def run(self, context: JobContext) -> str:
        """Bring the lists up to date that are due, or all with the fact ``everything``."""
        now, tally = clock.now(), _Tally()
        states = await store.states(self._db, SECTIONS)
        everything = bool(context.facts.get("everything"))
        due = [
            each
            for each in states
            if everything or each.is_due(now, _names(self._able(each.section)))
        ]
        for at, state in enumerate(due):
            await context.progress(at, len(due), state.section.title)
            await self._fill(state, tally)
        return tally.sentence()

    def _able(self, section: Section) -> list[Handle[MetadataProvider]]:
        return [
            each
            for each in self._providers()
            if "feed" in each.features and section.kind in each.facts.kinds
        ]

    async def _fill(self, state: SectionState, tally: _Tally) -> None:
        able = self._able(state.section)
        row = await store.section_id(self._db, state.section, _names(able))
        problems = []
        for provider in able:
            try:
                media_ids = await self._listed_patiently(provider, state.section, tally)
            except Unsupported:
                continue
            except PluginError as error:
                log.warning("catalog: no list", section=state.section.name, reason=str(error))
                problems.append(f"{provider.title}: {error}")
                if state.provider == provider.instance_id:
                    # Its titles of last time are better than another one's of today.
                    break
                continue
            if media_ids:
                async with self._db.transaction() as connection:
                    await store.replace_items(connection, row, media_ids, provider.instance_id)
                await self._events.emit(Event("catalog", subject=state.section.name))
                tally.filled += 1
                tally.titles += len(media_ids)
                break
        if problems:
            # Those who did not answer are asked again in the next run, even where a later one did.
            await store.note_problem(self._db, row, " ".join(problems)[:500])
            await self._events.emit(Event("catalog", subject=state.section.name))
            tally.problems += problems

    async def _listed_patiently(
        self, provider: Handle[MetadataProvider], section: Section, tally: _Tally
    ) -> list[UUID]:
        """The titles of a list. A provider that refused some lists in a row is not asked for more
        in this run: each refusal may have taken many tries. Raises PluginError."""
        refused = tally.refused.get(provider.instance_id, 0)
        if refused >= _PATIENCE:
            raise PluginError("does not answer; its other lists are asked for later")
        try:
            found = await self._listed(provider, section)
        except Unsupported:
            raise
        except PluginError:
            tally.refused[provider.instance_id] = refused + 1
            raise
        tally.refused.pop(provider.instance_id, None)
        return found

    async def _listed(self, provider: Handle[MetadataProvider], section: Section) -> list[UUID]:
        """The titles of a list in order, each once. Raises PluginError when no page came."""
        found: dict[UUID, None] = {}
        page: int | None = 1
        for _ in range(_MOST_PAGES):
            if page is None or len(found) >= SECTION_LENGTH:
                break
            try:
                answer = await self._page(provider, section, page)
            except PluginError:
                if found:
                    # The head of the list is what people see; the tail comes next time.
                    break
                raise
            ids = await self._catalog.store_hits(answer.hits, provider.instance_id, due=True)
            for details in answer.details:
                ids[details.ref] = await self._catalog.store_details(
                    details, provider.instance_id, announce=False
                )
            found.update((ids[hit.ref], None) for hit in answer.hits if hit.ref in ids)
            page = answer.next_page
        return list(found)[:SECTION_LENGTH]

    async def _page(
        self, provider: Handle[MetadataProvider], section: Section, page: int
    ) -> FeedPage:
        return await provider.call(
            lambda p: p.feed(section.key, section.kind, page), timeout=_PAGE_SECONDS
        )


def _names(providers: Sequence[Handle[MetadataProvider]]) -> str:
    return ",".join(each.instance_id for each in providers)
