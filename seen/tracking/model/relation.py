"""All that a person keeps of one title."""

from __future__ import annotations

from dataclasses import dataclass

from seen.tracking.model.states import Status


@dataclass(frozen=True, slots=True)
class Relation:
    """What a person keeps of a title beside ratings. ``seconds_played`` includes sessions;
    ``viewings`` are those of the movie as a whole."""

    is_favorite: bool = False
    note: str = ""
    status: Status | None = None
    platform: str = ""
    completion_percent: int | None = None
    seconds_played: int = 0
    viewings: int = 0
