"""From a file to a title: parse, ask, decide, and keep what was learned."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from seen.catalog.service import Catalog
from seen.core.log import get_log
from seen.host import PluginHost
from seen.host.registry import Handle
from seen.library.model import (
    Candidate,
    Decision,
    FileFacts,
    SearchStep,
    decide,
    follow_ids,
    search_plan,
)
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.errors import NotFound, PluginError
from seen.plugin.models import (
    ExternalRef,
    MediaKind,
    ParsedName,
    ParseHints,
    SearchHit,
    SearchQuery,
)

log = get_log(__name__)
_SEARCH_SECONDS = 20.0
_DETAILS_SECONDS = 30.0
# A provider that refused this many questions in a row is left alone for the rest of a scan; the
# files it was not asked about come again with the next one.
_PATIENCE = 5
# A library of many names asks about few titles at a time; more answers than this are dropped.
_MEMO_ENTRIES = 5_000


@dataclass(frozen=True, slots=True)
class Identified:
    """What a file turned out to be. ``complete`` is False when a provider did not answer, so that
    the file is looked at again next time."""

    decision: Decision
    media_id: UUID | None = None
    episode_ids: tuple[UUID, ...] = ()
    complete: bool = True
    reason: str = ""


@dataclass(slots=True)
class _Answers:
    """Candidates so far, whether everybody could be asked, and whether anybody answered who knows
    more than what lies beside the file."""

    candidates: list[Candidate] = field(default_factory=list)
    complete: bool = True
    refusal: str = ""
    informed: bool = False


Absorb = Callable[[UUID, UUID], Awaitable[None]]
"""Lets a title take over everything of another one that turned out to be the same."""


class Identifier:
    """Identifies files during one scan, remembering what it asked.

    One name is one question however many episodes carry it.
    """

    def __init__(self, host: PluginHost, catalog: Catalog, absorb: Absorb) -> None:
        self._host = host
        self._catalog = catalog
        self._absorb = absorb
        self._refusals: dict[str, tuple[int, str]] = {}
        self._searches: dict[tuple[Any, ...], asyncio.Task[tuple[Sequence[SearchHit], str]]] = {}
        self._titles: dict[ExternalRef, asyncio.Lock] = {}
        self._seasons: dict[tuple[UUID, int], asyncio.Lock] = {}

    def providers(self, kind: MediaKind) -> list[Handle[MetadataProvider]]:
        """Who can be asked about a kind, in the admin's order."""
        return [
            each
            for each in self._host.metadata_providers()
            if kind in each.facts.kinds and "search" in each.features
        ]

    def asked(self) -> str:
        """The names of all who would be asked, for telling later who was not."""
        return ",".join(sorted(each.instance_id for each in self._host.metadata_providers()))

    async def parse(self, path: Path, hints: ParseHints) -> ParsedName | None:
        """What the path says: the first scanner that has an answer."""
        for scanner in self._host.scanners():
            if "parse" not in scanner.features:
                continue
            try:
                found = await scanner.call(lambda s: s.parse(path, hints), timeout=30.0)
            except PluginError as error:
                log.warning("library: a name was not read", path=str(path), reason=str(error))
                continue
            if found is not None:
                return found
        return None

    async def identify(
        self, path: Path, parsed: ParsedName, duration_seconds: float | None
    ) -> Identified:
        """Decide what a file is, and store its title and episodes when that is clear."""
        answers, facts = _Answers(), FileFacts(duration_seconds)
        decision = decide(parsed, ())
        for step in search_plan(parsed, path=path):
            await self._ask(step, path, parsed, facts, answers)
            # What a side-car file says of ids is as good as if the name said it.
            hits = [each.hit for each in answers.candidates]
            if not step.by_id and (follow := follow_ids(parsed, hits)) is not None:
                await self._ask(follow, path, parsed, facts, answers)
            # The name itself will do where nobody answered who could know better.
            decision = decide(parsed, answers.candidates, facts, not answers.informed)
            if decision.state == "matched":
                break
        if decision.chosen is None:
            reason = answers.refusal if not answers.complete else decision.reason
            return Identified(decision, complete=answers.complete, reason=reason)
        return await self._identified(path, parsed, decision, answers)

    async def _identified(
        self, path: Path, parsed: ParsedName, decision: Decision, answers: _Answers
    ) -> Identified:
        """Store the title that was decided for, and the episodes that the file holds of it."""
        assert decision.chosen is not None
        chosen = await self._preferred(decision.chosen, path)
        try:
            media_id = await self.store(chosen, _aliases(parsed, answers.candidates))
            episodes = await self._episodes(chosen, media_id, parsed)
        except PluginError as error:
            return Identified(decision, complete=False, reason=f"{error}; it is tried again later")
        if parsed.kind is MediaKind.SHOW and not episodes and _names_an_episode(parsed):
            reason = f"{chosen.hit.title} was found, but not which episode this is"
            return Identified(decision, reason=reason, complete=answers.complete)
        reason = f"{decision.reason}; {answers.refusal}" if answers.refusal else decision.reason
        return Identified(decision, media_id, tuple(episodes), answers.complete, reason)

    async def _ask(
        self, step: SearchStep, path: Path, parsed: ParsedName, facts: FileFacts,
        answers: _Answers,
    ) -> None:  # fmt: skip
        """Ask providers in the admin's order, until one who knows the world has made it clear.

        The next one would add the same title in another spelling or with another year, which is
        no help, and costs its service a question for every name.
        """
        for provider in self.providers(step.query.kind or MediaKind.MOVIE):
            hits, refusal = await self._search(provider, step, path)
            if refusal:
                answers.complete = False
                answers.refusal = refusal
            answers.candidates += [
                Candidate(hit, provider.instance_id, rank, by_id=step.by_id)
                for rank, hit in enumerate(hits)
            ]
            if _knows_the_world(provider) and not refusal:
                answers.informed = True
                if decide(parsed, answers.candidates, facts).state == "matched":
                    break

    async def _preferred(self, chosen: Candidate, path: Path) -> Candidate:
        """The same title at the first provider that knows it by the ids it has elsewhere."""
        if not chosen.hit.external_ids or chosen.hit.side_car:
            return chosen
        kind = chosen.hit.ref.kind
        step = SearchStep(SearchQuery("", kind, external_ids=chosen.hit.external_ids), by_id=True)
        for provider in self.providers(kind):
            if provider.instance_id == chosen.provider:
                break
            hits, _ = await self._search(provider, step, path)
            if len(hits) == 1 and hits[0].ref.kind is kind:
                return Candidate(hits[0], provider.instance_id)
        return chosen

    async def _search(
        self, provider: Handle[MetadataProvider], step: SearchStep, path: Path
    ) -> tuple[Sequence[SearchHit], str]:
        query = step.query
        key = (
            provider.instance_id, query.title.casefold(), query.kind, query.year,
            tuple(sorted(query.external_ids.items())), path.parent,
        )  # fmt: skip
        if len(self._searches) > _MEMO_ENTRIES:
            self._searches.clear()
        task = self._searches.get(key)
        if task is None:
            task = asyncio.create_task(self._search_once(provider, step))
            self._searches[key] = task
        return await asyncio.shield(task)

    async def _search_once(
        self, provider: Handle[MetadataProvider], step: SearchStep
    ) -> tuple[Sequence[SearchHit], str]:
        """A provider's hits, or why there is no answer."""
        refused, refusal = self._refusals.get(provider.instance_id, (0, ""))
        if refused >= _PATIENCE:
            return (), refusal
        try:
            hits = await provider.call(lambda p: p.search(step.query), timeout=_SEARCH_SECONDS)
        except PluginError as error:
            refusal = f"{provider.title}: {error}; it is asked again later"
            self._refusals[provider.instance_id] = (refused + 1, refusal)
            return (), refusal
        self._refusals.pop(provider.instance_id, None)
        return hits, ""

    async def store(self, chosen: Candidate, aliases: Sequence[ExternalRef] = ()) -> UUID:
        """The title of a candidate, fetched when it is new. Raises PluginError."""
        ref = chosen.hit.ref
        async with self._titles.setdefault(ref, asyncio.Lock()):
            known = await self._catalog.known(ref)
            if known is not None and await self._catalog.is_whole(known):
                for alias in aliases:
                    twin = await self._catalog.known(alias)
                    if twin is not None and twin != known:
                        await self._absorb(twin, known)
                return known
            provider = self._provider(chosen.provider)
            details = await provider.call(lambda p: p.details(ref), timeout=_DETAILS_SECONDS)
            return await self._catalog.store_details(details, provider.instance_id, aliases)

    def _provider(self, instance_id: str) -> Handle[MetadataProvider]:
        for each in self._host.metadata_providers():
            if each.instance_id == instance_id:
                return each
        raise NotFound(f"{instance_id} is not running")

    async def _episodes(
        self, chosen: Candidate, media_id: UUID, parsed: ParsedName
    ) -> Sequence[UUID]:
        """The episodes a file holds, made from the file's name where no provider lists them."""
        if parsed.kind is not MediaKind.SHOW:
            return ()
        if parsed.air_date is not None and not parsed.episodes:
            await self._load_all(chosen, media_id)
            return await self._catalog.episode_by_date(media_id, parsed.air_date)
        if parsed.season is None and parsed.absolute_episode is not None:
            await self._load_all(chosen, media_id)
            found = await self._catalog.episode_by_absolute(media_id, parsed.absolute_episode)
            if found:
                return found
        numbers = parsed.episodes or (
            (parsed.absolute_episode,) if parsed.absolute_episode is not None else ()
        )
        if not numbers:
            return ()
        season = parsed.season if parsed.season is not None else 1
        await self._load_season(chosen, media_id, season)
        return await self._catalog.ensure_episodes(media_id, season, numbers, parsed.episode_title)

    async def _load_season(self, chosen: Candidate, media_id: UUID, season: int) -> None:
        """Fetch a season's episodes once a day; without an answer the file's own facts stand."""
        async with self._seasons.setdefault((media_id, season), asyncio.Lock()):
            if await self._catalog.season_is_fresh(media_id, season):
                return
            try:
                provider = self._provider(chosen.provider)
                if "episodes" not in provider.features:
                    return
                listed = await provider.call(
                    lambda p: p.episodes(chosen.hit.ref, season), timeout=_DETAILS_SECONDS
                )
            except PluginError as error:
                log.warning("library: no episodes", title=chosen.hit.title, reason=str(error))
                return
            await self._catalog.store_episodes(media_id, season, listed)

    async def _load_all(self, chosen: Candidate, media_id: UUID) -> None:
        tree = await self._catalog.show_tree(media_id)
        for season in tree.seasons:
            if season.number > 0:
                await self._load_season(chosen, media_id, season.number)


