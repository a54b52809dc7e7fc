"""``/app/collections``: titles gathered by hand, by a rule, or by their series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from aiohttp import web

from seen.catalog.model import picture_path
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer, read_form, see_other
from seen.core.paging import decode_cursor, page_of
from seen.core.wording import counted
from seen.plugin.models import Card, MediaKind
from seen.tracking.api.bodies import Cards
from seen.tracking.model.collections import Collection, Filter
from seen.tracking.pages.chips import address
from seen.tracking.pages.lists import PlaceForm
from seen.tracking.pages.marks import done
from seen.tracking.service import Tracks

COLLECTIONS = "/app/collections"
_PER_PAGE = 60
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]


class NewForm(msgspec.Struct):
    """A collection to make, with a title in it or with its rule."""

    name: Name
    kind: Literal["manual", "smart"] = "manual"
    title: UUID | None = None
    shared: bool = False
    type: Literal["", "movie", "show", "game"] = ""
    genre: Annotated[str, msgspec.Meta(max_length=80)] = ""
    year: Annotated[int, msgspec.Meta(ge=1870, le=2200)] | Literal[""] = ""
    unseen: bool = False
    sort: Literal["popular", "newest", "top_rated", "title"] = "popular"

    def rule(self) -> Filter:
        """What a title of the smart collection must be."""
        return Filter(
            types=(MediaKind(self.type),) if self.type else (),
            genre=self.genre.strip(),
            year=self.year or None,
            unseen=self.unseen,
            sort=self.sort,
        )


class ChangeForm(msgspec.Struct):
    """A new name, and whether others see it."""

    name: Name
    description: Annotated[str, msgspec.Meta(max_length=5000)] = ""
    shared: bool = False


class ItemForm(msgspec.Struct):
    """A title, and whether it is in from now on."""

    title: UUID
    on: bool


class PageQuery(Query):
    """Where a page begins."""

    cursor: str = ""


class ChooseQuery(Query):
    """Which title a collection is chosen for."""

    title: UUID


class FranchiseQuery(Query):
    """Which series."""

    name: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A collection as a picture with its name."""

    name: str
    note: str
    href: str
    picture: str


