"""What somebody watched and played in a year or ever, in numbers. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Share:
    """A genre, a decade or a person, with how many titles it stands for."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums. Seconds; an episode or a movie whose length nobody knows counts as none."""

    movies: int
    episodes: int
    shows: int
    games: int
    seconds_watched: int
    seconds_played: int
    mean_rating: float | None


@dataclass(frozen=True, slots=True)
class Stats:
    """Everything about a time: ``year`` is None for all of it. ``days`` are those with something
    on them and how many seconds; ``ratings`` how many fall into each tenth of the scale."""

    year: int | None
    years: tuple[int, ...]
    figures: Figures
    genres: tuple[Share, ...]
    decades: tuple[Share, ...]
    people: tuple[Share, ...]
    ratings: tuple[int, ...]
    days: tuple[tuple[date, int], ...]

    @property
    def longest_streak(self) -> int:
        """The most days in a row with something on each."""
        return longest_streak([day for day, _ in self.days])


@dataclass(frozen=True, slots=True)
class Sharer:
    """Somebody who lets the household look at their numbers."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A day in the picture of a year: its week from the left, its weekday from the top, and how
    much is on it, 0 to 4."""

    week: int
    weekday: int
    level: int
    day: date
    seconds: int


def longest_streak(days: Sequence[date]) -> int:
    """The most days in a row; ``days`` in order, each once."""
    best = run = 0
    before: date | None = None
    for day in days:
        run = run + 1 if before is not None and day - before == timedelta(days=1) else 1
        best, before = max(best, run), day
    return best


def heat_map(days: Sequence[tuple[date, int]], year: int) -> list[Cell]:
    """Every day of a year, from Monday on top. A day's level is its share of the fullest day, in
    quarters; a day with anything on it is never 0."""
    known = dict(days)
    most = max((known.get(day, 0) for day in known if day.year == year), default=0)
    first = date(year, 1, 1)
    cells = []
    for number in range((date(year, 12, 31) - first).days + 1):
        day = first + timedelta(days=number)
        seconds = known.get(day, 0)
        level = -(-4 * seconds // most) if most and day in known else 0
        week = (number + first.weekday()) // 7
        cells.append(Cell(week, day.weekday(), max(level, int(day in known)), day, seconds))
    return cells
