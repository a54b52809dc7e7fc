"""The service's lists: feeds, browsing, what comes out, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from seen.plugin import MediaKind, Unsupported
from seen.plugin.models import (
    BrowseOrder,
    BrowseQuery,
    ExternalRef,
    FeedKind,
    FeedPage,
    SearchHit,
)
from seen.plugin.reading import identifier, integer, rows
from seen_metadata_tmdb.client import TmdbClient
from seen_metadata_tmdb.lookups import Lookups
from seen_metadata_tmdb.rows import PATHS, SOURCE, hits

LAST_PAGE = 500
RELEASE_PAGES = 5
CHANGE_DAYS = 14
"""The longest span one question about changes may have."""
CHANGE_SPANS = 6
_FEEDS: dict[tuple[MediaKind, str], str] = {
    (MediaKind.MOVIE, "trending"): "/trending/movie/week",
    (MediaKind.MOVIE, "popular"): "/movie/popular",
    (MediaKind.MOVIE, "top_rated"): "/movie/top_rated",
    (MediaKind.MOVIE, "upcoming"): "/movie/upcoming",
    (MediaKind.MOVIE, "now_playing"): "/movie/now_playing",
    (MediaKind.SHOW, "trending"): "/trending/tv/week",
    (MediaKind.SHOW, "popular"): "/tv/popular",
    (MediaKind.SHOW, "top_rated"): "/tv/top_rated",
    (MediaKind.SHOW, "airing_today"): "/tv/airing_today",
    (MediaKind.SHOW, "on_the_air"): "/tv/on_the_air",
}
_DAY = {MediaKind.MOVIE: "primary_release_date", MediaKind.SHOW: "first_air_date"}
_YEAR = {MediaKind.MOVIE: "primary_release_year", MediaKind.SHOW: "first_air_date_year"}
# Votes below which a rating says nothing, and below which an entry is a placeholder.
_ENOUGH_VOTES = "200"
_ANY_VOTES = "5"


@dataclass(frozen=True, slots=True)
class Place:
    """Who asks: in which language, from which country ("US"), by which clock ("" for the
    service's own), with adult titles or not."""

    language: str
    country: str
    timezone: str
    adult: bool

    def params(self) -> dict[str, str]:
        """What every question about a list says."""
        return {"language": self.language, "include_adult": "true" if self.adult else "false"}


class Lists:
    """Raises what the client raises, and Unsupported for a list that there is not."""

    def __init__(self, client: TmdbClient, lookups: Lookups, place: Place) -> None:
        self._client = client
        self._lookups = lookups
        self._place = place

    async def feed(self, feed: FeedKind, kind: MediaKind, page: int) -> FeedPage:
        """A page of a list."""
        path = _FEEDS.get((kind, feed))
        if path is None:
            raise Unsupported(f"TMDB has no list {feed} of this kind")
        params = {"language": self._place.language}
        if feed in ("upcoming", "now_playing"):
            params["region"] = self._place.country
        if feed in ("airing_today", "on_the_air"):
            params["timezone"] = self._place.timezone
        return await self._page(path, params, kind, page)

    async def browse(self, query: BrowseQuery) -> FeedPage:
        """A page of the whole catalog."""
        params = {**self._place.params(), **_ordered(query.kind, query.order)}
        if query.genre:
            known = await self._lookups.genres(query.kind, self._place.language)
            if query.genre not in known:
                return FeedPage(())
            params["with_genres"] = str(known[query.genre])
        if query.year is not None:
            params[_YEAR[query.kind]] = str(query.year)
        return await self._page(f"/discover/{PATHS[query.kind]}", params, query.kind, query.page)

    async def _page(
        self, path: str, params: Mapping[str, str], kind: MediaKind, page: int
    ) -> FeedPage:
        if not 1 <= page <= LAST_PAGE:
            return FeedPage(())
        answer = await self._client.at(path, {**params, "page": str(page)})
        found = hits(answer, kind, await self._lookups.of(self._place.language))
        last = min(integer(answer, "total_pages") or page, LAST_PAGE)
        return FeedPage(found, page + 1 if page < last else None)

    async def similar(self, path: str, kind: MediaKind) -> Sequence[SearchHit]:
        """What the service recommends, or else what it calls similar."""
        lookup = await self._lookups.of(self._place.language)
        for name in ("recommendations", "similar"):
            answer = await self._client.at(f"{path}/{name}", {"language": self._place.language})
            if found := hits(answer, kind, lookup):
                return found
        return ()

    async def releases(self, start: date, end: date, kind: MediaKind) -> Sequence[SearchHit]:
        """The best-known titles that come out in these days."""
        params = {
            **self._place.params(), "sort_by": "popularity.desc",
            f"{_DAY[kind]}.gte": start.isoformat(), f"{_DAY[kind]}.lte": end.isoformat(),
        }  # fmt: skip
        found: dict[ExternalRef, SearchHit] = {}
        page: int | None = 1
        while page is not None and page <= RELEASE_PAGES:
            read = await self._page(f"/discover/{PATHS[kind]}", params, kind, page)
            for each in read.hits:
                found.setdefault(each.ref, each)
            page = read.next_page
        return tuple(found.values())

    async def changes(self, since: datetime, kind: MediaKind) -> Sequence[ExternalRef]:
        """Titles that changed; looks back twelve weeks at most."""
        end = datetime.now(UTC).date()
        oldest = end - timedelta(days=CHANGE_DAYS * CHANGE_SPANS)
        start = max(since.astimezone(UTC).date(), oldest)
        found: dict[str, None] = {}
        while start <= end:
            stop = min(start + timedelta(days=CHANGE_DAYS - 1), end)
            await self._changed(kind, start, stop, found)
            start = stop + timedelta(days=1)
        return tuple(ExternalRef(SOURCE, kind, each) for each in found)

    async def _changed(
        self, kind: MediaKind, start: date, end: date, found: dict[str, None]
    ) -> None:
        page, last = 1, 1
        while page <= min(last, LAST_PAGE):
            answer = await self._client.at(
                f"/{PATHS[kind]}/changes",
                {"start_date": start.isoformat(), "end_date": end.isoformat(), "page": str(page)},
            )
            found.update(dict.fromkeys(filter(None, map(identifier, rows(answer, "results")))))
            last = integer(answer, "total_pages") or 1
            page += 1


def _ordered(kind: MediaKind, order: BrowseOrder) -> dict[str, str]:
    if order == "top_rated":
        return {"sort_by": "vote_average.desc", "vote_count.gte": _ENOUGH_VOTES}
    if order == "newest":
        today = datetime.now(UTC).date().isoformat()
        return {"sort_by": f"{_DAY[kind]}.desc", f"{_DAY[kind]}.lte": today,
                "vote_count.gte": _ANY_VOTES}  # fmt: skip
    return {"sort_by": "popularity.desc"}
