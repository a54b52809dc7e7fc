"""All movies, all shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from aiohttp import web

from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer
from seen.core.paging import decode_cursor, encode_cursor
from seen.core.viewer import Viewer
from seen.core.wording import counted
from seen.library.model.records import SeenFilter, TitleSort
from seen.library.service import Library
from seen.plugin.models import Card, MediaKind
from seen.tracking.service import Tracking

_PER_PAGE = 60
_SEEN: dict[SeenFilter, str] = {
    "": "All",
    "unseen": "Not seen",
    "started": "In progress",
    "seen": "Seen",
}
_SORTS: dict[TitleSort, str] = {"title": "By name", "added": "Last added", "year": "Newest"}
_KEYS: dict[TitleSort, type[tuple[Any, UUID]]] = {
    "title": tuple[str, UUID],
    "added": tuple[datetime, UUID],
    "year": tuple[int, UUID],
}


class GridQuery(Query):
    """Filters, order and place."""

    seen: SeenFilter = ""
    genre: Annotated[str, msgspec.Meta(max_length=80)] = ""
    sort: TitleSort = "title"
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as a link."""

    label: str
    href: str
    active: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A grid: its address and the words on it."""

    href: str
    kind: MediaKind
    heading: str
    one: str


PLACES = (
    Place("/app/movies", MediaKind.MOVIE, "Movies", "movie"),
    Place("/app/shows", MediaKind.SHOW, "Shows", "show"),
)


async def shelf(
    library: Library,
    tracking: Tracking,
    viewer: Viewer,
    kind: MediaKind | None,
    query: GridQuery,
) -> tuple[list[Card], str]:
    """A page of cards, and the cursor of the next one ("" at the end)."""
    after = decode_cursor(query.cursor, _KEYS[query.sort]) if query.cursor else None
    summaries, following = await library.titles(
        kind,
        genre=query.genre,
        sort=query.sort,
        after=after,
        limit=_PER_PAGE,
        viewer_id=viewer.user_id,
        seen=query.seen,
    )
    cards = await tracking.cards(viewer.user_id, summaries)
    return cards, encode_cursor(following) if following else ""


def pages(library: Library, tracking: Tracking, render: Renderer) -> Pages:
    """``/app/movies`` and ``/app/shows``."""
    found = Pages()

    def add(place: Place) -> None:
        @found.get(place.href)
        async def grid(call: Call) -> web.StreamResponse:
            return await _grid(library, tracking, render, call, place)

    for place in PLACES:
        add(place)
    return found


async def _grid(
    library: Library, tracking: Tracking, render: Renderer, call: Call, place: Place
) -> web.StreamResponse:
    query = read_query(call.request, GridQuery)
    cards, cursor = await shelf(library, tracking, call.viewer, place.kind, query)
    more = _href(place, query, cursor=cursor) if cursor else None
    if query.cursor and render.is_part(call):
        return await render.bare(call, "library/grid_page.html", items=cards, more=more)
    counts = await library.counts()
    total = counts["movies" if place.kind is MediaKind.MOVIE else "shows"]
    return await render.page(
        call,
        "library/grid.html",
        active=place.href,
        heading=place.heading,
        summary=f"{counted(total, place.one)} in your library." if total else "",
        filters=_filters(place, query, await library.genres(place.kind)) if total else [],
        sort=_sorts(place, query) if total else [],
        items=cards,
        more=more,
        **_blank(call.viewer, place, total),
    )


def _blank(viewer: Viewer, place: Place, total: int) -> dict[str, Any]:
    """What stands where there are no cards."""
    if total:
        text = f"No {place.one} fits these filters."
        return {"blank_text": text, "blank_action": {"label": "Show all", "href": place.href}}
    text = f"Every {place.one} in your folders appears here."
    action = {"label": "Add a folder", "href": "/app/admin/roots"} if viewer.is_admin else None
    return {"blank_text": text, "blank_action": action}


def _filters(place: Place, query: GridQuery, genres: list[str]) -> list[Chip]:
    """Seen or not, then the genres. One of each may be chosen; a second press lets it go."""
    chips = [
        Chip(label, _href(place, query, seen=value), query.seen == value)
        for value, label in _SEEN.items()
    ]
    return chips + [
        Chip(name, _href(place, query, genre="" if chosen else name), chosen)
        for name in genres
        for chosen in [name.casefold() == query.genre.casefold()]
    ]


def _sorts(place: Place, query: GridQuery) -> list[Chip]:
    return [
        Chip(label, _href(place, query, sort=value), query.sort == value)
        for value, label in _SORTS.items()
    ]


def _href(place: Place, query: GridQuery, **changes: str) -> str:
    facts = {"seen": query.seen, "genre": query.genre, "sort": query.sort, **changes}
    wanted = {name: value for name, value in facts.items() if value and value != "title"}
    return f"{place.href}?{urlencode(wanted)}" if wanted else place.href
