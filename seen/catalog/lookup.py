"""Finds the title that others name: here, else at the metadata providers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from seen.catalog.model.wanted import Wanted, answers
from seen.catalog.service import Catalog
from seen.catalog.store import titles as store
from seen.core.db import Database
from seen.core.log import get_log
from seen.host import PluginHost
from seen.host.registry import Handle
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.errors import PluginError
from seen.plugin.models import Episode, ExternalRef, MediaKind, SearchHit, SearchQuery

log = get_log(__name__)
_SEARCH_SECONDS = 20.0
_EPISODES_SECONDS = 30.0
# A provider that refused so often in a row is not asked again.
_PATIENCE = 3


class Lookup:
    """Looks titles up for one piece of work, and remembers for it who does not answer."""

    def __init__(self, db: Database, host: PluginHost, catalog: Catalog) -> None:
        self._db = db
        self._host = host
        self._catalog = catalog
        self._refused: dict[str, int] = {}

    async def here(self, wanted: Wanted) -> UUID | None:
        """The title as it is known here: by an id, else the only one of that name and year."""
        refs = [ExternalRef(source, wanted.kind, known) for source, known in wanted.ids.items()]
        known = await store.media_by_refs(self._db, refs) if refs else []
        if not known and wanted.folded:
            known = await store.media_by_name(
                self._db, wanted.kind.value, wanted.folded, wanted.year
            )
            return known[0] if len(known) == 1 else None
        return known[0] if known else None

    async def elsewhere(self, wanted: Wanted) -> UUID | None:
        """The title as the first provider has it that knows it for sure; kept from now on."""
        for provider in self._providers(wanted.kind):
            hit = await self._asked(provider, wanted)
            if hit is not None:
                known = await self._catalog.store_hits([hit], provider.instance_id, due=True)
                return known.get(hit.ref)
        return None

    async def season(self, media_id: UUID, number: int) -> None:
        """Bring the episodes of a season from the first provider that knows the show, unless they
        are here."""
        if await self._catalog.season_is_fresh(media_id, number):
            return
        for provider in self._providers(MediaKind.SHOW, "episodes"):
            ref = await store.ref_at(self._db, media_id, provider.facts.source)
            if ref is None:
                continue
            try:
                listed = await self._episodes(provider, ref, number)
            except PluginError as error:
                self._refuses(provider, error)
                continue
            if listed:
                await self._catalog.store_episodes(media_id, number, listed)
                return

    async def _episodes(
        self, provider: Handle[MetadataProvider], ref: ExternalRef, number: int
    ) -> Sequence[Episode]:
        return await provider.call(lambda p: p.episodes(ref, number), timeout=_EPISODES_SECONDS)

    async def _asked(self, provider: Handle[MetadataProvider], wanted: Wanted) -> SearchHit | None:
        """What a provider says: to an id without a name, which nobody answers by guessing, then
        to the name."""
        try:
            if wanted.ids:
                found = await self._search(provider, wanted, "")
                same = [each for each in found if each.ref.kind is wanted.kind]
                if len(same) == 1:
                    return same[0]
            if not wanted.title:
                return None
            return answers(wanted, await self._search(provider, wanted, wanted.title))
        except PluginError as error:
            self._refuses(provider, error)
            return None

    def _refuses(self, provider: Handle[MetadataProvider], error: PluginError) -> None:
        self._refused[provider.instance_id] = self._refused.get(provider.instance_id, 0) + 1
        log.info("catalog: not looked up", plugin=provider.title, reason=str(error))

    async def _search(
        self, provider: Handle[MetadataProvider], wanted: Wanted, title: str
    ) -> list[SearchHit]:
        query = SearchQuery(title, wanted.kind, wanted.year, external_ids=wanted.ids)
        hits = await provider.call(lambda p: p.search(query), timeout=_SEARCH_SECONDS)
        self._refused.pop(provider.instance_id, None)
        return list(hits)

    def _providers(
        self, kind: MediaKind, feature: str = "search"
    ) -> list[Handle[MetadataProvider]]:
        return [
            each for each in self._host.metadata_providers()
            if kind in each.facts.kinds and feature in each.features
            and self._refused.get(each.instance_id, 0) < _PATIENCE
        ]  # fmt: skip
