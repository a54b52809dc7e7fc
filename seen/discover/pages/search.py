"""``/app/search``, and what the search field suggests while somebody types."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from aiohttp import web

from seen.catalog.model import picture_path, title_path
from seen.catalog.search import ALL_KINDS
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer
from seen.core.paging import decode_cursor, encode_cursor
from seen.discover.service import Discover
from seen.plugin.models import MediaKind

SEARCH = "/app/search"
_PER_PAGE = 60
_SUGGESTED = 7
_KINDS: dict[MediaKind | None, str] = {
    None: "Everything",
    MediaKind.MOVIE: "Movies",
    MediaKind.SHOW: "Shows",
    MediaKind.GAME: "Games",
}
_NAMES = {MediaKind.MOVIE: "Movie", MediaKind.SHOW: "Show", MediaKind.GAME: "Game"}


class SearchQuery(Query):
    """What stands in the address."""

    q: Annotated[str, msgspec.Meta(max_length=500)] = ""
    type: MediaKind | None = None
    cursor: str = ""

    def href(self, **changes: str) -> str:
        facts = {"q": self.q, "type": self.type or "", **changes}
        return f"{SEARCH}?{urlencode({k: v for k, v in facts.items() if v})}"


def pages(discover: Discover, render: Renderer) -> Pages:
    """``/app/search`` and ``/app/search/suggestions``."""
    found = Pages()

    @found.get(SEARCH)
    async def search(call: Call) -> web.StreamResponse:
        query = read_query(call.request, SearchQuery)
        text, after = query.q, None
        if query.cursor:
            text, popularity, media_id = decode_cursor(query.cursor, tuple[str, float, UUID])
            after = (popularity, media_id)
        kinds = (query.type,) if query.type else ALL_KINDS
        cards, hits = await discover.search(call.viewer, text, kinds, _PER_PAGE, after)
        key = (hits.mended or text, *hits.after) if hits.after else None
        more = query.href(cursor=encode_cursor(key)) if key else None
        if query.cursor and render.is_part(call):
            return await render.bare(call, "library/grid_page.html", items=cards, more=more)
        return await render.page(
            call,
            "discover/search.html",
            active="",
            kinds=[
                {"label": label, "href": query.href(type=kind or ""), "active": query.type == kind,
                 "count": None}
                for kind, label in _KINDS.items()
            ],
            items=cards,
            more=more,
            mended=hits.mended,
        )  # fmt: skip

    @found.get(f"{SEARCH}/suggestions")
    async def suggestions(call: Call) -> web.StreamResponse:
        query = read_query(call.request, SearchQuery)
        hits = await discover.suggest(query.q, _SUGGESTED)
        items = [
            {
                "title": each.title,
                "caption": " · ".join(filter(None, (_NAMES[each.kind], str(each.year or "")))),
                "href": title_path(each.id),
                "poster": picture_path(each.id, "poster") + "?w=80",
            }
            for each in hits.titles[:_SUGGESTED]
        ]
        people = [{"name": each, "href": f"{SEARCH}?{urlencode({'q': each})}"}
                  for each in hits.people]  # fmt: skip
        return await render.bare(
            call,
            "discover/suggestions.html",
            query=query.q.strip(),
            all_href=query.href(),
            items=items,
            people=people,
            mended=hits.mended,
        )

    return found
