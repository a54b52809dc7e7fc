"""``/app/statistics``: a year or all time as pictures, and a picture of a year to keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

import msgspec
from aiohttp import web

from seen.core import clock
from seen.core.errors import NotHere
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer
from seen.core.wording import counted, day, length
from seen.tracking.model.opinions import scale_of, shown_rating
from seen.tracking.model.stats import Share, Stats, heat_map
from seen.tracking.pages.chips import Chip, address
from seen.tracking.service.stats import Statistics

STATISTICS = "/app/statistics"
_CELL = 15
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class StatsQuery(Query):
    """One year; all time where none is named."""

    year: Annotated[int, msgspec.Meta(ge=1900, le=9998)] | None = None


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
        stats = await statistics.of(call.viewer, query.year)
        shown_year = query.year or (stats.years[0] if stats.years else clock.now().year)
        mean = stats.figures.mean_rating
        return await render.page(
            call,
            "tracking/stats.html",
            active=STATISTICS,
            heading=f"Your {query.year}" if query.year else "Statistics",
            years=_years(stats, query.year),
            lead=_lead(stats),
            figures=_figures(stats),
            squares=_squares(stats, shown_year),
            months=_month_marks(shown_year),
            map_year=shown_year,
            picture=f"{STATISTICS}/{shown_year}/picture.svg",
            genres=_bars(stats.genres),
            decades=_bars(stats.decades),
            people=_bars(stats.people),
            ratings=_bars([Share(f"{10 * at}", each) for at, each in enumerate(stats.ratings)]),
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


def _years(stats: Stats, chosen: int | None) -> list[Chip]:
    return [
        Chip("All time", STATISTICS, chosen is None),
        *(Chip(str(each), address(STATISTICS, {"year": each}), each == chosen)
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
