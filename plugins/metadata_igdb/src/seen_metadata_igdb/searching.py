"""Finds games by number or by name, and puts the likeliest first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from seen.plugin.models import SearchHit, SearchQuery
from seen.plugin.reading import Json, identifier, plain
from seen_metadata_igdb import fields
from seen_metadata_igdb.apicalypse import Query, both, either, quoted
from seen_metadata_igdb.client import IgdbClient
from seen_metadata_igdb.games import GAME, SOURCE, Pictures, hits

MOST = 20
_LOOKED_AT = 50
"""Rows that are ranked here."""


class Searcher:
    """Raises what the client raises. ``adult`` says whether erotic games are wanted."""

    def __init__(self, client: IgdbClient, pictures: Pictures, adult: bool) -> None:
        self._client = client
        self._pictures = pictures
        self._adult = adult

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        """The game of an id in the query, else games of the name, likeliest first."""
        if query.kind not in (None, GAME):
            return ()
        own = query.external_ids.get(SOURCE, "")
        if re.fullmatch(r"[1-9][0-9]{0,11}", own, re.ASCII):
            found = await self._rows(Query(fields.HIT, f"id = {own}", limit=1))
            return hits(found, self._pictures)
        title = plain(query.title, 200)
        if not folded(title):
            return ()
        found = await self._by_words(title)
        made = hits(found, self._pictures)
        if not any(_level(each, folded(title)) == 0 for each in made):
            # Names in other scripts, and those that are made of signs, are found by name alone.
            known = {identifier(row) for row in found}
            more = [row for row in await self._by_name(title) if identifier(row) not in known]
            made = hits([*found, *more], self._pictures)
        return ranked(made, title, query.year)[:MOST]

    async def _by_words(self, title: str) -> list[Json]:
        where = fields.listed(self._adult)
        return await self._rows(Query(fields.HIT, where, search=title, limit=_LOOKED_AT))

    async def _by_name(self, title: str) -> list[Json]:
        value = quoted(title)
        named = either(
            f"name ~ {value}*", f"alternative_names.name ~ {value}",
            f"game_localizations.name ~ {value}",
        )  # fmt: skip
        query = Query(
            fields.HIT, both(fields.listed(self._adult), named), sort="total_rating_count desc",
            limit=_LOOKED_AT,
        )  # fmt: skip
        return await self._rows(query)

    async def _rows(self, query: Query) -> list[Json]:
        return await self._client.rows("games", query)


def ranked(found: Sequence[SearchHit], title: str, year: int | None) -> list[SearchHit]:
    """Exact names first, then names that begin so; then the asked year, then the best known."""
    wanted = folded(title)
    return sorted(
        found,
        key=lambda each: (_level(each, wanted), bool(year) and each.year != year, -each.votes),
    )


def _level(found: SearchHit, wanted: str) -> int:
    names = [folded(each) for each in (found.title, *found.alternative_titles)]
    if wanted in names:
        return 0
    return 1 if any(each.startswith(wanted) for each in names) else 2


def folded(title: str) -> str:
    """A name without case, accents, signs and spaces."""
    text = unicodedata.normalize("NFKD", title.casefold())
    return "".join(each for each in text if each.isalnum())
