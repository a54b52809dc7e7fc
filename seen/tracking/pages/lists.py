"""``/app/watch-later``, ``/app/watched`` and ``/app/favourites``: titles as cards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from aiohttp import web

from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer, read_form
from seen.core.paging import decode_cursor, page_of
from seen.core.wording import counted
from seen.plugin.models import Card, MediaKind
from seen.tracking.api.bodies import Cards, place_of
from seen.tracking.pages.chips import address, kind_chips
from seen.tracking.pages.marks import done
from seen.tracking.service import Tracks

LATER, WATCHED, FAVOURITES = "/app/watch-later", "/app/watched", "/app/favourites"
_PER_PAGE = 60
Row = tuple[UUID, datetime]


class ListQuery(Query):
    """Which kind, and where a page begins."""

    type: MediaKind | None = None
    cursor: str = ""


class PlaceForm(msgspec.Struct):
    """A title and the one it is put right above; none for the end."""

    title: UUID
    before: UUID | None = None


@dataclass(frozen=True, slots=True)
class Blank:
    """What stands where nothing is."""

    icon: str
    heading: str
    text: str


_BLANKS = {
    LATER: Blank("bookmark", "Your list is empty", "The bookmark on any title puts it here."),
    WATCHED: Blank("check", "Nothing seen yet", "What you watch or mark as seen is kept here."),
    FAVOURITES: Blank("heart", "No favourites yet", "The heart on any title puts it here."),
}


def pages(tracks: Tracks, cards: Cards, render: Renderer) -> Pages:
    """The three lists."""
    found = Pages()

    async def show(
        call: Call, path: str, query: ListQuery, shown: list[Card], cursor: str, **more: Any
    ) -> web.StreamResponse:
        """A page of a list, or its continuation."""
        onward = {"type": query.type.value if query.type else "", "cursor": cursor}
        following = address(path, onward) if cursor else None
        if query.cursor and render.is_part(call):
            return await render.bare(
                call, "tracking/list_page.html", items=shown, more=following, movable=False
            )
        return await render.page(
            call,
            "tracking/list.html",
            active=path,
            path=path,
            filters=kind_chips(path, query.type),
            items=shown,
            more=following,
            blank=_BLANKS[path],
            **more,
        )

    @found.get(LATER)
    async def later(call: Call) -> web.StreamResponse:
        query = read_query(call.request, ListQuery)
        after = decode_cursor(query.cursor, float) if query.cursor else None
        rows = await tracks.later.listed(call.viewer, _PER_PAGE + 1, after, query.type)
        page, cursor = page_of(rows, _PER_PAGE, lambda row: row[1])
        shown = await cards.cards_of(call.viewer, [media_id for media_id, _ in page])
        total = await tracks.later.count(call.viewer)
        return await show(
            call,
            LATER,
            query,
            shown,
            cursor,
            heading="Watch later",
            summary=f"{counted(total, 'title')}, in your order." if total else "",
            movable=query.type is None,
        )

    @found.post(LATER + "/place")
    async def move(call: Call) -> web.StreamResponse:
        form = await read_form(call, PlaceForm)
        await tracks.later.move(call.viewer, form.title, form.before)
        return done(call, LATER)

    async def by_time(
        call: Call, path: str, rows_of: Callable[..., Awaitable[list[Row]]], **words: str
    ) -> web.StreamResponse:
        """A list that is sorted by when its titles came onto it."""
        query = read_query(call.request, ListQuery)
        rows = await rows_of(call.viewer, _PER_PAGE + 1, place_of(query.cursor), kind=query.type)
        page, cursor = page_of(rows, _PER_PAGE, lambda row: (row[1], row[0]))
        shown = await cards.cards_of(call.viewer, [media_id for media_id, _ in page])
        return await show(call, path, query, shown, cursor, movable=False, **words)

    @found.get(WATCHED)
    async def watched(call: Call) -> web.StreamResponse:
        rows = tracks.history.seen_titles
        return await by_time(call, WATCHED, rows, heading="Seen", summary="Last seen first.")

    @found.get(FAVOURITES)
    async def favourites(call: Call) -> web.StreamResponse:
        rows = tracks.opinions.favorites
        return await by_time(
            call, FAVOURITES, rows, heading="Favourites", summary="The last first."
        )

    return found
