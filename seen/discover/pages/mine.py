"""What the viewer keeps of a title, on its page: rating, note, state, hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from seen.core.viewer import Viewer
from seen.core.wording import counted, day, length
from seen.discover.model import Whole
from seen.plugin.models import MediaKind
from seen.tracking.model.opinions import scale_of
from seen.tracking.model.states import LABELS, PlaySession, Status, allowed
from seen.tracking.pages import history_path, marks_path, rating_path, title_act_path
from seen.tracking.pages.ratings import RatingField, rating_field

_ON_PAGE: tuple[Status, ...] = ("wishlist", "backlog", "active", "paused", "completed")


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
    seen_often: str
    marks_path: str
    history_href: str


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
        rating_field(
            rating_path(media_id),
            scale_of(viewer.settings),
            whole.rating,
            now.date(),
        ),
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
        f"Seen {counted(relation.viewings, 'time')}" if relation.viewings else "",
        marks_path(media_id),
        history_path(media_id),
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
