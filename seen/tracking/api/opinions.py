"""``/api/v1/ratings``, ``/api/v1/favorites`` and ``/api/v1/notes``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from seen.core.errors import Invalid
from seen.core.http import Answer, Api, Body, Call
from seen.core.paging import decode_cursor, page_of
from seen.tracking.api.bodies import (
    CardPage,
    Cards,
    ListQuery,
    Titles,
    card_page,
    place_of,
)
from seen.tracking.model.opinions import Part, rating_place
from seen.tracking.service.opinions import Opinions

Points = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Rated(Body):
    """What a rating is of: a title, one of its seasons, or one of its episodes."""

    media_id: UUID
    season_number: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    episode_id: UUID | None = None

    def part(self) -> Part:
        """The thing rated. Raises Invalid for a season and an episode at once."""
        if self.season_number is not None and self.episode_id is not None:
            raise Invalid("Name the season or the episode, not both.", code="one_part")
        return Part(self.media_id, self.season_number, self.episode_id)


class RatingChange(Rated, kw_only=True):
    """``rating`` is 0 to 100, whatever scale the viewer sees."""

    rating: Points


class RatingAnswer(Answer):
    """A rating of a title, a season or an episode; 0 to 100."""

    media_id: UUID
    season_number: int | None
    episode_id: UUID | None
    rating: int
    rated_at: datetime


class RatingQuery(ListQuery):
    """``atLeast`` leaves out lower ratings."""

    at_least: Points = 0


class RatingPage(Answer):
    """``nextCursor`` is empty on the last page."""

    items: list[RatingAnswer]
    next_cursor: str


class NoteText(Body):
    """What the viewer writes; empty removes the note."""

    body: Annotated[str, msgspec.Meta(max_length=20_000)]


class NoteAnswer(Answer):
    """The viewer's own note; nobody else reads it."""

    media_id: UUID
    body: str
    updated_at: datetime | None


def routes(opinions: Opinions, cards: Cards) -> Api:
    """The routes of what people think."""
    api = Api("tracking")

    @api.get("/ratings")
    async def ratings(call: Call, query: RatingQuery) -> RatingPage:
        """What the viewer rated, the last first."""
        rows = await opinions.ratings(
            call.viewer,
            query.limit + 1,
            decode_cursor(query.cursor, tuple[datetime, UUID, int, UUID]) if query.cursor else None,
            kind=query.type,
            at_least=query.at_least,
        )
        page, more = page_of(rows, query.limit, rating_place)
        return RatingPage(
            [
                RatingAnswer(
                    each.part.media_id,
                    each.part.season_number,
                    each.part.episode_id,
                    each.rating,
                    each.rated_at,
                )
                for each in page
            ],
            more,
        )

    @api.post("/ratings")
    async def rate(call: Call, body: RatingChange) -> None:
        """Rate something, or rate it anew."""
        await opinions.rate(call.viewer, body.part(), body.rating)

    @api.delete("/ratings")
    async def unrate(call: Call, body: Rated) -> None:
        """Take a rating back."""
        await opinions.unrate(call.viewer, body.part())

    @api.get("/favorites")
    async def favorites(call: Call, query: ListQuery) -> CardPage:
        """The viewer's favourites, the last first."""
        rows = await opinions.favorites(
            call.viewer, query.limit + 1, place_of(query.cursor), kind=query.type
        )
        return await card_page(cards, call.viewer, rows, query.limit)

    @api.post("/favorites")
    async def favor(call: Call, body: Titles) -> None:
        """Make titles favourites."""
        await opinions.favor(call.viewer, body.ids())

    @api.delete("/favorites")
    async def unfavor_some(call: Call, body: Titles) -> None:
        """Titles are favourites no longer."""
        await opinions.unfavor(call.viewer, body.ids())

    @api.delete("/favorites/{media_id}")
    async def unfavor(call: Call, media_id: UUID) -> None:
        """A title is a favourite no longer."""
        await opinions.unfavor(call.viewer, [media_id])

    @api.get("/notes/{media_id}")
    async def note(call: Call, media_id: UUID) -> NoteAnswer:
        """The viewer's note on a title; empty where there is none."""
        found = await opinions.note(call.viewer, media_id)
        return NoteAnswer(
            media_id, found.body if found else "", found.updated_at if found else None
        )

    @api.put("/notes/{media_id}")
    async def write(call: Call, media_id: UUID, body: NoteText) -> None:
        """Keep a note on a title."""
        await opinions.write_note(call.viewer, media_id, body.body)

    return api
