"""``/api/v1/games/status`` and ``/api/v1/games/sessions``; ``/api/v1/status`` for the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from seen.core.http import Answer, Api, Body, Call, Query
from seen.core.paging import page_of
from seen.plugin.models import MediaKind
from seen.tracking.answers import CardAnswer, card_answer
from seen.tracking.api.bodies import Cards, Changed, Limit, Titles, place_of
from seen.tracking.model.states import STATUSES, State, Status
from seen.tracking.service.states import States

Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=3_600_000_000)]
SessionSeconds = Annotated[int, msgspec.Meta(ge=1, le=604_800)]


class StatusChange(Titles, kw_only=True):
    """A state for one title or several, with what is known of it; movies and shows are paused or
    dropped. ``secondsPlayed`` is what was played before there were sessions."""

    status: Status
    platform: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    seconds_played: Seconds | None = None
    completion_percent: Percent | None = None

    def facts(self) -> dict[str, Any]:
        """What was said beside the state."""
        found = {
            "platform": self.platform,
            "seconds_played": self.seconds_played,
            "completion_percent": self.completion_percent,
        }
        return {name: value for name, value in found.items() if value is not None}


class StatusQuery(Query):
    """``status`` takes several with commas; all where none is named."""

    status: list[Status] = msgspec.field(default_factory=list)
    platform: str = ""
    limit: Limit = 40
    cursor: str = ""


class AsideQuery(Query):
    """Movies or shows somebody put aside."""

    type: MediaKind = MediaKind.SHOW
    status: list[Status] = msgspec.field(default_factory=list)
    limit: Limit = 40
    cursor: str = ""


class StateAnswer(Answer):
    """Where the viewer stands with a title. ``secondsPlayed`` includes sessions."""

    status: Status
    platform: str
    seconds_played: int
    completion_percent: int | None
    updated_at: datetime
    last_played_at: datetime | None
    title: CardAnswer


class StatePage(Answer):
    """``counts`` is of all titles of the kind by state; ``nextCursor`` empty on the last page."""

    items: list[StateAnswer]
    counts: dict[str, int]
    next_cursor: str


class SessionBody(Body):
    """A time somebody played; of now where nobody says when."""

    media_id: UUID
    seconds: SessionSeconds
    started_at: datetime | None = None
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    completion_percent: Percent | None = None


class SessionMade(Answer):
    """The session's id."""

    id: UUID


class SessionAnswer(Answer):
    """A time the viewer played."""

    id: UUID
    media_id: UUID
    started_at: datetime
    seconds: int
    note: str


class SessionQuery(Query):
    """Sessions of one game or of all, the last first; ``before`` is where a page goes on."""

    media_id: UUID | None = None
    before: datetime | None = None
    limit: Limit = 40


class SessionList(Answer):
    """Sessions, the last first."""

    items: list[SessionAnswer]


def routes(states: States, cards: Cards) -> Api:
    """The routes of where people stand."""
    api = Api("tracking")

    @api.get("/games/status")
    async def games(call: Call, query: StatusQuery) -> StatePage:
        """The viewer's games by state, the last changed first."""
        rows = await states.states(
            call.viewer,
            query.limit + 1,
            place_of(query.cursor),
            statuses=query.status or STATUSES,
            platform=query.platform,
        )
        return await _page(call, rows, query.limit, MediaKind.GAME)

    @api.get("/status")
    async def aside(call: Call, query: AsideQuery) -> StatePage:
        """Movies or shows the viewer paused or dropped."""
        rows = await states.states(
            call.viewer,
            query.limit + 1,
            place_of(query.cursor),
            kind=query.type,
            statuses=query.status or STATUSES,
        )
        return await _page(call, rows, query.limit, query.type)

    async def _page(call: Call, rows: list[State], limit: int, kind: MediaKind) -> StatePage:
        page, more = page_of(rows, limit, lambda each: (each.updated_at, each.media_id))
        shown = await cards.cards_of(call.viewer, [each.media_id for each in page])
        by_id = {each.id: each for each in shown}
        return StatePage(
            [
                StateAnswer(
                    each.status,
                    each.platform,
                    each.seconds_played,
                    each.completion_percent,
                    each.updated_at,
                    each.last_played_at,
                    card_answer(by_id[str(each.media_id)]),
                )
                for each in page
                if str(each.media_id) in by_id
            ],
            await states.counts(call.viewer, kind),
            more,
        )

    for path in ("/games/status", "/status"):

        @api.post(path)
        async def set_status(call: Call, body: StatusChange) -> Changed:
            """Give titles a state."""
            done = await states.set_status(call.viewer, body.ids(), body.status, **body.facts())
            return Changed(done)

        @api.delete(path)
        async def clear(call: Call, body: Titles) -> None:
            """Titles have no state any more; sessions stay."""
            await states.clear(call.viewer, body.ids())

    @api.get("/games/sessions")
    async def sessions(call: Call, query: SessionQuery) -> SessionList:
        """When the viewer played, the last first."""
        found = await states.sessions(
            call.viewer, query.limit, media_id=query.media_id, before=query.before
        )
        return SessionList(
            [
                SessionAnswer(each.id, each.media_id, each.started_at, each.seconds, each.note)
                for each in found
            ]
        )

    @api.post("/games/sessions", status=201)
    async def log_session(call: Call, body: SessionBody) -> SessionMade:
        """Note a time that was played; the game is active then."""
        made = await states.log_session(
            call.viewer,
            body.media_id,
            body.seconds,
            started_at=body.started_at,
            note=body.note,
            completion_percent=body.completion_percent,
        )
        return SessionMade(made)

    @api.delete("/games/sessions/{id}")
    async def remove_session(call: Call, id: UUID) -> None:
        """Forget a session."""
        await states.remove_session(call.viewer, id)

    return api
