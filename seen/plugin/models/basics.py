"""What everything else speaks of."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal


class MediaKind(enum.StrEnum):
    """What a title is."""

    MOVIE = "movie"
    SHOW = "show"
    GAME = "game"


@dataclass(frozen=True, slots=True)
class Health:
    """How a plugin's object is. ``message`` is one sentence for people, such as "Needs a key"."""

    state: Literal["healthy", "degraded", "failed"] = "healthy"
    message: str = ""
