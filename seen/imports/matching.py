"""From the lines of an import to titles: by ids, by name and year, then by asking providers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from seen.catalog.lookup import Lookup
from seen.catalog.model import folded_title
from seen.catalog.service import Catalog
from seen.core.db import Database
from seen.host import PluginHost
from seen.imports.store import lines

# How many titles that nobody here knows are looked up for one import; each costs a service a
# question. The others are told, and another try finds the next so many.
MOST_LOOKED_UP = 5_000
_MOST_SEASONS = 500
_AT_ONCE = 6
# Episodes that are made because lines number them, in seasons that nobody has listed yet.
_MOST_EPISODES = 20_000

Tell = Callable[[int, int], Awaitable[None]]


class Matcher:
    """Finds what the lines of one import mean."""

    def __init__(self, db: Database, host: PluginHost, catalog: Catalog) -> None:
        self._db = db
        self._catalog = catalog
        self._lookup = Lookup(db, host, catalog)

    async def match(self, run_id: UUID, tell: Tell) -> None:
        """Match every line that can be, and give the others a reason. ``tell`` hears how many
        titles of how many were looked up."""
        await lines.match_by_ids(self._db, run_id)
        await lines.match_by_names(self._db, run_id)
        wanted = await lines.wanted(self._db, run_id, MOST_LOOKED_UP)
        for at in range(0, len(wanted), _AT_ONCE):
            await tell(at, len(wanted))
            some = wanted[at : at + _AT_ONCE]
            found = await asyncio.gather(*(self._lookup.elsewhere(each) for each in some))
            for each, media_id in zip(some, found, strict=True):
                if media_id is not None:
                    await lines.match_wanted(self._db, run_id, each, media_id)
        await self._match_episodes(run_id)
        await lines.say_why_not(self._db, run_id)

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
        seasons = list(dict.fromkeys((show, number) for show, number, _ in wanted if number))
        for at in range(0, min(len(seasons), _MOST_SEASONS), _AT_ONCE):
            some = seasons[at : at + _AT_ONCE]
            await asyncio.gather(*(self._lookup.season(*each) for each in some))
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
