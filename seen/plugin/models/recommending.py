"""A person's taste, and what could suit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from seen.plugin.models.basics import MediaKind


@dataclass(frozen=True, slots=True)
class TasteEntry:
    """One title in a person's history. ``weight`` is -1 (disliked) to 1 (loved)."""

    media_id: str
    kind: MediaKind
    weight: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Taste:
    """A person's history as a recommender sees it: no name, no account."""

    entries: tuple[TasteEntry, ...]
    favourite_genres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolItem:
    """A title that may be recommended, or one of the history, with what is known about it."""

    media_id: str
    kind: MediaKind
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    popularity: float = 0.0
    rating: int | None = None
    votes: int = 0
    similar: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a title is recommended: one sentence and its share of the score."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A recommendation. The weights of ``reasons`` sum to ``score``."""

    media_id: str
    score: float
    reasons: tuple[Reason, ...]
