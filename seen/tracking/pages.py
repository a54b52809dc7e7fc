"""What buttons on pages do with a title: mark it seen, take it out of continue watching."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web

from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, came_from, read_form, see_other
from seen.tracking.service.tracks import Tracks


class SeenForm(msgspec.Struct):
    """Whether something is seen from now on."""

    seen: bool


class WantedForm(msgspec.Struct):
    """Whether something is on a list from now on."""

    on: bool


class Part(Query):
    """Which part of a show: an episode or a season; neither for a movie."""

    episode: UUID | None = None
    season: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None


def seen_path(media_id: UUID, *, episode: UUID | None = None, season: int | None = None) -> str:
    """Where a button posts that marks a movie, an episode or a season."""
    part = f"?episode={episode}" if episode else f"?season={season}" if season is not None else ""
    return f"/app/title/{media_id}/seen{part}"


def watch_later_path(media_id: UUID) -> str:
    """Where a button posts that puts a title on the list or takes it off."""
    return f"/app/title/{media_id}/watch-later"


def pages(tracks: Tracks) -> Pages:
    """The room's form targets."""
    found = Pages()

    @found.post("/app/title/{id}/seen")
    async def mark(call: Call) -> web.StreamResponse:
        media_id = call.path_id("id")
        part = read_query(call.request, Part)
        change = (await read_form(call, SeenForm)).seen
        mark = tracks.watching.mark_watched if change else tracks.watching.unmark_watched
        await mark(call.viewer, media_id, episode_id=part.episode, season=part.season)
        return see_other(came_from(call, f"/app/title/{media_id}"))

    @found.post("/app/title/{id}/watch-later")
    async def watch_later(call: Call) -> web.StreamResponse:
        media_id = call.path_id("id")
        wanted = (await read_form(call, WantedForm)).on
        await (tracks.later.add if wanted else tracks.later.remove)(call.viewer, [media_id])
        return see_other(came_from(call, f"/app/title/{media_id}"))

    @found.post("/app/title/{id}/dismiss")
    async def dismiss(call: Call) -> web.StreamResponse:
        await tracks.watching.dismiss(call.viewer, call.path_id("id"))
        return see_other(came_from(call))

    return found
