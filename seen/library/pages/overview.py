"""What the library holds, the search over it, and what was put aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from seen.core import clock
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer, came_from, see_other
from seen.core.viewer import Viewer
from seen.core.wording import counted, joined, since, size
from seen.library.model.records import Item
from seen.library.pages.grids import Chip, GridQuery, shelf
from seen.library.service import Library
from seen.plugin.models import MediaKind
from seen.tracking.service import Tracking

LIBRARY = "/app/library"
REVIEW = f"{LIBRARY}/review"
View = Literal["everything", "recent", "ignored"]
_KINDS: dict[str, str] = {"": "All", "movie": "Movies", "show": "Shows"}


class OverviewQuery(Query):
    """A part of the library, or words to look for."""

    q: Annotated[str, msgspec.Meta(max_length=200)] = ""
    view: View = "everything"
    kind: MediaKind | None = None
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the library as a link."""

    label: str
    href: str
    active: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """A file that was put aside."""

    name: str
    path: str
    note: str
    restore_action: str


async def head(library: Library, viewer: Viewer, active: str) -> dict[str, Any]:
    """What stands above every page of the library; ``active`` is the address of its tab."""
    counts = await library.counts()
    run = await library.last_scan()
    tabs = [
        Tab("Everything", LIBRARY, active == LIBRARY),
        Tab("Recently added", f"{LIBRARY}?view=recent", active == f"{LIBRARY}?view=recent"),
    ]
    if viewer.is_admin:
        tabs += [
            Tab("Needs review", REVIEW, active == REVIEW, counts["review"] or None),
            Tab("Ignored", f"{LIBRARY}?view=ignored", active == f"{LIBRARY}?view=ignored"),
        ]
    parts = [
        counted(counts[name], one)
        for name, one in (("movies", "movie"), ("shows", "show"), ("games", "game"))
        if counts[name]
    ]
    sentences = [f"{joined(parts)}."] if parts else ["Nothing in here yet."]
    if run is not None and run.finished_at is not None:
        sentences.append(f"Last scan {since(run.finished_at, clock.now())}.")
    return {
        "summary": " ".join(sentences),
        "tabs_library": tabs,
        "can_scan": viewer.is_admin,
        "scan": await library.doing(),
    }


def pages(library: Library, tracking: Tracking, render: Renderer) -> Pages:
    """``/app/library`` with its parts."""
    found = Pages()

    @found.get(LIBRARY)
    async def overview(call: Call) -> web.StreamResponse:
        query = read_query(call.request, OverviewQuery)
        if query.view == "ignored" and call.viewer.is_admin:
            return await _ignored(library, render, call)
        return await _everything(library, tracking, render, call, query)

    @found.post(LIBRARY + "/{id}/restore", access="admin")
    async def restore(call: Call) -> web.StreamResponse:
        await library.restore(call.path_id("id"))
        return see_other(came_from(call, f"{LIBRARY}?view=ignored"))

    return found


async def _everything(
    library: Library, tracking: Tracking, render: Renderer, call: Call, query: OverviewQuery
) -> web.StreamResponse:
    recent = query.view == "recent"
    asked = GridQuery(sort="added" if recent else "title", cursor=query.cursor)
    cards, cursor = await shelf(library, tracking, call.viewer, query.kind, asked)
    more = _href(query, cursor=cursor) if cursor else None
    if query.cursor and render.is_part(call):
        return await render.bare(call, "library/grid_page.html", items=cards, more=more)
    href = f"{LIBRARY}?view=recent" if recent else LIBRARY
    admin = call.viewer.is_admin
    return await render.page(
        call,
        "library/library.html",
        active=LIBRARY,
        view=query.view if recent else "everything",
        filters=[
            Chip(label, _href(query, kind=kind), (query.kind or "") == kind)
            for kind, label in _KINDS.items()
        ],
        items=cards,
        more=more,
        ignored=[],
        blank_text="Add a folder and everything in it appears here."
        if admin
        else "Whatever an admin adds appears here.",
        blank_action={"label": "Add a folder", "href": "/app/admin/roots"} if admin else None,
        **await head(library, call.viewer, href),
    )


async def _ignored(library: Library, render: Renderer, call: Call) -> web.StreamResponse:
    items, _ = await library.items(["ignored"], None, "", 1, 200)
    return await render.page(
        call,
        "library/library.html",
        active=LIBRARY,
        view="ignored",
        filters=[],
        items=[],
        more=None,
        ignored=[_put_aside(each) for each in items],
        blank_text="Files you put aside, and extras such as trailers, are listed here.",
        blank_action=None,
        **await head(library, call.viewer, f"{LIBRARY}?view=ignored"),
    )


def _put_aside(item: Item) -> Ignored:
    return Ignored(
        name=item.file_name,
        path=item.absolute_path,
        note=f"{item.match_reason}, {size(item.file_size_bytes)}",
        restore_action=f"{LIBRARY}/{item.id}/restore",
    )


def _href(query: OverviewQuery, **changes: str) -> str:
    facts = {"view": query.view, "kind": query.kind or "", **changes}
    wanted = {name: value for name, value in facts.items() if value and value != "everything"}
    return f"{LIBRARY}?{urlencode(wanted)}" if wanted else LIBRARY
