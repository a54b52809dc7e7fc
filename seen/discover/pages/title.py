"""The page of a movie, a show or a game."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from aiohttp import web

from seen.catalog.model import external_links
from seen.core import clock
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer
from seen.core.viewer import Viewer
from seen.discover.model import Whole, Wish
from seen.discover.pages import parts
from seen.discover.pages.files import FileFacts, file_facts
from seen.discover.pages.hero import hero
from seen.discover.pages.mine import mine
from seen.discover.pages.seasons import open_number, open_season, season_tabs
from seen.discover.pages.way import way_of
from seen.discover.service import Discover
from seen.discover.titles import Titles
from seen.downloads.pages.marks import mark_of
from seen.downloads.pages.rows import DOWNLOADS
from seen.downloads.service import Downloads
from seen.playback.standing import Standing
from seen.plugin.models import Card, MediaKind
from seen.tracking.model.opinions import scale_of
from seen.tracking.pages import seen_path, title_act_path

_MOST_SIMILAR = 20
_PLACES = {
    MediaKind.MOVIE: "/app/movies",
    MediaKind.SHOW: "/app/shows",
    MediaKind.GAME: "/app/games",
}


class TitleQuery(Query):
    """Which season is open."""

    season: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None


def pages(discover: Discover, titles: Titles, downloads: Downloads, render: Renderer) -> Pages:
    """``/app/title/{id}``."""
    found = Pages()

    @found.get("/app/title/{id}")
    async def title(call: Call) -> web.StreamResponse:
        query = read_query(call.request, TitleQuery)
        whole = await titles.whole(call.viewer, call.path_id("id"))
        at, now = whole.at, clock.now()
        like_it = await _like_it(discover, call.viewer, whole)
        media_id = at.title.id
        job = await downloads.of_title(call.viewer.user_id, media_id)
        return await render.page(
            call,
            "discover/title.html",
            active=_PLACES[at.title.kind],
            title=hero(at, whole.card.seen),
            play=_play(at),
            unplayable=_unplayable(at),
            actions=_actions(whole, call.viewer),
            cast=parts.cast(at.title),
            files=_files(at, call.viewer),
            download=mark_of(job, now) if job else None,
            add_download=f"{DOWNLOADS}?media={media_id}",
            way=way_of(whole, job, call.viewer),
            absent="" if at.held or at.title.kind is MediaKind.GAME else "Not in your library",
            trailers=parts.trailers(at.title),
            watch=parts.where_to_watch(at.title),
            mine=mine(whole, call.viewer, now),
            hours=parts.hours(at.title, whole.relation.seconds_played),
            screenshots=parts.screenshots(at.title),
            groups=parts.groups(whole, like_it),
            source=parts.source(at.title, now),
            coming=whole.is_coming,
            links=[
                {"label": label, "href": href}
                for label, href in external_links(at.title.kind, at.title.external_ids)
            ],
            **_seasons(whole, query.season, call.viewer, now.date()),
        )

    return found


def _play(at: Standing) -> dict[str, str] | None:
    """What the large button does."""
    current = at.current() if at.is_show else None
    key = current.id if current else None
    href = at.play_path(key)
    if not href:
        return None
    verb = "Resume" if key in at.progress else "Play"
    place = f" S{current.season_number} E{current.number}" if current else ""
    return {"label": verb + place, "href": href}


def _unplayable(at: Standing) -> str:
    """Why a file that is there does not play; "" when it does, or when there is none."""
    if not at.held:
        return ""
    current = at.current() if at.is_show else None
    return at.refusal(current.id if current else None)


def _actions(whole: Whole, viewer: Viewer) -> dict[str, Any]:
    at = whole.at
    fixable = viewer.is_admin and at.held
    return {
        "seen": seen_path(at.title.id) if at.title.kind is not MediaKind.GAME else None,
        "watch_later": title_act_path(at.title.id, "watch-later"),
        "in_watch_later": whole.card.watch_later,
        "fix_match": f"/app/library/review?file={at.held[0].item.id}" if fixable else None,
    }


def _files(at: Standing, viewer: Viewer) -> list[FileFacts]:
    if at.is_show:
        return []
    return [
        file_facts(each, at.decisions[each.item.id], with_path=viewer.is_admin) for each in at.held
    ]


def _seasons(whole: Whole, asked: int | None, viewer: Viewer, today: date) -> dict[str, Any]:
    at, scale = whole.at, scale_of(viewer.settings)
    number = open_number(at, asked) if at.is_show else None
    return {
        "seasons": season_tabs(at, number, today),
        "season": open_season(whole, number, scale, today) if number is not None else None,
    }


async def _like_it(discover: Discover, viewer: Viewer, whole: Whole) -> list[Card]:
    """Popular titles of the same kind and genre, where no provider says which are similar."""
    title = whole.at.title
    if not title.genres or any(relation == "similar" for relation, _ in whole.related):
        return []
    wish = Wish(kinds=(title.kind,), genre=title.genres[0], limit=_MOST_SIMILAR)
    cards, _ = await discover.cards(viewer, wish, "")
    return cards
