"""Lists made of what the service has: schedules, and an index in which each show has a weight."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from seen.plugin import NotFound, Unsupported
from seen.plugin.models import ExternalRef, FeedKind, FeedPage, SearchHit
from seen.plugin.reading import Json, part
from seen_metadata_tvmaze.client import TvmazeClient
from seen_metadata_tvmaze.shows import Pictures, hit

Hits = tuple[SearchHit, ...]
PAGE = 100
DAYS_ON_THE_AIR = 7
INDEX_PAGES = 6
"""Pages of the index that are read, with 250 shows each: those that were entered first, which are
the best known of their time. The schedules bring those of today."""
_WELL_KNOWN = 50.0
"""The weight from which on a rating says something about a show."""
DAY_SECONDS = 3600.0
INDEX_SECONDS = 24 * 3600.0


class Lists:
    """Raises what the client raises, and Unsupported for a list that there is not.

    ``country`` is whose channels count; web channels always do.
    """

    def __init__(self, client: TvmazeClient, pictures: Pictures, country: str) -> None:
        self._client = client
        self._pictures = pictures
        self._country = country
        self._known: dict[str, tuple[float, Hits]] = {}

    def forget(self) -> None:
        self._known.clear()

    async def feed(self, feed: FeedKind, page: int) -> FeedPage:
        """A page of a list. What is on the air has one page for each day."""
        today = datetime.now(UTC).date()
        if feed == "airing_today":
            return FeedPage(await self._day(today) if page == 1 else ())
        if feed == "on_the_air":
            if not 1 <= page <= DAYS_ON_THE_AIR:
                return FeedPage(())
            found = await self._day(today + timedelta(days=page - 1))
            return FeedPage(found, page + 1 if page < DAYS_ON_THE_AIR else None)
        if feed == "trending":
            return _page(await self._lately(today), page)
        if feed == "popular":
            return _page(_by_weight([*await self._lately(today), *await self._index()]), page)
        if feed == "top_rated":
            known = (each for each in await self._index() if each.popularity >= _WELL_KNOWN)
            return _page(sorted(known, key=lambda each: -(each.rating or 0)), page)
        raise Unsupported(f"TVmaze has no list {feed}")

    async def _lately(self, today: date) -> Hits:
        """What aired yesterday and airs today, the weightiest first."""
        yesterday = await self._day(today - timedelta(days=1))
        return _by_weight([*await self._day(today), *yesterday])

    async def _day(self, day: date) -> Hits:
        """What airs on a day, the weightiest first."""

        async def read() -> Hits:
            params = {"date": day.isoformat()}
            on_air = await self._client.listed("/schedule", {**params, "country": self._country})
            on_web = await self._client.listed("/schedule/web", params)
            shows = [part(row, "show") for row in on_air]
            shows += [part(part(row, "_embedded"), "show") for row in on_web]
            return _by_weight(self._hits(shows))

        return await self._kept(f"day {day}", DAY_SECONDS, read)

    async def _index(self) -> Hits:
        async def read() -> Hits:
            shows: list[Json] = []
            for page in range(INDEX_PAGES):
                try:
                    shows += await self._client.listed("/shows", {"page": str(page)})
                except NotFound:
                    break
            return _by_weight(self._hits(shows))

        return await self._kept("index", INDEX_SECONDS, read)

    def _hits(self, shows: Iterable[Json]) -> Iterable[SearchHit]:
        return (made for each in shows if (made := hit(each, self._pictures)))

    async def _kept(self, name: str, seconds: float, read: Callable[[], Awaitable[Hits]]) -> Hits:
        ends, found = self._known.get(name, (0.0, ()))
        if time.monotonic() >= ends:
            found = await read()
            now = time.monotonic()
            self._known = {key: each for key, each in self._known.items() if each[0] > now}
            self._known[name] = (now + seconds, found)
        return found


def _by_weight(found: Iterable[SearchHit]) -> Hits:
    unique: dict[ExternalRef, SearchHit] = {}
    for each in found:
        unique.setdefault(each.ref, each)
    return tuple(sorted(unique.values(), key=lambda each: -each.popularity))


def _page(found: Iterable[SearchHit], page: int) -> FeedPage:
    listed = tuple(found)
    start = (page - 1) * PAGE
    shown = listed[start : start + PAGE] if page >= 1 else ()
    return FeedPage(shown, page + 1 if shown and start + PAGE < len(listed) else None)
