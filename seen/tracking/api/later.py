"""``/api/v1/watch-later``, also called ``/api/v1/watchlist``."""

from __future__ import annotations

from uuid import UUID

from seen.core.http import Api, Body, Call
from seen.core.paging import decode_cursor, page_of
from seen.tracking.answers import CardAnswer, card_answer
from seen.tracking.api.bodies import CardPage, Cards, Changed, ListQuery, Titles
from seen.tracking.service.later import WatchLater


class LaterPage(CardPage):
    """The list from the top; ``total`` counts all of it."""

    total: int


class NewPlace(Body):
    """Right above which other title; without one, at the end."""

    before: UUID | None = None


def routes(later: WatchLater, cards: Cards) -> Api:
    """The list's routes."""
    api = Api("tracking")

    for base in ("/watch-later", "/watchlist"):

        @api.get(base)
        async def listed(call: Call, query: ListQuery) -> LaterPage:
            """What the viewer keeps for later, the uppermost first."""
            after = decode_cursor(query.cursor, float) if query.cursor else None
            rows = await later.listed(call.viewer, query.limit + 1, after, query.type)
            page, more = page_of(rows, query.limit, lambda row: row[1])
            shown = await cards.cards_of(call.viewer, [media_id for media_id, _ in page])
            items: list[CardAnswer] = [card_answer(each) for each in shown]
            return LaterPage(items, more, await later.count(call.viewer))

        @api.post(base)
        async def add(call: Call, body: Titles) -> Changed:
            """Put titles on top of the list."""
            return Changed(await later.add(call.viewer, body.ids()))

        @api.delete(base)
        async def remove_some(call: Call, body: Titles) -> Changed:
            """Take titles off the list."""
            return Changed(await later.remove(call.viewer, body.ids()))

        @api.delete(base + "/{media_id}")
        async def remove(call: Call, media_id: UUID) -> None:
            """Take a title off the list."""
            await later.remove(call.viewer, [media_id])

        @api.put(base + "/{media_id}/place")
        async def move(call: Call, media_id: UUID, body: NewPlace) -> None:
            """Move a title within the list."""
            await later.move(call.viewer, media_id, body.before)

    return api
