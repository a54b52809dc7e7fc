"""Finds titles by id or by name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from seen.plugin import MediaKind, NotFound
from seen.plugin.models import SearchHit, SearchQuery
from seen.plugin.reading import integer, plain, rows
from seen_metadata_tmdb.client import TmdbClient
from seen_metadata_tmdb.lookups import Lookups
from seen_metadata_tmdb.rows import PATHS, SOURCE, hit, hits

MOST = 20
_FIND = (("imdb", "imdb_id", r"tt\d{5,10}"), ("tvdb", "tvdb_id", r"\d{1,10}"))


class Searcher:
    """Raises what the client raises. ``adult`` says whether adult titles are wanted."""

    def __init__(self, client: TmdbClient, lookups: Lookups, adult: bool) -> None:
        self._client = client
        self._lookups = lookups
        self._adult = "true" if adult else "false"

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        """Titles by id where the query has one that the service knows, else by name."""
        known = await self._by_id(query)
        if known:
            return (known,)
        title = plain(query.title, 200)
        if not title or query.kind is MediaKind.GAME:
            return ()
        found = await self._by_name(title, query.kind, query.year, query.language)
        if not found and query.year is not None:
            found = await self._by_name(title, query.kind, None, query.language)
        return found[:MOST]

    async def _by_name(
        self, title: str, kind: MediaKind | None, year: int | None, language: str
    ) -> tuple[SearchHit, ...]:
        params = {"query": title, "language": language, "include_adult": self._adult}
        if year is not None and kind is not None:
            name = "primary_release_year" if kind is MediaKind.MOVIE else "first_air_date_year"
            params[name] = str(year)
        where = PATHS[kind] if kind else "multi"
        answer = await self._client.at(f"/search/{where}", params)
        return hits(answer, kind, await self._lookups.of(language))

    async def _by_id(self, query: SearchQuery) -> SearchHit | None:
        ids = query.external_ids
        kinds = [query.kind] if query.kind in PATHS else [] if query.kind else list(PATHS)
        own = ids.get(SOURCE, "")
        if re.fullmatch(r"\d{1,10}", own, re.ASCII):
            for kind in kinds:
                found = await self._row(f"/{PATHS[kind]}/{own}", kind, query.language)
                if found:
                    return found
        for source, parameter, shape in _FIND:
            value = ids.get(source, "")
            if re.fullmatch(shape, value, re.ASCII):
                found = await self._find(value, parameter, kinds, query.language)
                if found:
                    return found
        return None

    async def _row(self, path: str, kind: MediaKind, language: str) -> SearchHit | None:
        try:
            answer = await self._client.at(path, {"language": language})
        except NotFound:
            return None
        return hit(answer, kind, await self._lookups.of(language))

    async def _find(
        self, value: str, parameter: str, kinds: Sequence[MediaKind], language: str
    ) -> SearchHit | None:
        try:
            answer = await self._client.at(
                f"/find/{value}", {"external_source": parameter, "language": language}
            )
        except NotFound:
            return None
        lookup = await self._lookups.of(language)
        for kind in kinds:
            for row in rows(answer, "movie_results" if kind is MediaKind.MOVIE else "tv_results"):
                made = hit(row, kind, lookup)
                if made:
                    return made
        if MediaKind.SHOW in kinds:
            for row in rows(answer, "tv_episode_results", "tv_season_results"):
                show = integer(row, "show_id")
                if show:
                    return await self._row(f"/tv/{show}", MediaKind.SHOW, language)
        return None
