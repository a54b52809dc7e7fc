"""``/api/v1/progress`` and ``/api/v1/watched``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from seen.core.http import Answer, Api, Body, Call, Query
from seen.core.paging import decode_cursor, encode_cursor
from seen.tracking.api.bodies import CardPage, Cards, ListQuery, card_page, place_of
from seen.tracking.service import Tracking, Viewing
from seen.tracking.service.history import History

Seconds = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]


class ProgressReport(Body):
    """What a player says every few seconds. ``libraryItemId`` names the file, for the log."""

    media_id: UUID
    position_seconds: Seconds
    duration_seconds: Seconds
    episode_id: UUID | None = None
    library_item_id: UUID | None = None
    state: Literal["playing", "paused", "ended"] = "playing"


class ProgressVerdict(Answer):
    """What the position means: too early to count, in progress, or watched."""

    verdict: Literal["too_early", "in_progress", "watched"]


class ProgressAnswer(Answer):
    """Where the viewer is in a movie or an episode."""

    media_id: UUID
    episode_id: UUID | None
    position_seconds: float
    duration_seconds: float
    updated_at: datetime


class ProgressQuery(Query):
    """A page of what is in progress, last played first."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    cursor: str = ""


class ProgressPage(Answer):
    """``nextCursor`` is empty on the last page."""

    items: list[ProgressAnswer]
    next_cursor: str


class WatchedPart(Body):
    """A movie, one episode, a season, or a whole show."""

    media_id: UUID
    episode_id: UUID | None = None
    season: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None


class WatchedChange(WatchedPart):
    """``watchedAt`` is when it was seen (now); ``again`` counts what was seen once more."""

    watched_at: datetime | None = None
    again: bool = False


class PartQuery(Query):
    """Which episode of a show."""

    episode_id: UUID | None = None


class WatchedAnswer(Answer):
    """How many marks were set or taken back."""

    changed: int


def routes(tracking: Tracking, history: History, cards: Cards) -> Api:
    """The routes of watching."""
    api = Api("tracking")

    @api.post("/progress")
    async def record(call: Call, body: ProgressReport) -> ProgressVerdict:
        """Remember where the viewer is."""
        verdict = await tracking.record_progress(
            call.viewer,
            Viewing(
                body.media_id,
                body.episode_id,
                body.position_seconds,
                body.duration_seconds,
                ended=body.state == "ended",
            ),
        )
        return ProgressVerdict(verdict)

    @api.get("/progress")
    async def progress(call: Call, query: ProgressQuery) -> ProgressPage:
        """Everything in progress, last played first."""
        before = decode_cursor(query.cursor, datetime) if query.cursor else None
        rows = await tracking.recent(call.viewer, query.limit + 1, before)
        page = rows[: query.limit]
        more = encode_cursor(page[-1].updated_at) if len(rows) > query.limit else ""
        return ProgressPage(
            [
                ProgressAnswer(
                    each.media_id,
                    each.episode_id,
                    each.position_seconds,
                    each.duration_seconds,
                    each.updated_at,
                )
                for each in page
            ],
            more,
        )

    @api.delete("/progress/continue-watching/{media_id}")
    async def dismiss(call: Call, media_id: UUID) -> None:
        """Hide a title from continue watching; the position stays."""
        await tracking.dismiss(call.viewer, media_id)

    @api.delete("/progress/{media_id}")
    async def forget(call: Call, media_id: UUID, query: PartQuery) -> None:
        """Forget where the viewer is in a movie or an episode."""
        await tracking.forget_progress(call.viewer, media_id, query.episode_id)

    @api.get("/watched")
    async def seen(call: Call, query: ListQuery) -> CardPage:
        """Titles of which the viewer saw something, the last seen first."""
        rows = await history.seen_titles(
            call.viewer, query.limit + 1, place_of(query.cursor), kind=query.type
        )
        return await card_page(cards, call.viewer, rows, query.limit)

    @api.post("/watched")
    async def watched(call: Call, body: WatchedChange) -> WatchedAnswer:
        """Mark a movie, an episode, a season or a show seen."""
        return WatchedAnswer(
            await tracking.mark_watched(
                call.viewer,
                body.media_id,
                episode_id=body.episode_id,
                season=body.season,
                watched_at=body.watched_at,
                again=body.again,
            )
        )

    @api.delete("/watched")
    async def unwatched(call: Call, body: WatchedPart) -> WatchedAnswer:
        """Take marks back."""
        return WatchedAnswer(
            await tracking.unmark_watched(
                call.viewer, body.media_id, episode_id=body.episode_id, season=body.season
            )
        )

    return api
