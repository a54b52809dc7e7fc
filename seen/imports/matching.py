"""From the lines of an import to titles: by ids, by name and year, then by asking providers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from seen.catalog.model import folded_title
from seen.catalog.service import Catalog
from seen.core.db import Database
from seen.core.log import get_log
from seen.host import PluginHost
from seen.host.registry import Handle
from seen.imports.model.rows import Wanted, answers
from seen.imports.store import lines
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.errors import PluginError
from seen.plugin.models import MediaKind, SearchQuery

log = get_log(__name__)
_SEARCH_SECONDS = 20.0
# How many titles that nobody here knows are looked up for one import; each costs a service a
# question. The others are told, and found by another try once the catalog knows more.
MOST_LOOKED_UP = 300
# A provider that refused this often in a row is not asked again for this import.
_PATIENCE = 3
# Episodes that are made because lines number them, in seasons that nobody has listed yet.
_MOST_EPISODES = 20_000

Tell = Callable[[int, int], Awaitable[None]]


class Matcher:
    """Finds what the lines of one import mean."""

    def __init__(self, db: Database, host: PluginHost, catalog: Catalog) -> None:
        self._db = db
        self._host = host
        self._catalog = catalog
        self._refused: dict[str, int] = {}

    async def match(self, run_id: UUID, tell: Tell) -> None:
        """Match every line that can be, and give the others a reason. ``tell`` hears how many
        titles of how many were looked up."""
        await lines.match_by_ids(self._db, run_id)
        await lines.match_by_names(self._db, run_id)
        wanted = await lines.wanted(self._db, run_id, MOST_LOOKED_UP)
        for at, each in enumerate(wanted):
            await tell(at, len(wanted))
            media_id = await self._look_up(each)
            if media_id is not None:
                await lines.match_wanted(self._db, run_id, each, media_id)
        await self._match_episodes(run_id)
        await lines.say_why_not(self._db, run_id)

    async def _look_up(self, wanted: Wanted) -> UUID | None:
        """The title as the first provider has it that knows it for sure."""
        query = SearchQuery(wanted.title, wanted.kind, wanted.year, external_ids=wanted.ids)
        for provider in self._providers(wanted.kind):
            try:
                hits = await provider.call(lambda p: p.search(query), timeout=_SEARCH_SECONDS)
            except PluginError as error:
                refused = self._refused.get(provider.instance_id, 0) + 1
                self._refused[provider.instance_id] = refused
                log.info("imports: not asked", plugin=provider.title, reason=str(error))
                continue
            self._refused.pop(provider.instance_id, None)
            hit = answers(wanted, list(hits))
            if hit is not None:
                known = await self._catalog.store_hits([hit], provider.instance_id, due=True)
                return known.get(hit.ref)
        return None

    def _providers(self, kind: MediaKind) -> list[Handle[MetadataProvider]]:
        return [
            each for each in self._host.metadata_providers()
            if kind in each.facts.kinds and "search" in each.features
            and self._refused.get(each.instance_id, 0) < _PATIENCE
        ]  # fmt: skip

    async def _match_episodes(self, run_id: UUID) -> None:
        """By number; by name; and those of seasons that nobody has listed yet are made, as the
        scanner makes those of its files: the history waits for no provider."""
        await lines.match_episodes(self._db, run_id)
        await self._match_names(run_id)
        for media_id, season, numbers in await lines.missing_episodes(
            self._db, run_id, _MOST_EPISODES
        ):
            await self._catalog.ensure_episodes(media_id, season, numbers)
        await lines.match_episodes(self._db, run_id)

    async def _match_names(self, run_id: UUID) -> None:
        wanted = await lines.named_episodes(self._db, run_id)
        found: list[tuple[UUID, int | None, str, UUID]] = []
        show, names = None, {}
        for media_id, season, name in wanted:
            if media_id != show:
                show, names = media_id, await self._names(media_id)
            known = names.get((season, name), [])
            if len(known) == 1:
                found.append((media_id, season, name, known[0]))
        if found:
            await lines.match_named_episodes(self._db, run_id, found)

    async def _names(self, media_id: UUID) -> dict[tuple[int | None, str], list[UUID]]:
        """The episodes of a show by season and folded name, and by name alone."""
        names: dict[tuple[int | None, str], list[UUID]] = {}
        for each in (await self._catalog.show_tree(media_id)).episodes:
            for season in (each.season_number, None):
                names.setdefault((season, folded_title(each.title)), []).append(each.id)
        return names
