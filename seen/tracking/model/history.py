"""Viewings: when somebody saw what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from seen.plugin.models import MediaKind


@dataclass(frozen=True, slots=True)
class Viewing:
    """One time somebody saw a movie or an episode. ``source``: player, hand, import, scrobble."""

    id: UUID
    media_id: UUID
    episode_id: UUID | None
    source: str
    watched_at: datetime
    title: str
    media_type: MediaKind
    season_number: int | None
    number: int | None
    episode_title: str

    @property
    def part(self) -> str:
        """Which part of a show it was: "S2 E4 · The Thaw"; "" for a movie."""
        if self.season_number is None:
            return ""
        return episode_words(self.season_number, self.number, self.episode_title)


def episode_words(season: int, number: int | None, title: str) -> str:
    """An episode in words: "S2 E4 · The Thaw"."""
    place = f"S{season} E{number}"
    return f"{place} · {title}" if title else place
