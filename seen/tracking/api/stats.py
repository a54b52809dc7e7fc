"""``/api/v1/stats``."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from seen.core.http import Answer, Api, Call, Query
from seen.tracking.model.stats import Share
from seen.tracking.service.stats import Statistics


class StatsQuery(Query):
    """One year, or all time; of the viewer, or of a person who shares theirs."""

    year: Annotated[int, msgspec.Meta(ge=1900, le=9998)] | None = None
    person: UUID | None = None


class ShareAnswer(Answer):
    """A genre, a decade or a person, with how many titles it stands for."""

    name: str
    count: int


class DayAnswer(Answer):
    """A day with something on it."""

    day: date
    seconds: int


class SharerAnswer(Answer):
    """Somebody who shares their numbers."""

    id: UUID
    name: str


class SharersAnswer(Answer):
    """All of them but the viewer, by name."""

    items: list[SharerAnswer]


class StatsAnswer(Answer):
    """Somebody's numbers. ``ratings`` counts those in each tenth of the scale."""

    year: int | None
    years: list[int]
    movies: int
    episodes: int
    shows: int
    games: int
    seconds_watched: int
    seconds_played: int
    mean_rating: float | None
    longest_streak: int
    genres: list[ShareAnswer]
    decades: list[ShareAnswer]
    people: list[ShareAnswer]
    ratings: list[int]
    days: list[DayAnswer]


def routes(statistics: Statistics) -> Api:
    """The route of the viewer's numbers."""
    api = Api("tracking")

    @api.get("/stats", also={404: "Nobody of that id shares"})
    async def stats(call: Call, query: StatsQuery) -> StatsAnswer:
        """What somebody watched and played, in numbers."""
        found = await statistics.of(call.viewer, query.year, query.person)
        sums = found.figures
        return StatsAnswer(
            found.year,
            list(found.years),
            sums.movies,
            sums.episodes,
            sums.shows,
            sums.games,
            sums.seconds_watched,
            sums.seconds_played,
            sums.mean_rating,
            found.longest_streak,
            _shares(found.genres),
            _shares(found.decades),
            _shares(found.people),
            list(found.ratings),
            [DayAnswer(day, seconds) for day, seconds in found.days],
        )

    @api.get("/stats/shared")
    async def shared(call: Call) -> SharersAnswer:
        """Whose numbers the viewer may see beside their own."""
        found = await statistics.sharers(call.viewer)
        return SharersAnswer([SharerAnswer(each.id, each.name) for each in found])

    return api


def _shares(shares: tuple[Share, ...]) -> list[ShareAnswer]:
    return [ShareAnswer(each.name, each.count) for each in shares]
