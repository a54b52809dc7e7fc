"""What several of the room's routes take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import msgspec

from seen.core.errors import Invalid
from seen.core.http import Answer, Body, Query
from seen.core.paging import decode_cursor, page_of
from seen.core.viewer import Viewer
from seen.plugin.models import Card, MediaKind
from seen.tracking.answers import CardAnswer, card_answer
from seen.tracking.model.collections import Filter

Ids = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=500)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Cards(Protocol):
    """Whoever can show titles with the viewer's marks; a room above does."""

    async def cards_of(self, viewer: Viewer, media_ids: list[UUID]) -> list[Card]:
        """Some titles as cards, in their order; unknown ids are left out."""
        ...

    async def filtered(
        self, viewer: Viewer, rule: Filter, limit: int, cursor: str
    ) -> tuple[list[Card], str]:
        """A page of the titles that a rule asks for, and the cursor of the next ("" at the end)."""
        ...


class Titles(Body):
    """One title or several (500 at most)."""

    media_id: UUID | None = None
    media_ids: Ids | None = None

    def ids(self) -> list[UUID]:
        """The titles meant, each once. Raises Invalid when there are none."""
        both = [*([self.media_id] if self.media_id else ()), *(self.media_ids or ())]
        if not both:
            raise Invalid("Say which title: mediaId or mediaIds.", code="title_needed")
        return list(dict.fromkeys(both))


class Changed(Answer):
    """How many entries became different."""

    changed: int


class ListQuery(Query):
    """A page of a list; ``type`` leaves only movies, shows or games."""

    type: MediaKind | None = None
    limit: Limit = 40
    cursor: str = ""


class CardPage(Answer):
    """Titles with the viewer's marks. ``nextCursor`` is empty on the last page."""

    items: list[CardAnswer]
    next_cursor: str


Place = tuple[datetime, UUID]


def place_of(cursor: str) -> Place | None:
    """Where a page that is sorted by time begins. Raises Invalid."""
    return decode_cursor(cursor, tuple[datetime, UUID]) if cursor else None


async def card_page(
    cards: Cards, viewer: Viewer, rows: list[tuple[UUID, datetime]], limit: int
) -> CardPage:
    """Titles with the time they are sorted by as a page; one row more than ``limit`` says that
    more follow."""
    page, more = page_of(rows, limit, lambda row: (row[1], row[0]))
    shown = await cards.cards_of(viewer, [media_id for media_id, _ in page])
    return CardPage([card_answer(each) for each in shown], more)
