"""``/app/history``: what the viewer saw by day, and what can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from aiohttp import web

from seen.core import clock
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer
from seen.core.paging import encode_cursor
from seen.core.wording import day, since
from seen.plugin.models import MediaKind
from seen.tracking.api.bodies import place_of
from seen.tracking.model import WatchRules
from seen.tracking.model.acts import Act
from seen.tracking.model.history import Viewing
from seen.tracking.model.opinions import Part
from seen.tracking.pages.chips import Chip, address
from seen.tracking.pages.marks import undo_path
from seen.tracking.pages.parts import ViewingField, viewing_field
from seen.tracking.service import Tracks

HISTORY = "/app/history"
_PER_PAGE = 60


class HistoryQuery(Query):
    """Viewings, of all titles or of one, or what was changed."""

    show: str = ""
    title: UUID | None = None
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class ViewingLine:
    """One viewing in words."""

    title: str
    href: str
    part: str
    field: ViewingField


@dataclass(frozen=True, slots=True)
class Day:
    """A day with what was seen on it, the last first."""

    label: str
    lines: list[ViewingLine]


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act in words; ``undo`` is where to take it back, "" where that cannot be."""

    sentence: str
    when: str
    href: str
    undo: str
    undone: bool


def pages(tracks: Tracks, render: Renderer) -> Pages:
    """The room's page of what was."""
    found = Pages()

    @found.get(HISTORY)
    async def history(call: Call) -> web.StreamResponse:
        query = read_query(call.request, HistoryQuery)
        place, now = place_of(query.cursor), clock.now()
        days: list[Day] = []
        lines: list[ActLine] = []
        cursor = ""
        if query.show == "changes":
            acts = await tracks.acts.recent(call.viewer, _PER_PAGE + 1, place)
            lines = [_act(each, now) for each in acts[:_PER_PAGE]]
            if len(acts) > _PER_PAGE:
                cursor = encode_cursor((acts[_PER_PAGE - 1].created_at, acts[_PER_PAGE - 1].id))
        else:
            seen = await tracks.history.viewings(
                call.viewer, _PER_PAGE + 1, place, media_id=query.title
            )
            days = _days(seen[:_PER_PAGE], now)
            if len(seen) > _PER_PAGE:
                cursor = encode_cursor((seen[_PER_PAGE - 1].watched_at, seen[_PER_PAGE - 1].id))
        return await render.page(
            call,
            "tracking/history.html",
            active=HISTORY,
            views=[
                Chip("Seen", HISTORY, query.show != "changes"),
                Chip("Changes", address(HISTORY, {"show": "changes"}), query.show == "changes"),
            ],
            days=days,
            acts=lines,
            paused=not WatchRules.of(call.viewer.settings).keep,
            today=now.date().isoformat(),
            only=await _only(tracks, query.title) if query.title else None,
            more=address(
                HISTORY, {"show": query.show, "title": query.title or "", "cursor": cursor}
            )
            if cursor
            else None,
        )

    return found


async def _only(tracks: Tracks, media_id: UUID) -> Chip:
    """The one title whose history is shown."""
    named = await tracks.opinions.named(Part(media_id))
    return Chip(named.title, f"/app/title/{media_id}", True)


def _days(viewings: Sequence[Viewing], now: datetime) -> list[Day]:
    return [
        Day(day(then, now.date()), [_line(each, now.date()) for each in group])
        for then, group in groupby(viewings, key=lambda each: each.watched_at.date())
    ]


def _line(viewing: Viewing, today: date) -> ViewingLine:
    kind = "Movie" if viewing.media_type == MediaKind.MOVIE else ""
    return ViewingLine(
        viewing.title,
        f"/app/title/{viewing.media_id}",
        viewing.part or kind,
        viewing_field(viewing, today),
    )


def _act(act: Act, now: datetime) -> ActLine:
    return ActLine(
        act.sentence,
        since(act.created_at, now),
        f"/app/title/{act.media_id}" if act.media_id else "",
        undo_path(act.id) if act.can_be_undone(now) else "",
        act.undone_by is not None,
    )
