"""Rows of another service's export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from seen.plugin.models.basics import MediaKind

ViewingOrigin = Literal["player", "hand", "import", "scrobble"]
TitleStatus = Literal["wishlist", "backlog", "active", "paused", "completed", "dropped", "endless"]


@dataclass(frozen=True, slots=True)
class ImportList:
    """A list of titles that a person made elsewhere. ``filter`` is what a list that fills itself
    holds, as our own export writes it; ``cover`` says that a line's title is the list's picture,
    which does not put it on the list."""

    name: str
    description: str = ""
    shared: bool = False
    filter: Mapping[str, Any] | None = None
    cover: bool = False


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What one line of a file says about one title, one season or one episode.

    ``external_ids`` are the title's ids ("imdb", "tmdb", "tvdb", "igdb", "steam"), for an episode
    those of its show; an episode is meant by ``season`` and ``episode``, or by ``episode_title``.
    ``watched`` says that it was seen; ``watched_at`` when: a moment, a day where no more is known,
    None where nobody knows. ``rewatch`` marks a viewing that was not the first, ``origin`` says
    where our own export has it from. ``noted_at`` is when the other service wrote the line, for
    what has no time of its own. ``seconds_played`` is all play so far, ``session_seconds`` one
    sitting that began at ``watched_at``.
    ``position_seconds`` is where somebody stopped, of ``duration_seconds``; ``dismissed`` says that
    it is not to be offered for going on. ``on_list`` with a title puts it on that list, without one
    it is the list alone. A line that cannot be used has a ``problem``: one sentence; the rest may
    then be empty.
    """

    title: str = ""
    kind: MediaKind | None = None
    year: int | None = None
    external_ids: Mapping[str, str] = field(default_factory=dict)
    season: int | None = None
    episode: int | None = None
    episode_title: str = ""
    file: str = ""
    line: int = 0
    watched: bool = False
    watched_at: datetime | date | None = None
    rewatch: bool = False
    origin: ViewingOrigin | None = None
    noted_at: datetime | date | None = None
    rating: int | None = None
    watch_later: bool = False
    favorite: bool = False
    note: str = ""
    status: TitleStatus | None = None
    platform: str = ""
    seconds_played: int | None = None
    completion_percent: int | None = None
    session_seconds: int | None = None
    position_seconds: float | None = None
    duration_seconds: float | None = None
    dismissed: bool = False
    on_list: ImportList | None = None
    problem: str = ""
