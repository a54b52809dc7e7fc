"""What a person thinks of something, and the scale it is shown on. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from seen.plugin.models import MediaKind
from seen.tracking.model.history import episode_words

Scale = Literal["stars", "ten", "hundred", "thumbs"]
SCALES: tuple[Scale, ...] = get_args(Scale)


@dataclass(frozen=True, slots=True)
class Part:
    """A title, one of its seasons, or one of its episodes."""

    media_id: UUID
    season_number: int | None = None
    episode_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A title, a season or an episode with its name. ``number`` is that of an episode."""

    title: str
    media_type: MediaKind
    season_number: int | None
    number: int | None
    episode_title: str

    @property
    def words(self) -> str:
        """Which part it is: "Season 2", "S2 E4 · The Thaw"; "" for the title itself."""
        if self.season_number is None:
            return ""
        if self.number is None:
            return f"Season {self.season_number}" if self.season_number else "Specials"
        return episode_words(self.season_number, self.number, self.episode_title)

    @property
    def short(self) -> str:
        """The same inside a sentence: "season 2", "S2 E4"."""
        if self.season_number is None:
            return ""
        if self.number is None:
            return f"season {self.season_number}" if self.season_number else "the specials"
        return episode_words(self.season_number, self.number, "")


@dataclass(frozen=True, slots=True)
class Rating:
    """0 to 100, whatever scale the person sees."""

    part: Part
    rating: int
    rated_at: datetime


RatingPlace = tuple[datetime, UUID, int, UUID]
"""What ratings are sorted by: when, of which title, and of which part of it."""


def rating_place(rating: Rating) -> RatingPlace:
    """A rating's place among all others."""
    part = rating.part
    season = -1 if part.season_number is None else part.season_number
    return rating.rated_at, part.media_id, season, part.episode_id or UUID(int=0)


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote on a title; for that person alone."""

    media_id: UUID
    body: str
    updated_at: datetime


def scale_of(settings: Mapping[str, Any]) -> Scale:
    """The scale a person chose."""
    chosen = settings.get("ratingScale", "stars")
    return next((each for each in SCALES if each == chosen), "stars")


def shown_rating(rating: int, scale: Scale) -> str:
    """A rating as the person's scale has it: "4.5 stars", "9", "87", "thumbs up"."""
    if scale == "stars":
        stars = round(rating / 10) / 2
        return f"{stars:g} star{'' if stars == 1 else 's'}"
    if scale == "ten":
        return f"{round(rating / 10)} of 10"
    if scale == "thumbs":
        return "thumbs up" if rating >= 50 else "thumbs down"
    return f"{rating} of 100"


def short_rating(rating: int, scale: Scale) -> str:
    """A rating in as few letters as can be: "4.5", "9", "87"; "" for thumbs, which are drawn."""
    if scale == "thumbs":
        return ""
    steps = {"stars": f"{round(rating / 10) / 2:g}", "ten": f"{round(rating / 10)}"}
    return steps.get(scale, f"{rating}")


def choices(scale: Scale) -> list[tuple[int, str]]:
    """What can be picked on a scale: the rating with its label, lowest first."""
    if scale == "stars":
        return [(step * 10, shown_rating(step * 10, scale)) for step in range(1, 11)]
    if scale == "ten":
        return [(step * 10, str(step)) for step in range(1, 11)]
    if scale == "thumbs":
        return [(20, "Thumbs down"), (80, "Thumbs up")]
    return [(step, str(step)) for step in range(0, 101, 5)]
