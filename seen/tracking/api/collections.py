"""``/api/v1/collections``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from seen.core.errors import Invalid
from seen.core.http import Answer, Api, Body, Call, Query
from seen.core.paging import decode_cursor, page_of
from seen.tracking.answers import card_answer
from seen.tracking.api.bodies import CardPage, Cards, Changed, Ids, Limit, Titles
from seen.tracking.model.collections import Collection, CollectionKind, Filter
from seen.tracking.service.collections import Collections

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
Description = Annotated[str, msgspec.Meta(max_length=5000)]


class CollectionAnswer(Answer):
    """A collection. ``count`` is of a manual one's titles; ``mine`` says whether the viewer may
    change it."""

    id: UUID
    kind: CollectionKind
    name: str
    description: str
    filter: Filter
    shared: bool
    cover_id: UUID | None
    created_at: datetime
    count: int
    mine: bool
    owner: str


class FranchiseAnswer(Answer):
    """A series of which the viewer keeps or has ``count`` titles."""

    name: str
    count: int
    cover_id: UUID


class CollectionList(Answer):
    """The viewer's own and those that others share; and the series that make themselves."""

    items: list[CollectionAnswer]
    franchises: list[FranchiseAnswer]


class NewCollection(Body):
    """A manual collection with some titles, or a smart one with its filter."""

    name: Name
    kind: CollectionKind = "manual"
    description: Description = ""
    filter: Filter | None = None
    shared: bool = False
    media_ids: Ids | None = None


class CollectionMade(Answer):
    """The collection's id."""

    id: UUID


class CollectionChange(Body):
    """What is to be different; what is left out stays."""

    name: Name | None = None
    description: Description | None = None
    filter: Filter | None = None
    shared: bool | None = None
    cover_id: UUID | None = None

    def facts(self) -> dict[str, Any]:
        """What was said."""
        found = {each: getattr(self, each) for each in self.__struct_fields__}
        return {name: value for name, value in found.items() if value is not None}


class ItemsQuery(Query):
    """A page of a collection's titles."""

    limit: Limit = 40
    cursor: str = ""


class FranchiseQuery(Query):
    """Which series."""

    name: str


class NewPlace(Body):
    """Right before which other title; without one, at the end."""

    before: UUID | None = None


def routes(collections: Collections, cards: Cards) -> Api:
    """The routes of collections."""
    api = Api("tracking")

    @api.get("/collections")
    async def listed(call: Call) -> CollectionList:
        """The collections the viewer may see."""
        return CollectionList(
            [_answer(each) for each in await collections.listed(call.viewer)],
            [
                FranchiseAnswer(each.name, each.count, each.cover_id)
                for each in await collections.franchises(call.viewer)
            ],
        )

    @api.post("/collections", status=201)
    async def make(call: Call, body: NewCollection) -> CollectionMade:
        """Make a collection."""
        if body.kind == "smart" and body.media_ids:
            raise Invalid("A smart collection has a filter instead of titles.", code="smart")
        made = await collections.make(
            call.viewer,
            body.name.strip(),
            kind=body.kind,
            description=body.description.strip(),
            rule=body.filter,
            shared=body.shared,
            media_ids=body.media_ids or (),
        )
        return CollectionMade(made)

    @api.get("/collections/franchise", also={404: "There is no such series"})
    async def franchise(call: Call, query: FranchiseQuery) -> CardPage:
        """The titles of a series in the order they came out."""
        found = await collections.franchise(query.name)
        return CardPage(
            [card_answer(each) for each in await cards.cards_of(call.viewer, found)], ""
        )

    @api.get("/collections/{id}")
    async def one(call: Call, id: UUID) -> CollectionAnswer:
        """A collection."""
        return _answer(await collections.one(call.viewer, id))

    @api.patch("/collections/{id}")
    async def change(call: Call, id: UUID, body: CollectionChange) -> None:
        """Change a collection."""
        await collections.change(call.viewer, id, **body.facts())

    @api.delete("/collections/{id}")
    async def remove(call: Call, id: UUID) -> None:
        """Delete a collection; its titles stay what they are."""
        await collections.remove(call.viewer, id)

    @api.get("/collections/{id}/items")
    async def items(call: Call, id: UUID, query: ItemsQuery) -> CardPage:
        """The titles of a collection in order."""
        found = await collections.one(call.viewer, id)
        if found.kind == "smart":
            shown, more = await cards.filtered(call.viewer, found.filter, query.limit, query.cursor)
            return CardPage([card_answer(each) for each in shown], more)
        after = decode_cursor(query.cursor, float) if query.cursor else None
        rows = await collections.items(call.viewer, id, query.limit + 1, after)
        page, more = page_of(rows, query.limit, lambda row: row[1])
        shown = await cards.cards_of(call.viewer, [media_id for media_id, _ in page])
        return CardPage([card_answer(each) for each in shown], more)

    @api.post("/collections/{id}/items")
    async def add(call: Call, id: UUID, body: Titles) -> Changed:
        """Put titles at the end."""
        return Changed(await collections.add(call.viewer, id, body.ids()))

    @api.delete("/collections/{id}/items")
    async def take(call: Call, id: UUID, body: Titles) -> Changed:
        """Take titles out."""
        return Changed(await collections.take(call.viewer, id, body.ids()))

    @api.put("/collections/{id}/items/{media_id}/place")
    async def move(call: Call, id: UUID, media_id: UUID, body: NewPlace) -> None:
        """Move a title within the collection."""
        await collections.move(call.viewer, id, media_id, body.before)

    return api


def _answer(each: Collection) -> CollectionAnswer:
    return CollectionAnswer(
        each.id,
        each.kind,
        each.name,
        each.description,
        each.filter,
        each.shared,
        each.cover_id,
        each.created_at,
        each.count,
        each.mine,
        each.owner,
    )
