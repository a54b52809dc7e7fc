"""Where a title or a part of it is rated, and how a rating is shown in a few letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from seen.core.wording import day
from seen.tracking.model.opinions import Rating, Scale, choices, short_rating, shown_rating


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be picked: ``on`` when it is reached or picked."""

    value: int
    label: str
    on: bool
    picked: bool


@dataclass(frozen=True, slots=True)
class RatingField:
    """Where the viewer rates. ``rating`` is 0 to 100, or -1; ``note`` what stands beside it."""

    action: str
    scale: Scale
    choices: list[Choice]
    rating: int
    note: str


@dataclass(frozen=True, slots=True)
class RatingMark:
    """A rating beside what it is of; ``text`` is empty where the picture says it all."""

    icon: str
    text: str
    words: str


def rating_field(action: str, scale: Scale, rating: Rating | None, today: date) -> RatingField:
    """Where something is rated, on the viewer's scale."""
    given = -1 if rating is None else rating.rating
    picked = min(
        (value for value, _ in choices(scale)), key=lambda value: abs(value - given), default=-1
    )
    note = "Rate it"
    if rating is not None:
        what = shown_rating(given, scale) if scale == "hundred" else "Your rating"
        note = f"{what}, {day(rating.rated_at.date(), today)}"
    return RatingField(
        action,
        scale,
        [
            Choice(value, label, given >= 0 and value <= picked, given >= 0 and value == picked)
            for value, label in choices(scale)
        ],
        given,
        note,
    )


def rating_mark(rating: Rating | None, scale: Scale) -> RatingMark | None:
    """A rating in a few letters; None where there is none."""
    if rating is None:
        return None
    icon = "star"
    if scale == "thumbs":
        icon = "thumbs-up" if rating.rating >= 50 else "thumbs-down"
    return RatingMark(icon, short_rating(rating.rating, scale), shown_rating(rating.rating, scale))