def _knows_the_world(provider: Handle[MetadataProvider]) -> bool:
    """Whether a provider knows titles of which there is no file here: such a one has lists."""
    return "feed" in provider.features


def _names_an_episode(parsed: ParsedName) -> bool:
    """Whether the name speaks of an episode, so that a file without one is a question.

    A name that does not is a whole season or a bonus, and belongs to the show as it is.
    """
    numbered = bool(parsed.episodes) or parsed.absolute_episode is not None
    return not parsed.extra and (numbered or parsed.air_date is not None)


def _aliases(parsed: ParsedName, candidates: Sequence[Candidate]) -> list[ExternalRef]:
    """References under which a title may be known from a file's name alone.

    Only where the name is exact enough that no other title can be meant by it.
    """
    if parsed.year is None and parsed.kind is not MediaKind.SHOW:
        return []
    return [each.hit.ref for each in candidates if each.hit.echo]


def evidence_of(parsed: ParsedName | None, decision: Decision | None) -> dict[str, Any]:
    """What is kept for the review queue: what the name said, and the best candidates."""
    return {
        "parsed": _parsed_facts(parsed) if parsed else {},
        "candidates": [
            {
                "source": each.candidate.hit.ref.source,
                "kind": each.candidate.hit.ref.kind.value,
                "id": each.candidate.hit.ref.id,
                "provider": each.candidate.provider,
                "title": each.candidate.hit.title,
                "year": each.candidate.hit.year,
                "poster": each.candidate.hit.poster,
                "confidence": round(each.confidence, 3),
                "reasons": list(each.reasons),
            }
            for each in (decision.candidates[:8] if decision else ())
        ],
    }


def _parsed_facts(parsed: ParsedName) -> Mapping[str, Any]:
    return {
        "kind": parsed.kind.value,
        "title": parsed.title,
        "year": parsed.year,
        "season": parsed.season,
        "episodes": list(parsed.episodes),
        "episodeTitle": parsed.episode_title,
    }
