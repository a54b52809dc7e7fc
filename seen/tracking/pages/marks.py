"""What buttons on pages do with a title: mark it, keep it, rate it; and take that back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from aiohttp import web

from seen.core import clock
from seen.core.cookies import set_act_cookie
from seen.core.errors import Invalid
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, came_from, read_form, see_other
from seen.tracking.model.opinions import Part
from seen.tracking.model.states import Status
from seen.tracking.service import Tracks, finished_act

EVENING = time(20, tzinfo=UTC)
Season = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class SeenForm(msgspec.Struct):
    """Whether something is seen from now on; ``again`` counts what was seen once more; ``when`` is
    the day it was seen (2026-10-14), today where it is empty."""

    seen: bool
    again: bool = False
    when: str = ""

    def watched_at(self) -> datetime | None:
        """The evening of the day that was named. Raises Invalid for a day that is none."""
        return datetime.combine(past_day(self.when), EVENING) if self.when else None


class DayForm(msgspec.Struct):
    """The day something was seen (2026-10-14)."""

    when: str


class SwitchForm(msgspec.Struct):
    """Whether something is on from now on."""

    on: bool


class RatingForm(msgspec.Struct):
    """0 to 100; -1 takes the rating back."""

    rating: Annotated[int, msgspec.Meta(ge=-1, le=100)]


class NoteForm(msgspec.Struct):
    """What the viewer writes; empty removes the note."""

    body: Annotated[str, msgspec.Meta(max_length=20_000)]


class StatusForm(msgspec.Struct):
    """A state; empty for none."""

    status: Status | Literal[""]


class SessionForm(msgspec.Struct):
    """How long somebody played."""

    hours: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0
    minutes: Annotated[int, msgspec.Meta(ge=0, le=59)] = 0
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    platform: Annotated[str, msgspec.Meta(max_length=100)] = ""
    completion: Percent | Literal[""] = ""


class PartQuery(Query):
    """Which part of a show: an episode or a season; neither for a movie or the whole."""

    episode: UUID | None = None
    season: Season | None = None


def past_day(text: str) -> date:
    """A day that has come, here or where it is tomorrow already. Raises Invalid."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("There is no such day.") from error
    if not date(1900, 1, 1) <= found <= clock.now().date() + timedelta(days=1):
        raise Invalid("Nobody can have seen anything on that day.")
    return found


def _path(media_id: UUID, act: str, episode: UUID | None, season: int | None) -> str:
    part = f"?episode={episode}" if episode else f"?season={season}" if season is not None else ""
    return f"/app/title/{media_id}/{act}{part}"


def seen_path(media_id: UUID, *, episode: UUID | None = None, season: int | None = None) -> str:
    """Where a button posts that marks a movie, an episode, a season or a show."""
    return _path(media_id, "seen", episode, season)


def rating_path(media_id: UUID, *, episode: UUID | None = None, season: int | None = None) -> str:
    """Where a rating is posted."""
    return _path(media_id, "rating", episode, season)


def marks_path(media_id: UUID, *, episode: UUID | None = None, season: int | None = None) -> str:
    """Where the viewer's rating and viewings of a movie, an episode or a season are; as a panel
    for a page of another title with ``panel`` in the query."""
    return _path(media_id, "marks", episode, season)


def history_path(media_id: UUID) -> str:
    """The viewer's history of one title."""
    return f"/app/history?title={media_id}"


def title_act_path(media_id: UUID, act: str) -> str:
    """Where a button posts that does something with a title: watch-later, favourite, note, status,
    session, dismiss."""
    return f"/app/title/{media_id}/{act}"


def undo_path(act_id: UUID) -> str:
    """Where a button posts that takes an act back."""
    return f"/app/history/acts/{act_id}/undo"


def done(call: Call, default: str) -> web.Response:
    """Back to where the button was; that page says what was done, and offers to take it back."""
    response = see_other(came_from(call, default))
    act_id = finished_act()
    if act_id is not None:
        set_act_cookie(call.request, response, str(act_id))
    return response


