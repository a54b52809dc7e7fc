"""``/app/title/{id}/marks``: the viewer's rating and viewings of a title or a part of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from seen.catalog.model import title_path
from seen.core import clock
from seen.core.http import Call, read_query
from seen.core.pages import Pages, Renderer
from seen.core.wording import day
from seen.plugin.models import MediaKind
from seen.tracking.model.history import Viewing
from seen.tracking.model.opinions import Part, scale_of
from seen.tracking.pages.marks import PartQuery, rating_path, seen_path
from seen.tracking.pages.ratings import rating_field
from seen.tracking.service import Tracks

SOURCES = {"player": "", "hand": "marked by hand", "import": "imported", "scrobble": "elsewhere"}
_MOST_VIEWINGS = 20


class PanelQuery(PartQuery):
    """Which part; ``panel`` for a page that shows it in a menu."""

    panel: bool = False


@dataclass(frozen=True, slots=True)
class ViewingField:
    """A viewing whose day can be changed. ``when`` is as a date field has it (2026-10-14)."""

    label: str
    note: str
    when: str
    change: str
    remove: str


def viewing_field(viewing: Viewing, today: date) -> ViewingField:
    """One viewing with what can be done with it."""
    then = viewing.watched_at.date()
    return ViewingField(
        day(then, today),
        SOURCES.get(viewing.source, ""),
        then.isoformat(),
        f"/app/history/{viewing.id}/day",
        f"/app/history/{viewing.id}/remove",
    )


def pages(tracks: Tracks, render: Renderer) -> Pages:
    """The page, and the same as a panel of another page."""
    found = Pages()

    @found.get("/app/title/{id}/marks")
    async def marks(call: Call) -> web.StreamResponse:
        query, media_id = read_query(call.request, PanelQuery), call.path_id("id")
        episode, season = query.episode, None if query.episode else query.season
        part, today = Part(media_id, season, episode), clock.now().date()
        named = await tracks.opinions.named(part)
        ratings = await tracks.opinions.ratings_of(call.viewer, media_id)
        viewings = []
        if named.media_type == MediaKind.MOVIE or episode is not None:
            viewings = await tracks.history.viewings(
                call.viewer, _MOST_VIEWINGS, media_id=media_id, episode_id=episode
            )
        watched = named.media_type != MediaKind.GAME
        facts: dict[str, Any] = {
            "title": named.title,
            "href": title_path(media_id),
            "words": named.words,
            "rating": rating_field(
                rating_path(media_id, episode=episode, season=season),
                scale_of(call.viewer.settings),
                ratings.get(part),
                today,
            ),
            "viewings": [viewing_field(each, today) for each in viewings],
            "seen_action": seen_path(media_id, episode=episode, season=season) if watched else "",
            "again": bool(viewings),
            "today": today.isoformat(),
        }
        if query.panel:
            return await render.bare(call, "tracking/part_panel.html", **facts)
        return await render.page(
            call, "tracking/part.html", active=f"/app/{named.media_type}s", **facts
        )

    return found