def pages(tracks: Tracks, cards: Cards, render: Renderer) -> Pages:
    """The room's pages of collections."""
    found = Pages()

    @found.get(COLLECTIONS)
    async def listed(call: Call) -> web.StreamResponse:
        everything = await tracks.collections.listed(call.viewer)
        return await render.page(
            call,
            "tracking/collections.html",
            active=COLLECTIONS,
            mine=[_tile(each) for each in everything if each.mine],
            shared=[_tile(each) for each in everything if not each.mine],
            series=[
                Tile(
                    each.name,
                    counted(each.count, "title"),
                    address(COLLECTIONS + "/series", {"name": each.name}),
                    picture_path(each.cover_id, "poster"),
                )
                for each in await tracks.collections.franchises(call.viewer)
            ],
        )

    @found.post(COLLECTIONS)
    async def make(call: Call) -> web.StreamResponse:
        form = await read_form(call, NewForm)
        titles = [form.title] if form.title else []
        made = await tracks.collections.make(
            call.viewer,
            form.name.strip(),
            kind=form.kind,
            rule=form.rule() if form.kind == "smart" else None,
            shared=form.shared,
            media_ids=titles if form.kind == "manual" else (),
        )
        return see_other(f"{COLLECTIONS}/{made}")

    @found.get(COLLECTIONS + "/choose")
    async def choose(call: Call) -> web.StreamResponse:
        media_id = read_query(call.request, ChooseQuery).title
        held = await tracks.collections.holding(call.viewer, media_id)
        everything = await tracks.collections.listed(call.viewer)
        shown = await cards.cards_of(call.viewer, [media_id])
        return await render.page(
            call,
            "tracking/choose.html",
            active=COLLECTIONS,
            title=shown[0] if shown else None,
            media_id=str(media_id),
            choices=[
                {
                    "name": each.name,
                    "note": _note(each),
                    "action": f"{COLLECTIONS}/{each.id}/items",
                    "on": each.id in held,
                }
                for each in everything
                if each.mine and each.kind == "manual"
            ],
        )

    @found.get(COLLECTIONS + "/series")
    async def series(call: Call) -> web.StreamResponse:
        name = read_query(call.request, FranchiseQuery).name
        ids = await tracks.collections.franchise(name)
        return await _show(
            call, None, name, "A series, in the order it came out.",
            await cards.cards_of(call.viewer, ids), None,
        )  # fmt: skip

    @found.get(COLLECTIONS + "/{id}")
    async def one(call: Call) -> web.StreamResponse:
        query = read_query(call.request, PageQuery)
        collection = await tracks.collections.one(call.viewer, call.path_id("id"))
        if collection.kind == "smart":
            shown, cursor = await cards.filtered(
                call.viewer, collection.filter, _PER_PAGE, query.cursor
            )
        else:
            after = decode_cursor(query.cursor, float) if query.cursor else None
            rows = await tracks.collections.items(call.viewer, collection.id, _PER_PAGE + 1, after)
            page, cursor = page_of(rows, _PER_PAGE, lambda row: row[1])
            shown = await cards.cards_of(call.viewer, [media_id for media_id, _ in page])
        path = f"{COLLECTIONS}/{collection.id}"
        more = address(path, {"cursor": cursor}) if cursor else None
        if query.cursor and render.is_part(call):
            return await render.bare(
                call, "tracking/list_page.html", items=shown, more=more, movable=False
            )
        return await _show(call, collection, collection.name, _note(collection), shown, more)

    async def _show(
        call: Call, collection: Collection | None, name: str, note: str, shown: list[Card],
        more: str | None,
    ) -> web.StreamResponse:  # fmt: skip
        facts: dict[str, Any] = {"path": "", "mine": False, "movable": False, "description": ""}
        if collection is not None:
            facts = {
                "path": f"{COLLECTIONS}/{collection.id}",
                "mine": collection.mine,
                "movable": collection.mine and collection.kind == "manual",
                "description": collection.description,
            }
        return await render.page(
            call,
            "tracking/collection.html",
            active=COLLECTIONS,
            name=name,
            note=note,
            shared=collection is not None and collection.shared,
            items=shown,
            more=more,
            **facts,
        )

    @found.post(COLLECTIONS + "/{id}")
    async def change(call: Call) -> web.StreamResponse:
        form = await read_form(call, ChangeForm)
        await tracks.collections.change(
            call.viewer,
            call.path_id("id"),
            name=form.name.strip(),
            description=form.description.strip(),
            shared=form.shared,
        )
        return done(call, COLLECTIONS)

    @found.post(COLLECTIONS + "/{id}/remove")
    async def remove(call: Call) -> web.StreamResponse:
        await tracks.collections.remove(call.viewer, call.path_id("id"))
        return see_other(COLLECTIONS)

    @found.post(COLLECTIONS + "/{id}/items")
    async def items(call: Call) -> web.StreamResponse:
        form = await read_form(call, ItemForm)
        act = tracks.collections.add if form.on else tracks.collections.take
        await act(call.viewer, call.path_id("id"), [form.title])
        return done(call, COLLECTIONS)

    @found.post(COLLECTIONS + "/{id}/place")
    async def move(call: Call) -> web.StreamResponse:
        form = await read_form(call, PlaceForm)
        await tracks.collections.move(call.viewer, call.path_id("id"), form.title, form.before)
        return done(call, COLLECTIONS)

    return found


def _note(collection: Collection) -> str:
    """What a collection is in a few words."""
    parts = ["Fills itself"] if collection.kind == "smart" else [counted(collection.count, "title")]
    if not collection.mine:
        parts.append(f"by {collection.owner}")
    elif collection.shared:
        parts.append("shared")
    return " · ".join(parts)


def _tile(collection: Collection) -> Tile:
    picture = picture_path(collection.cover_id, "poster") if collection.cover_id else ""
    return Tile(collection.name, _note(collection), f"{COLLECTIONS}/{collection.id}", picture)
