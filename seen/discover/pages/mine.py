"""What the viewer keeps of a title, on its page: rating, note, state, hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from seen.core.viewer import Viewer
from seen.core.wording import day, length
from seen.discover.model import Whole
from seen.plugin.models import MediaKind
from seen.tracking.model.opinions import Scale, choices, scale_of, shown_rating
from seen.tracking.model.states import LABELS, PlaySession, Status, allowed
from seen.tracking.pages import rating_path, title_act_path

_ON_PAGE: tuple[Status, ...] = ("wishlist", "backlog", "active", "paused", "completed")


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
class StateButton:
    """A state as a button."""

    value: str
    label: str
    active: bool


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A time the viewer played."""

    day: str
    note: str
    length: str
    remove: str


@dataclass(frozen=True, slots=True)
class Mine:
    """All of it. ``states`` are the buttons of a game, ``more_states`` those in its menu (or, for
    a movie or a show, what it can be put aside as)."""

    media_id: UUID
    rating: RatingField
    favourite: str
    is_favourite: bool
    note: str
    note_action: str
    status_action: str
    states: list[StateButton]
    more_states: list[StateButton]
    session_action: str
    sessions: list[SessionLine]
    played: str
    played_seconds: int
    completion: int | None
    platform: str
    platforms: list[str]
    again: bool


def mine(whole: Whole, viewer: Viewer, now: datetime) -> Mine:
    """What the viewer keeps of a title."""
    media_id, relation = whole.at.title.id, whole.relation
    game = whole.at.title.kind is MediaKind.GAME
    buttons = [
        StateButton(each, LABELS[each], each == relation.status)
        for each in allowed(whole.at.title.kind)
    ]
    return Mine(
        media_id,
        _rating(whole, viewer, now),
        title_act_path(media_id, "favourite"),
        relation.is_favorite,
        relation.note,
        title_act_path(media_id, "note"),
        title_act_path(media_id, "status"),
        [each for each in buttons if game and each.value in _ON_PAGE],
        [each for each in buttons if not game or each.value not in _ON_PAGE],
        title_act_path(media_id, "session") if game else "",
        _sessions(whole.sessions, now),
        length(relation.seconds_played),
        relation.seconds_played,
        relation.completion_percent,
        relation.platform,
        list(whole.at.title.platforms),
        relation.viewings > 0,
    )


def _rating(whole: Whole, viewer: Viewer, now: datetime) -> RatingField:
    relation, scale = whole.relation, scale_of(viewer.settings)
    given = -1 if relation.rating is None else relation.rating
    picked = min(
        (value for value, _ in choices(scale)), key=lambda value: abs(value - given), default=-1
    )
    note = "Rate it"
    if relation.rating is not None and relation.rated_at is not None:
        note = f"Your rating, {day(relation.rated_at.date(), now.date())}"
        if scale == "hundred":
            note = f"{shown_rating(given, scale)}, {day(relation.rated_at.date(), now.date())}"
    return RatingField(
        rating_path(whole.at.title.id),
        scale,
        [
            Choice(value, label, given >= 0 and value <= picked, given >= 0 and value == picked)
            for value, label in choices(scale)
        ],
        given,
        note,
    )


def _sessions(sessions: Sequence[PlaySession], now: datetime) -> list[SessionLine]:
    return [
        SessionLine(
            _day(each.started_at, now),
            each.note,
            length(each.seconds),
            f"/app/sessions/{each.id}/remove",
        )
        for each in sessions
    ]


def _day(then: datetime, now: datetime) -> str:
    """The name of a day of this week, else its date."""
    days = (now.date() - then.date()).days
    if days == 0:
        return "Today"
    return then.strftime("%A") if days < 7 else day(then.date(), now.date())
