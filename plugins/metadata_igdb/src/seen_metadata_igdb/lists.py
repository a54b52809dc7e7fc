"""The service's lists: feeds, browsing, what comes out, what changed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from seen.plugin import PluginContext, Unsupported
from seen.plugin.models import BrowseOrder, BrowseQuery, ExternalRef, FeedKind, FeedPage, SearchHit
from seen.plugin.reading import Json, identifier, integer, text
from seen_metadata_igdb import fields
from seen_metadata_igdb.apicalypse import MOST_ROWS, Query, any_of, both, either
from seen_metadata_igdb.client import IgdbClient
from seen_metadata_igdb.dates import seconds
from seen_metadata_igdb.games import GAME, SOURCE, Pictures, hit, hits
from seen_metadata_igdb.reader import GameReader

PAGE = 200
"""Games of a page. The service gives 500 at most, and 10 MB."""
LAST_PAGE = 100
CHANGE_PAGES = 40
RELEASE_PAGES = 4
GENRE_SECONDS = 24 * 3600.0
_RECENT_DAYS = 120
_ENOUGH_VOTES = 100
"""Votes below which a rating says nothing."""
_KNOWN = either("hypes > 0", "total_rating_count > 0")
"""What nobody waits for and nobody rated is no news to anybody."""
_VISITS = 1
"""How the service numbers the popularity that counts visits of these days."""


def _now() -> int:
    return int(datetime.now(UTC).timestamp())


def _recent() -> tuple[str, str]:
    now = _now()
    since = now - _RECENT_DAYS * 86_400
    dated = both(f"first_release_date <= {now}", f"first_release_date > {since}")
    return both(dated, _KNOWN), "first_release_date desc"


_FEEDS: dict[str, Callable[[], tuple[str, str]]] = {
    "popular": lambda: ("total_rating_count > 0", "total_rating_count desc"),
    "top_rated": lambda: (f"total_rating_count > {_ENOUGH_VOTES}", "total_rating desc"),
    "recently_released": _recent,
    "most_anticipated": lambda: (
        both(f"first_release_date > {_now()}", "hypes > 0"), "hypes desc"
    ),
    "upcoming": lambda: (
        both(f"first_release_date > {_now()}", "hypes > 0"), "first_release_date asc"
    ),
}  # fmt: skip
"""The condition and the order of each list; both depend on the day."""


class Lists:
    """Raises what the client raises, and Unsupported for a list that there is not."""

    def __init__(
        self, ctx: PluginContext, client: IgdbClient, reader: GameReader, pictures: Pictures,
        adult: bool,
    ) -> None:  # fmt: skip
        self._cache = ctx.cache
        self._client = client
        self._reader = reader
        self._pictures = pictures
        self._adult = adult

    async def feed(self, feed: FeedKind, page: int) -> FeedPage:
        """A page of a list, with all of each game."""
        if feed == "trending":
            return await self._trending(page)
        if feed not in _FEEDS:
            raise Unsupported(f"IGDB has no list {feed}")
        where, sort = _FEEDS[feed]()
        return await self._page(where, sort, page)

    async def browse(self, query: BrowseQuery) -> FeedPage:
        """A page of the whole catalog, with all of each game."""
        conditions = []
        if query.genre:
            known = await self.genres()
            if query.genre not in known:
                return FeedPage(())
            conditions.append(f"genres = ({known[query.genre]})")
        if query.year is not None:
            if not 1900 <= query.year < 2200:
                return FeedPage(())
            first, after = date(query.year, 1, 1), date(query.year + 1, 1, 1)
            conditions.append(_between(first, after))
        where, sort = _ordered(query.order)
        return await self._page(both(*conditions, where), sort, query.page)

    async def genres(self) -> dict[str, int]:
        """The service's genres: names to numbers."""
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.json.decode(await self._cache.get("genres") or b"", type=dict[str, int])
        found = await self._client.rows("genres", Query(("name",), sort="name asc"))
        named = ((text(row, "name", longest=200), integer(row, "id")) for row in found)
        genres = {name: known for name, known in named if name and known}
        await self._cache.set("genres", msgspec.json.encode(genres), GENRE_SECONDS)
        return genres

    async def releases(self, start: date, end: date) -> Sequence[SearchHit]:
        """Games, DLC and expansions that come out in these days, the best known first."""
        where = both(
            _between(start, end + timedelta(days=1)), fields.listed(self._adult, additions=True)
        )
        found: list[Json] = []
        for page in range(RELEASE_PAGES):
            query = Query(fields.HIT, where, sort="first_release_date asc", offset=page * MOST_ROWS)
            rows = await self._client.rows("games", query)
            found += rows
            if len(rows) < MOST_ROWS:
                break
        return sorted(hits(found, self._pictures), key=lambda each: -each.popularity)

    async def changes(self, since: datetime) -> Sequence[ExternalRef]:
        """Games that changed, 20,000 at most: those that changed first."""
        found: dict[str, None] = {}
        after = max(0, int(since.timestamp()))
        for _ in range(CHANGE_PAGES):
            # By time and not by offset: what changes meanwhile moves to the end.
            query = Query(("updated_at",), f"updated_at >= {after}", sort="updated_at asc")
            rows = await self._client.rows("games", query)
            found.update(dict.fromkeys(filter(None, map(identifier, rows))))
            last = max((integer(row, "updated_at") or 0 for row in rows), default=0)
            if len(rows) < MOST_ROWS:
                break
            after = last if last > after else after + 1
        return tuple(ExternalRef(SOURCE, GAME, each) for each in found)

    async def _page(self, where: str, sort: str, page: int) -> FeedPage:
        if not 1 <= page <= LAST_PAGE:
            return FeedPage(())
        query = Query(
            fields.GAME, both(fields.listed(self._adult), where), sort=sort, limit=PAGE,
            offset=(page - 1) * PAGE,
        )  # fmt: skip
        return await self._made(await self._client.rows("games", query), page)

    async def _made(self, found: Sequence[Json], page: int) -> FeedPage:
        pages = await self._reader.whole(found)
        listed = (hit(row, self._pictures) for row in found)
        unique = {each.ref: each for each in listed if each}
        more = len(found) == PAGE and page < LAST_PAGE
        return FeedPage(tuple(unique.values()), page + 1 if more else None, pages)

    async def _trending(self, page: int) -> FeedPage:
        """What people look at these days; where nobody counts that, what is out and known."""
        if not 1 <= page <= LAST_PAGE:
            return FeedPage(())
        visits = Query(
            ("game_id", "value"), f"popularity_type = {_VISITS}", sort="value desc", limit=PAGE,
            offset=(page - 1) * PAGE,
        )  # fmt: skip
        counted = await self._client.rows("popularity_primitives", visits)
        numbers = list(dict.fromkeys(n for row in counted if (n := integer(row, "game_id"))))
        if not numbers:
            where, _ = _recent()
            return await self._page(where, "hypes desc", page)
        query = Query(
            fields.GAME, both(fields.listed(self._adult), f"id = {any_of(numbers)}"), limit=PAGE
        )
        place = {known: at for at, known in enumerate(numbers)}
        found = await self._client.rows("games", query)
        found.sort(key=lambda row: place.get(integer(row, "id") or 0, PAGE))
        made = await self._made(found, page)
        more = len(counted) == PAGE and page < LAST_PAGE
        return FeedPage(made.hits, page + 1 if more else None, made.details)


def _between(first: date, after: date) -> str:
    return both(f"first_release_date >= {seconds(first)}", f"first_release_date < {seconds(after)}")


def _ordered(order: BrowseOrder) -> tuple[str, str]:
    if order == "top_rated":
        return f"total_rating_count > {_ENOUGH_VOTES // 10}", "total_rating desc"
    if order == "newest":
        return both(f"first_release_date <= {_now()}", _KNOWN), "first_release_date desc"
    return "total_rating_count > 0", "total_rating_count desc"
