"""The seasons of a show and the episodes of one of them, as its page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from seen.artwork.model import accent
from seen.catalog.model import EpisodeRow, picture_path, title_path
from seen.core.wording import capital, day, length
from seen.discover.model import Whole
from seen.playback.standing import Standing, episode_title, has_aired, season_label
from seen.tracking.model import left
from seen.tracking.model.opinions import Part, Scale
from seen.tracking.pages import marks_path, seen_path
from seen.tracking.pages.ratings import RatingMark, rating_mark


@dataclass(frozen=True, slots=True)
class SeasonTab:
    """A season as a link."""

    label: str
    href: str
    active: bool
    note: str
    seen: bool


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """An episode of the open season."""

    number: int
    title: str
    overview: str
    caption: str
    still: str
    art: str
    play_href: str
    reason: str
    seen: bool
    progress: float | None
    current: bool
    seen_action: str
    rating: RatingMark | None
    marks_path: str


@dataclass(frozen=True, slots=True)
class OpenSeason:
    """The season whose episodes are listed."""

    label: str
    episodes: list[EpisodeLine]
    mark_action: str
    all_seen: bool
    rating: RatingMark | None
    marks_path: str


def open_number(at: Standing, asked: int | None) -> int | None:
    """Which season is open: the one asked for, else that of the next episode, else the first
    that has episodes."""
    numbers = [each.number for each in at.seasons if at.of_season(each.number)]
    if asked in numbers:
        return asked
    current = at.current()
    if current is not None:
        return current.season_number
    return numbers[0] if numbers else None


def season_tabs(at: Standing, number: int | None, today: date) -> list[SeasonTab]:
    """All seasons that have episodes."""
    tabs = []
    for season in at.seasons:
        episodes = at.of_season(season.number)
        if not episodes:
            continue
        aired = [each for each in episodes if has_aired(each, today)]
        seen = sum(1 for each in aired if each.id in at.watched)
        tabs.append(
            SeasonTab(
                label=season_label(season.number),
                href=f"{title_path(at.title.id)}?season={season.number}",
                active=season.number == number,
                note=f"{seen} of {len(aired)}" if 0 < seen < len(aired) else "",
                seen=bool(aired) and seen == len(aired),
            )
        )
    return tabs


def open_season(whole: Whole, number: int, scale: Scale, today: date) -> OpenSeason:
    """The open season with its episodes."""
    at = whole.at
    media_id, episodes, current = at.title.id, at.of_season(number), at.current()
    aired = [each for each in episodes if has_aired(each, today)]
    return OpenSeason(
        label=season_label(number),
        episodes=[
            _line(
                at,
                each,
                each == current,
                today,
                rating_mark(whole.ratings.get(Part(media_id, episode_id=each.id)), scale),
            )
            for each in episodes
        ],
        mark_action=seen_path(media_id, season=number),
        all_seen=bool(aired) and all(each.id in at.watched for each in aired),
        rating=rating_mark(whole.ratings.get(Part(media_id, number)), scale),
        marks_path=marks_path(media_id, season=number),
    )


def _line(
    at: Standing, episode: EpisodeRow, current: bool, today: date, rating: RatingMark | None
) -> EpisodeLine:
    row = at.progress.get(episode.id)
    play = at.play_path(episode.id)
    seen = episode.id in at.watched and row is None
    return EpisodeLine(
        number=episode.number,
        title=episode_title(episode),
        overview=episode.overview,
        caption=capital(_caption(at, episode, today)),
        still=picture_path(episode.id, "still"),
        art=accent(str(episode.id)),
        play_href=play,
        reason=_absence(at, episode, today),
        seen=seen,
        progress=row.fraction if row else None,
        current=current and bool(play),
        seen_action=seen_path(at.title.id, episode=episode.id),
        rating=rating,
        marks_path=marks_path(at.title.id, episode=episode.id),
    )


def _absence(at: Standing, episode: EpisodeRow, today: date) -> str:
    """Why there is nothing to press; "" when there is, or when it is not out yet."""
    if at.play_path(episode.id) or not has_aired(episode, today):
        return ""
    return at.refusal(episode.id) or "not in your library yet"


def _caption(at: Standing, episode: EpisodeRow, today: date) -> str:
    row = at.progress.get(episode.id)
    if row is not None:
        return left(row.duration_seconds - row.position_seconds)
    if episode.air_date is not None and episode.air_date > today:
        return f"airs {day(episode.air_date, today)}"
    facts = [length(episode.runtime_seconds)]
    if (when := at.watched.get(episode.id)) is not None:
        facts.append(f"seen {day(when.date(), today)}")
    return " · ".join(filter(None, facts))
