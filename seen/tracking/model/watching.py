"""Rules of watching: when something counts as started, watched, or next. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from seen.catalog.model import Summary, picture_path, title_path
from seen.plugin.models import Card, MediaKind

Verdict = Literal["too_early", "in_progress", "watched"]


@dataclass(frozen=True, slots=True)
class WatchRules:
    """When a viewing counts. Percentages of the length; ``resume_minimum`` is in seconds; ``keep``
    is False for somebody of whom nothing that plays is to be kept."""

    started_percent: int = 5
    watched_percent: int = 92
    resume_minimum: int = 10
    keep: bool = True

    @staticmethod
    def of(settings: Mapping[str, Any]) -> WatchRules:
        """The rules a person chose."""
        return WatchRules(
            int(settings.get("startedPercent", 5)),
            int(settings.get("watchedPercent", 92)),
            int(settings.get("resumeMinimumSeconds", 10)),
            settings.get("keepHistory", True) is not False,
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """A person's marks on a title: for a show, counted over its episodes without specials."""

    media_id: UUID
    seen: bool = False
    progress: float | None = None
    episodes_seen: int = 0
    episodes_total: int = 0
    watch_later: bool = False


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """Where somebody is in a movie or an episode. Seconds."""

    media_id: UUID
    episode_id: UUID | None
    position_seconds: float
    duration_seconds: float
    updated_at: datetime

    @property
    def fraction(self) -> float:
        """How far, 0 to 1."""
        if self.duration_seconds <= 0:
            return 0.0
        return min(1.0, self.position_seconds / self.duration_seconds)


@dataclass(frozen=True, slots=True)
class NextEpisode:
    """The episode a person sees next of a show."""

    media_id: UUID
    episode_id: UUID
    season_number: int
    number: int
    title: str
    runtime_seconds: int | None
    air_date: date | None
    last_watched_at: datetime


@dataclass(frozen=True, slots=True)
class EpisodeOrder:
    """An episode's place in its show."""

    id: UUID
    season_number: int
    number: int


def judge(position: float, duration: float, rules: WatchRules, *, ended: bool = False) -> Verdict:
    """What a position means.

    Below the started share a position says nothing: opening something by accident neither unmarks
    it nor loses the old position. Something very short is never resumed, but it can be finished.
    """
    if ended:
        return "watched"
    if duration <= 0:
        return "too_early"
    percent = 100 * position / duration
    if percent >= rules.watched_percent:
        return "watched"
    if percent < rules.started_percent or duration < rules.resume_minimum:
        return "too_early"
    return "in_progress"


def is_same_viewing(last_watched: datetime | None, now: datetime, duration: float) -> bool:
    """Whether a finish belongs to a viewing that already counted.

    A player reports 92 %, 95 % and the end of one viewing; nobody finishes the same thing again in
    less than half its length (or two minutes, for something short).
    """
    if last_watched is None:
        return False
    return (now - last_watched).total_seconds() < max(120.0, duration / 2)


def next_after(order: Sequence[EpisodeOrder], current: UUID) -> EpisodeOrder | None:
    """The episode after the current one; specials come only after specials."""
    place = next((index for index, each in enumerate(order) if each.id == current), None)
    if place is None or place + 1 >= len(order):
        return None
    following = order[place + 1]
    if (following.season_number == 0) != (order[place].season_number == 0):
        return None
    return following


def left(seconds: float | None) -> str:
    """A time that is left as people say it: "18 min left", "1 h 12 min left"."""
    if not seconds or seconds <= 0:
        return ""
    minutes = max(1, round(seconds / 60))
    if seconds < 60:
        return f"{max(1, round(seconds))} s left"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min left" if hours else f"{rest} min left"


def card_of(
    summary: Summary,
    mark: Mark,
    *,
    in_library: bool = False,
    downloading: float | None = None,
    badge: str = "",
) -> Card:
    """A title's card with a person's marks on it."""
    facts = [str(summary.year)] if summary.year else []
    if summary.kind is MediaKind.SHOW and mark.episodes_seen and not mark.seen:
        facts.append(f"{mark.episodes_seen} of {mark.episodes_total} seen")
    elif summary.genre:
        facts.append(summary.genre)
    return Card(
        id=str(summary.id),
        kind=summary.kind,
        title=summary.title,
        href=title_path(summary.id),
        year=summary.year,
        caption=" · ".join(facts),
        poster=picture_path(summary.id, "poster", summary.poster_version),
        backdrop=picture_path(summary.id, "backdrop", summary.backdrop_version),
        drawn=summary.poster_version == "drawn",
        seen=mark.seen and mark.progress is None,
        progress=mark.progress if summary.kind is MediaKind.MOVIE else None,
        watch_later=mark.watch_later,
        in_library=in_library,
        downloading=downloading,
        badge=badge,
    )
