"""What a reading has found so far, on its way to a ParsedName."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True)
class Facts:
    """Like ParsedName, but open: several seasons, and a kind that may still be unknown.

    ``kind`` is "movie", "show" or "" while nothing decides it. ``sure`` says that no second
    opinion is needed.
    """

    kind: str = ""
    title: str = ""
    alternative_titles: list[str] = field(default_factory=list)
    year: int | None = None
    seasons: list[int] = field(default_factory=list)
    episodes: list[int] = field(default_factory=list)
    absolute: bool = False
    absolute_episode: int | None = None
    air_date: date | None = None
    episode_title: str = ""
    edition: str = ""
    resolution: str = ""
    source: str = ""
    release_group: str = ""
    part: int | None = None
    extra: str = ""
    external_ids: dict[str, str] = field(default_factory=dict)
    confidence: float = 1.0
    sure: bool = False
