"""``/api/v1/discover``, ``/api/v1/search``, and the titles: movies, shows, games, genres."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web

from seen.catalog.search import ALL_KINDS
from seen.core.http import Answer, Api, Call, Query
from seen.core.paging import decode_cursor, encode_cursor
from seen.core.ready import etag_response
from seen.discover.answers import DiscoverAnswer, TitleAnswer, title_answer
from seen.discover.model import Order, Unseen, Wish
from seen.discover.service import Discover
from seen.discover.titles import Titles
from seen.plugin.models import FeedKind, MediaKind
from seen.tracking.answers import CardAnswer, card_answer

Name = Annotated[str, msgspec.Meta(max_length=80)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=100)]
Year = Annotated[int, msgspec.Meta(ge=1850, le=2200)]
Text = Annotated[str, msgspec.Meta(max_length=500)]


class BrowseQuery(Query):
    """Filters, order and place of a list of titles."""

    genre: Name = ""
    platform: Name = ""
    year: Year | None = None
    seen: Unseen = ""
    sort: Order = "popular"
    limit: Limit = 40
    cursor: str = ""


class DiscoverQuery(BrowseQuery):
    """``section`` names a list; without it and without filters every list comes with its head."""

    section: FeedKind | None = None
    type: MediaKind | None = None


class SearchQuery(Query):
    """What to look for."""

    q: Text = ""
    type: MediaKind | None = None
    limit: Limit = 40
    cursor: str = ""


class SearchAnswer(Answer):
    """``mended`` is the query that found the titles where it is not the one that was asked."""

    items: list[CardAnswer]
    mended: str
    next_cursor: str


class SuggestQuery(Query):
    """The beginning of something to look for."""

    q: Text = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=20)] = 8


class Suggestion(Answer):
    """A title that may be meant."""

    id: UUID
    type: MediaKind
    title: str
    year: int | None


class SuggestAnswer(Answer):
    """The likeliest titles, and people whose names begin so."""

    items: list[Suggestion]
    people: list[str]
    mended: str


class TitlePage(Answer):
    """``nextCursor`` is empty on the last page."""

    items: list[CardAnswer]
    next_cursor: str


class GenreQuery(Query):
    """Of which kind; of all without it."""

    type: MediaKind | None = None


class GenresAnswer(Answer):
    """Names to browse by."""

    genres: list[str]
    platforms: list[str]


def routes(discover: Discover, titles: Titles) -> Api:
    """The room's routes."""
    api = Api("discover")

    @api.get("/discover", answers=DiscoverAnswer, also={304: "Nothing changed"})
    async def browse(call: Call, query: DiscoverQuery) -> web.StreamResponse:
        """Every list, one list, or the catalog by genre, platform and year."""
        wish = _wish(query, (query.type,) if query.type else ALL_KINDS, query.section)
        return etag_response(call.request, await discover.body(call.viewer, wish, query.cursor))

    @api.get("/search")
    async def search(call: Call, query: SearchQuery) -> SearchAnswer:
        """Movies, shows and games by title, other title or person; typos are mended."""
        # A mended query goes on as it was mended.
        text, after = query.q, None
        if query.cursor:
            text, popularity, media_id = decode_cursor(query.cursor, tuple[str, float, UUID])
            after = (popularity, media_id)
        kinds = (query.type,) if query.type else ALL_KINDS
        cards, found = await discover.search(call.viewer, text, kinds, query.limit, after)
        following = (found.mended or text, *found.after) if found.after else None
        return SearchAnswer(
            [card_answer(each) for each in cards],
            found.mended,
            encode_cursor(following) if following else "",
        )

    @api.get("/search/suggestions")
    async def suggest(call: Call, query: SuggestQuery) -> SuggestAnswer:
        """The likeliest titles while somebody still types."""
        found = await discover.suggest(query.q, query.limit)
        items = [Suggestion(each.id, each.kind, each.title, each.year) for each in found.titles]
        return SuggestAnswer(items[: query.limit], list(found.people), found.mended)

    @api.get("/genres")
    async def genres(call: Call, query: GenreQuery) -> GenresAnswer:
        """What the catalog can be browsed by."""
        kinds = (query.type,) if query.type else ALL_KINDS
        with_games = MediaKind.GAME in kinds
        platforms = await discover.platforms() if with_games else []
        return GenresAnswer(await discover.genres(kinds), platforms)

    for path, kind in (
        ("/movies", MediaKind.MOVIE),
        ("/shows", MediaKind.SHOW),
        ("/games", MediaKind.GAME),
    ):
        _add_titles(api, discover, titles, path, kind)
    return api


def _add_titles(api: Api, discover: Discover, titles: Titles, path: str, kind: MediaKind) -> None:
    """The list and the single title of one kind."""

    @api.get(path)
    async def listed(call: Call, query: BrowseQuery) -> TitlePage:
        """The catalog of one kind, by genre, platform and year, with the viewer's marks."""
        return TitlePage(*await discover.items(call.viewer, _wish(query, (kind,)), query.cursor))

    @api.get(path + "/{id}")
    async def title(call: Call, id: UUID) -> TitleAnswer:
        """All that is known about a title, with seasons, episodes and the viewer's marks."""
        return title_answer(await titles.whole(call.viewer, id, kind))


def _wish(
    query: BrowseQuery, kinds: tuple[MediaKind, ...], section: FeedKind | None = None
) -> Wish:
    return Wish(
        section, kinds, query.genre, query.platform, query.year, query.seen, query.sort,
        query.limit,
    )  # fmt: skip
