"""``/app/statistics``: a year or all time as pictures, and a picture of a year to keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web

from seen.core import clock
from seen.core.errors import NotHere
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer
from seen.core.viewer import Viewer
from seen.core.wording import counted, day, length
from seen.tracking.model.opinions import Scale, scale_of, short_rating, shown_rating
from seen.tracking.model.stats import Share, Sharer, Stats, heat_map
from seen.tracking.pages.chips import Chip, address
from seen.tracking.service.stats import Statistics

STATISTICS = "/app/statistics"
_CELL = 15
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class StatsQuery(Query):
    """One year; all time where none is named. Of the viewer, or of ``person``, who shares."""

    year: Annotated[int, msgspec.Meta(ge=1900, le=9998)] | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart; ``share`` is of the longest, 0 to 1."""

    label: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Square:
    """A day in the picture of a year, in its own units."""

    x: int
    y: int
    level: int
    words: str


def pages(statistics: Statistics, render: Renderer) -> Pages:
    """The room's page of numbers."""
    found = Pages()

    @found.get(STATISTICS)
    async def show(call: Call) -> web.StreamResponse:
        query = read_query(call.request, StatsQuery)
        stats = await statistics.of(call.viewer, query.year, query.person)
        sharers = await statistics.sharers(call.viewer)
        own = query.person in (None, call.viewer.user_id)
        owner = next((each.name for each in sharers if each.id == query.person), "")
        shown_year = query.year or (stats.years[0] if stats.years else clock.now().year)
        mean = stats.figures.mean_rating
        return await render.page(
            call,
            "tracking/stats.html",
            active=STATISTICS,
            heading=_heading(query.year, owner),
            people_chips=_people(sharers, query.person) if sharers else [],
            years=_years(stats, query.year, None if own else query.person),
            note=_note(owner, call.viewer),
            lead=_lead(stats),
            figures=_figures(stats),
            squares=_squares(stats, shown_year),
            months=_month_marks(shown_year),
            map_year=shown_year,
            picture=f"{STATISTICS}/{shown_year}/picture.svg" if own else "",
            genres=_bars(stats.genres),
            decades=_bars(stats.decades),
            people=_bars(stats.people),
            ratings=_bars(_ratings(stats, scale_of(call.viewer.settings))),
            mean=shown_rating(round(mean), scale_of(call.viewer.settings)) if mean else "",
            empty=not stats.days,
        )

    @found.get(STATISTICS + "/{year}/picture.svg")
    async def picture(call: Call) -> web.StreamResponse:
        given = call.request.match_info["year"]
        if not (given.isascii() and given.isdigit() and 1900 <= int(given) <= 9998):
            raise NotHere
        stats = await statistics.of(call.viewer, int(given))
        drawn = await render.bare(
            call,
            "tracking/year_picture.html",
            heading=f"My {given}",
            lead=_lead(stats),
            figures=_figures(stats),
            squares=_squares(stats, int(given)),
            top=_bars(stats.genres)[:5],
        )
        drawn.content_type = "image/svg+xml"
        drawn.headers["Content-Disposition"] = f'attachment; filename="seen-{given}.svg"'
        return drawn

    return found


def _heading(year: int | None, owner: str) -> str:
    if owner:
        return f"{owner}, {year}" if year else owner
    return f"Your {year}" if year else "Statistics"


def _note(owner: str, viewer: Viewer) -> str:
    """Who sees these numbers."""
    if owner:
        return f"{owner} lets you see these."
    if viewer.settings.get("shareStatistics"):
        return "Counted from your own history. You let everybody here see it."
    return "Counted from your own history. Nobody else sees it."


def _people(sharers: list[Sharer], chosen: UUID | None) -> list[Chip]:
    """The viewer, and whoever shares."""
    return [
        Chip("You", STATISTICS, all(each.id != chosen for each in sharers)),
        *(Chip(each.name, address(STATISTICS, {"person": each.id}), each.id == chosen)
          for each in sharers),
    ]  # fmt: skip


def _years(stats: Stats, chosen: int | None, person: UUID | None) -> list[Chip]:
    return [
        Chip("All time", address(STATISTICS, {"person": person or ""}), chosen is None),
        *(Chip(str(each), address(STATISTICS, {"person": person or "", "year": each}),
               each == chosen)
          for each in stats.years),
    ]  # fmt: skip


def _lead(stats: Stats) -> str:
    """The year in one sentence."""
    sums = stats.figures
    parts = [counted(sums.movies, "movie")] if sums.movies else []
    if sums.episodes:
        parts.append(f"{counted(sums.episodes, 'episode')} of {counted(sums.shows, 'show')}")
    if sums.games:
        parts.append(counted(sums.games, "game"))
    if not parts:
        return ""
    most = f" Mostly {stats.genres[0].name}." if stats.genres else ""
    return f"{', '.join(parts)}.{most}"


def _figures(stats: Stats) -> list[tuple[str, str]]:
    """Numbers with what they count, those that are something."""
    sums = stats.figures
    found = [
        (length(sums.seconds_watched), "watched"),
        (length(sums.seconds_played), "played"),
        (counted(len(stats.days), "day") if stats.days else "", "with something on"),
        (counted(stats.longest_streak, "day") if stats.longest_streak > 1 else "", "in a row"),
    ]
    return [each for each in found if each[0]]


def _bars(shares: tuple[Share, ...] | list[Share]) -> list[Bar]:
    most = max((each.count for each in shares), default=0)
    return [Bar(each.name, each.count, each.count / most) for each in shares] if most else []


def _ratings(stats: Stats, scale: Scale) -> list[Share]:
    """How often each step of the viewer's scale was given; the last tenth has its top in it."""
    if scale == "thumbs":
        downs, ups = sum(stats.ratings[:5]), sum(stats.ratings[5:])
        return [Share("Thumbs down", downs), Share("Thumbs up", ups)]
    last = len(stats.ratings) - 1
    tops = {"stars": 0, "ten": 0, "hundred": 9}
    found = []
    for at, count in enumerate(stats.ratings):
        low = short_rating(10 * at, scale)
        high = short_rating(100 if at == last else 10 * at + tops.get(scale, 0), scale)
        found.append(Share(low if low == high else f"{low} to {high}", count))
    return found


def _squares(stats: Stats, year: int) -> list[Square]:
    today = clock.now().date()
    return [
        Square(
            each.week * _CELL,
            each.weekday * _CELL,
            each.level,
            f"{day(each.day, today)}: {length(each.seconds) or 'something seen'}",
        )
        for each in heat_map(stats.days, year)
        if each.level or each.day <= today
    ]


def _month_marks(year: int) -> list[tuple[int, str]]:
    """Where each month begins in the picture, with its name."""
    first = date(year, 1, 1)
    return [
        (((date(year, month, 1) - first).days + first.weekday()) // 7 * _CELL, name)
        for month, name in enumerate(_MONTHS, 1)
    ]