def pages(tracks: Tracks) -> Pages:
    """Form targets for a title."""
    found = Pages()

    @found.post("/app/title/{id}/seen")
    async def seen(call: Call) -> web.StreamResponse:
        media_id = call.path_id("id")
        part = read_query(call.request, PartQuery)
        form = await read_form(call, SeenForm)
        if form.seen:
            await tracks.watching.mark_watched(
                call.viewer,
                media_id,
                episode_id=part.episode,
                season=part.season,
                again=form.again,
                watched_at=form.watched_at(),
            )
        else:
            await tracks.watching.unmark_watched(
                call.viewer, media_id, episode_id=part.episode, season=part.season
            )
        return done(call, f"/app/title/{media_id}")

    @found.post("/app/title/{id}/watch-later")
    async def watch_later(call: Call) -> web.StreamResponse:
        media_id = call.path_id("id")
        wanted = (await read_form(call, SwitchForm)).on
        await (tracks.later.add if wanted else tracks.later.remove)(call.viewer, [media_id])
        return done(call, f"/app/title/{media_id}")

    @found.post("/app/title/{id}/favourite")
    async def favourite(call: Call) -> web.StreamResponse:
        media_id = call.path_id("id")
        wanted = (await read_form(call, SwitchForm)).on
        await (tracks.opinions.favor if wanted else tracks.opinions.unfavor)(
            call.viewer, [media_id]
        )
        return done(call, f"/app/title/{media_id}")

    @found.post("/app/title/{id}/rating")
    async def rating(call: Call) -> web.StreamResponse:
        media_id = call.path_id("id")
        asked = read_query(call.request, PartQuery)
        part = Part(media_id, None if asked.episode else asked.season, asked.episode)
        given = (await read_form(call, RatingForm)).rating
        if given < 0:
            await tracks.opinions.unrate(call.viewer, part)
        else:
            await tracks.opinions.rate(call.viewer, part, given)
        return done(call, f"/app/title/{media_id}")

    @found.post("/app/title/{id}/note")
    async def note(call: Call) -> web.StreamResponse:
        media_id = call.path_id("id")
        await tracks.opinions.write_note(
            call.viewer, media_id, (await read_form(call, NoteForm)).body
        )
        return done(call, f"/app/title/{media_id}")

    @found.post("/app/title/{id}/status")
    async def status(call: Call) -> web.StreamResponse:
        media_id = call.path_id("id")
        wanted = (await read_form(call, StatusForm)).status
        if wanted:
            await tracks.states.set_status(call.viewer, [media_id], wanted)
        else:
            await tracks.states.clear(call.viewer, [media_id])
        return done(call, f"/app/title/{media_id}")

    @found.post("/app/title/{id}/session")
    async def session(call: Call) -> web.StreamResponse:
        media_id = call.path_id("id")
        form = await read_form(call, SessionForm)
        seconds = max(60, 3600 * form.hours + 60 * form.minutes)
        completion = form.completion if form.completion != "" else None
        await tracks.states.log_session(
            call.viewer,
            media_id,
            seconds,
            note=form.note,
            completion_percent=completion,
            platform=form.platform.strip(),
        )
        return done(call, f"/app/title/{media_id}")

    @found.post("/app/sessions/{id}/remove")
    async def remove_session(call: Call) -> web.StreamResponse:
        await tracks.states.remove_session(call.viewer, call.path_id("id"))
        return done(call, "/app/games")

    @found.post("/app/title/{id}/dismiss")
    async def dismiss(call: Call) -> web.StreamResponse:
        await tracks.watching.dismiss(call.viewer, call.path_id("id"))
        return done(call, "/app/dashboard")

    @found.post("/app/history/{id}/day")
    async def change_day(call: Call) -> web.StreamResponse:
        day = past_day((await read_form(call, DayForm)).when)
        await tracks.history.set_day(call.viewer, call.path_id("id"), day)
        return done(call, "/app/history")

    @found.post("/app/history/{id}/remove")
    async def remove_viewing(call: Call) -> web.StreamResponse:
        await tracks.history.remove(call.viewer, call.path_id("id"))
        return done(call, "/app/history")

    @found.post("/app/history/acts/{id}/undo")
    async def undo(call: Call) -> web.StreamResponse:
        await tracks.acts.undo(call.viewer, call.path_id("id"))
        return done(call, "/app/history")

    return found
