"""Titles that may have changed, asked about in batches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from seen.catalog.jobs.sections import Providers
from seen.catalog.model.freshness import LEASE, RETRY, refresh_after
from seen.catalog.service import Catalog
from seen.catalog.store import refreshing as store
from seen.catalog.store.refreshing import DueTitle
from seen.core import clock
from seen.core.db import Database
from seen.core.events import Event, Events
from seen.core.jobs import JobContext
from seen.core.log import get_log
from seen.core.wording import counted
from seen.host.registry import Handle
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.errors import NotFound, PluginError
from seen.plugin.models import ExternalRef, KnownTitle, Refreshed, SearchQuery

log = get_log(__name__)
TITLES_JOB = "catalog_titles"
_BATCH = 50
_BATCH_SECONDS = 180.0
_DETAILS_SECONDS = 30.0
# After so many refused batches in a row a provider is left alone until the next run.
_PATIENCE = 3
Absorb = Callable[[UUID, UUID], Awaitable[None]]
"""Lets a title take over everything of another one that turned out to be the same."""


@dataclass(slots=True)
class _Tally:
    """What came of a run."""

    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    """Batches in a row that a provider did not answer, by its instance."""

    @property
    def done(self) -> int:
        return self.changed + self.unchanged + self.gone

    def rests(self, provider: Handle[MetadataProvider]) -> bool:
        """Whether a provider has not answered so often that it is left alone for this run."""
        return self.refused.get(provider.instance_id, 0) >= _PATIENCE

    def sentence(self) -> str:
        if not self.done and not self.waiting:
            return "No title is due."
        parts = [f"{counted(self.changed, 'title')} changed", f"{self.unchanged} unchanged"]
        if self.gone:
            parts.append(f"{self.gone} gone at their provider")
        if self.waiting:
            parts.append(f"{self.waiting} tried again later")
        return ", ".join(parts) + "." + "".join(f" {each}" for each in dict.fromkeys(self.problems))


class Titles:
    """Asks each title's first provider, in the admin's order, what became of it."""

    def __init__(
        self,
        db: Database,
        events: Events,
        catalog: Catalog,
        providers: Providers,
        absorb: Absorb,
    ) -> None:
        self._db = db
        self._events = events
        self._catalog = catalog
        self._providers = providers
        self._absorb = absorb

    async def run(self, context: JobContext) -> str:
        """Bring the titles up to date that are due, longest due first; with the fact
        ``everything`` all that can be asked about are."""
        tally = _Tally()
        if context.facts.get("everything"):
            await store.make_all_due(self._db)
        total: int | None = None
        while True:
            able = _able(self._providers())
            sources = [each.facts.source for each in able]
            answering = [each.facts.source for each in able if not tally.rests(each)]
            if total is None:
                total = await store.count_due(self._db, sources)
            due = await store.claim_titles(self._db, sources, answering, _BATCH, LEASE)
            if not due:
                return tally.sentence()
            for provider in able:
                batch = [each for each in due if _asked_of(each, able) is provider]
                if batch:
                    await self._ask(provider, batch, tally)
            await self._events.emit(Event("catalog", facts={"titles": len(due)}))
            await context.progress(min(tally.done, total), total, f"{tally.done} of {total} titles")

    async def _ask(
        self, provider: Handle[MetadataProvider], batch: Sequence[DueTitle], tally: _Tally
    ) -> None:
        source = provider.facts.source
        known = {}
        for each in batch:
            told = each.known(source)
            # Another provider's validator means nothing to this one.
            own = each.provider == provider.instance_id
            known[each.id] = told if own else KnownTitle(told.ref)
        answers = await self._answers(provider, list(known.values()), tally)
        by_ref = {each.ref: each for each in answers}
        left_out = []
        unchanged = []
        for each in batch:
            answer = by_ref.get(known[each.id].ref)
            if answer is None:
                left_out.append(each.id)
            elif answer.state == "unchanged":
                unchanged.append(each.id)
            else:
                await self._apply(provider, each.id, answer, tally)
        await self._set_unchanged(unchanged)
        tally.unchanged += len(unchanged)
        if left_out:
            await store.put_off(self._db, left_out, clock.now() + RETRY)
            tally.waiting += len(left_out)

    async def _answers(
        self, provider: Handle[MetadataProvider], known: Sequence[KnownTitle], tally: _Tally
    ) -> Sequence[Refreshed]:
        """What became of a batch; nothing where the provider does not answer or rests. Its titles
        are not left to the next provider, who may know less."""
        if tally.rests(provider):
            return ()
        try:
            answers = await _refresh(provider, known)
        except PluginError as error:
            tally.problems.append(f"{provider.title}: {error}.")
            tally.refused[provider.instance_id] = tally.refused.get(provider.instance_id, 0) + 1
            return ()
        tally.refused.pop(provider.instance_id, None)
        return answers

    async def _set_unchanged(self, media_ids: Sequence[UUID]) -> None:
        if not media_ids:
            return
        now = clock.now()
        facts = await store.pace_facts(self._db, media_ids)
        due = [
            (media_id, refresh_after(now, media_id, released, status))
            for media_id, released, status in facts
        ]
        await store.set_unchanged(self._db, due)

    async def _apply(
        self,
        provider: Handle[MetadataProvider],
        media_id: UUID,
        answer: Refreshed,
        tally: _Tally,
    ) -> None:
        if answer.details is not None:
            twins = await self._catalog.known_all(answer.details)
            stored = await self._catalog.store_details(
                answer.details, provider.instance_id, announce=False
            )
            for twin in {*twins, media_id} - {stored}:
                await self._absorb(twin, stored)
            tally.changed += 1
            return
        if not await self._moved(provider, media_id, answer.ref):
            await store.set_gone(self._db, media_id)
            tally.gone += 1

    async def _moved(
        self, provider: Handle[MetadataProvider], media_id: UUID, ref: ExternalRef
    ) -> bool:
        """Whether a title that is gone goes on under another id, found by its ids elsewhere."""
        title = await self._catalog.title(media_id)
        elsewhere = {
            source: value for source, value in title.external_ids.items() if source != ref.source
        }
        if not elsewhere or "search" not in provider.features:
            return False
        query = SearchQuery("", ref.kind, external_ids=elsewhere)
        try:
            hits = await provider.call(lambda p: p.search(query), timeout=_DETAILS_SECONDS)
            if len(hits) != 1 or hits[0].ref == ref:
                return False
            new = hits[0].ref
            details = await provider.call(lambda p: p.details(new), timeout=_DETAILS_SECONDS)
        except PluginError:
            return False
        stored = await self._catalog.store_details(details, provider.instance_id)
        await self._catalog.drop_ref(ref)
        if stored != media_id:
            await self._absorb(media_id, stored)
        log.info("catalog: a title moved", title=title.title, old=ref.id, new=new.id)
        return True


def _able(providers: Sequence[Handle[MetadataProvider]]) -> list[Handle[MetadataProvider]]:
    """Providers that can tell what became of a title: in a batch, or one by one. Those that only
    read what lies beside a file are not among them: their titles have no list and no changes."""
    return [
        each
        for each in providers
        if "refresh" in each.features or {"details", "changes"} <= each.features
    ]


def _asked_of(
    due: DueTitle, able: Sequence[Handle[MetadataProvider]]
) -> Handle[MetadataProvider] | None:
    sources = {ref.source for ref in due.refs}
    return next((each for each in able if each.facts.source in sources), None)


async def _refresh(
    provider: Handle[MetadataProvider], known: Sequence[KnownTitle]
) -> Sequence[Refreshed]:
    """What became of some titles. Raises PluginError when none could be asked about."""
    if "refresh" in provider.features:
        return await provider.call(lambda p: p.refresh(known), timeout=_BATCH_SECONDS)
    found = []
    for each in known:
        ref = each.ref

        async def ask(p: MetadataProvider, ref: ExternalRef = ref) -> Refreshed:
            return Refreshed(ref, "changed", await p.details(ref))

        try:
            found.append(await provider.call(ask, timeout=_DETAILS_SECONDS))
        except NotFound:
            found.append(Refreshed(ref, "gone"))
        except PluginError:
            if not found:
                raise
            break
    return found
