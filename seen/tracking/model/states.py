"""Where a person stands with a game, and with a show or a movie put aside. No I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from seen.plugin.models import MediaKind

Status = Literal["wishlist", "backlog", "active", "paused", "completed", "dropped", "endless"]
STATUSES: tuple[Status, ...] = get_args(Status)
ASIDE: tuple[Status, ...] = ("paused", "dropped")
"""What a movie or a show can be beside watched and unwatched."""

LABELS: dict[Status, str] = {
    "wishlist": "Wishlist",
    "backlog": "Backlog",
    "active": "Playing",
    "paused": "Paused",
    "completed": "Completed",
    "dropped": "Dropped",
    "endless": "Endless",
}


@dataclass(frozen=True, slots=True)
class State:
    """Where somebody stands. ``seconds_played`` is everything, sessions included."""

    media_id: UUID
    status: Status
    platform: str
    seconds_played: int
    completion_percent: int | None
    updated_at: datetime
    last_played_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlaySession:
    """A time somebody played."""

    id: UUID
    media_id: UUID
    started_at: datetime
    seconds: int
    note: str


def allowed(kind: MediaKind) -> tuple[Status, ...]:
    """The states a kind of title can be in."""
    return STATUSES if kind is MediaKind.GAME else ASIDE


def after_session(status: Status | None) -> Status:
    """The state of a game that somebody has just played: what waited or rested is active again;
    what was completed or endless stays that."""
    return status if status in ("completed", "endless") else "active"
