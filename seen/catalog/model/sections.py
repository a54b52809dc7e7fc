"""The lists of Discover: which there are, how deep they go, when they are asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from seen.plugin.models import FeedKind, MediaKind

SECTION_LENGTH = 200
"""How many titles of a list are kept."""
_FRESH = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Section:
    """A list of one kind of title, in the words that people read."""

    key: FeedKind
    kind: MediaKind
    title: str

    @property
    def name(self) -> str:
        """How the list is told apart from all others: "movie:trending"."""
        return f"{self.kind}:{self.key}"


_MOVIE, _SHOW, _GAME = MediaKind.MOVIE, MediaKind.SHOW, MediaKind.GAME
SECTIONS = (
    Section("trending", _MOVIE, "Trending movies"),
    Section("trending", _SHOW, "Trending shows"),
    Section("trending", _GAME, "Trending games"),
    Section("now_playing", _MOVIE, "In cinemas"),
    Section("airing_today", _SHOW, "Airing today"),
    Section("recently_released", _GAME, "Recently released games"),
    Section("popular", _MOVIE, "Popular movies"),
    Section("popular", _SHOW, "Popular shows"),
    Section("popular", _GAME, "Popular games"),
    Section("upcoming", _MOVIE, "Upcoming movies"),
    Section("on_the_air", _SHOW, "On the air"),
    Section("most_anticipated", _GAME, "Most anticipated games"),
    Section("top_rated", _MOVIE, "Top rated movies"),
    Section("top_rated", _SHOW, "Top rated shows"),
    Section("top_rated", _GAME, "Top rated games"),
    Section("upcoming", _GAME, "Upcoming games"),
)

LABELS: dict[FeedKind, str] = {
    "trending": "Trending",
    "popular": "Popular",
    "top_rated": "Top rated",
    "upcoming": "Upcoming",
    "now_playing": "In cinemas",
    "airing_today": "Airing today",
    "on_the_air": "On the air",
    "recently_released": "Just released",
    "most_anticipated": "Most anticipated",
}
"""What a list is called where its kind is said elsewhere."""


@dataclass(frozen=True, slots=True)
class SectionState:
    """How a list stands: whose titles it holds, since when, and what went wrong last."""

    section: Section
    provider: str = ""
    refreshed_at: datetime | None = None
    tried_at: datetime | None = None
    problem: str = ""
    asked: str = ""

    def is_due(self, now: datetime, providers: str) -> bool:
        """Whether the list is to be asked for: six hours after it came, in every run when it did
        not, and at once when the providers are others than those asked before."""
        if self.tried_at is None or self.problem or self.asked != providers:
            return True
        return now - self.tried_at >= _FRESH
