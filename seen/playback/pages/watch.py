"""The page that plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from aiohttp import web

from seen.artwork.model import accent
from seen.catalog.model import EpisodeRow, picture_path, picture_version, title_path
from seen.catalog.service import Catalog
from seen.core.errors import NotHere
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer
from seen.core.wording import length
from seen.library.service import Library
from seen.playback.service import Playable, Playback, SubtitleTrack
from seen.playback.standing import (
    Standing,
    episode_title,
    season_label,
    standing,
    watch_path,
)
from seen.tracking.model import EpisodeOrder, left, next_after
from seen.tracking.pages import seen_path
from seen.tracking.service import Tracking

# Coming back a little earlier makes it easier to find into the scene again.
_STEP_BACK_SECONDS = 3.0


class WatchQuery(Query):
    """Which episode of the file; its first where nobody says."""

    episode: UUID | None = None


@dataclass(frozen=True, slots=True)
class Video:
    """What the player needs to know of the file."""

    src: str
    mime: str
    poster: str
    title: str
    line: str
    back_href: str
    media_id: str
    episode_id: str
    library_item_id: str
    start_seconds: float
    duration_seconds: float


@dataclass(frozen=True, slots=True)
class Following:
    """The next episode."""

    href: str
    title: str
    line: str
    still: str
    art: str


@dataclass(frozen=True, slots=True)
class LaneEpisode:
    """An episode beside the picture."""

    number: int
    title: str
    caption: str
    still: str
    art: str
    href: str
    seen: bool
    progress: float | None
    current: bool


def pages(
    catalog: Catalog, tracking: Tracking, library: Library, playback: Playback, render: Renderer
) -> Pages:
    """``/app/watch/{id}``."""
    found = Pages()

    @found.get("/app/watch/{id}")
    async def watch(call: Call) -> web.StreamResponse:
        query = read_query(call.request, WatchQuery)
        viewer, item_id = call.viewer, call.path_id("id")
        playable = await playback.playable(viewer, item_id)
        media_id = playable.item.media_id
        if media_id is None:
            raise NotHere("Nobody has said yet which title this file is.")
        at = await standing(catalog, tracking, library, playback, viewer, media_id)
        episode = _episode(at, item_id, query.episode)
        return await render.bare(
            call,
            "playback/player.html",
            video=_video(at, episode, playable),
            subtitles=_chosen(playable.subtitles, str(viewer.settings.get("subtitleLanguage", ""))),
            under=_under(at, episode),
            seen=_seen(at, episode),
            next=_next(at, episode),
            autoplay_next=bool(viewer.settings.get("autoplayNext", True)),
            lane=_lane(at, episode),
            cannot=_cannot(at, playable),
        )

    return found


def _episode(at: Standing, item_id: UUID, asked: UUID | None) -> EpisodeRow | None:
    """The episode of the file that is asked for, else its first; None for a movie."""
    ids = next((each.episode_ids for each in at.held if each.item.id == item_id), ())
    inside = [each for each in at.episodes if each.id in ids]
    return next((each for each in inside if each.id == asked), next(iter(inside), None))


def _video(at: Standing, episode: EpisodeRow | None, playable: Playable) -> Video:
    title, item = at.title, playable.item
    row = at.progress.get(episode.id if episode else None)
    start = max(0.0, row.position_seconds - _STEP_BACK_SECONDS) if row else 0.0
    return Video(
        src=playable.src,
        mime=playable.decision.mime,
        poster=picture_path(title.id, "backdrop", picture_version(title.backdrop_source)),
        title=title.title,
        line=_place(episode) if episode else "",
        back_href=_back(at, episode),
        media_id=str(title.id),
        episode_id=str(episode.id) if episode else "",
        library_item_id=str(item.id),
        start_seconds=start,
        duration_seconds=item.duration_seconds or 0.0,
    )


def _back(at: Standing, episode: EpisodeRow | None) -> str:
    path = title_path(at.title.id)
    return f"{path}?season={episode.season_number}" if episode else path


def _place(episode: EpisodeRow) -> str:
    return f"S{episode.season_number} E{episode.number} · {episode_title(episode)}"


def _chosen(tracks: Sequence[SubtitleTrack], language: str) -> list[SubtitleTrack]:
    """The tracks with one shown by itself: of the viewer's language where there is one, else as
    the file says."""
    wanted = next((each for each in tracks if language and each.language == language), None)
    if wanted is None:
        first = next((each for each in tracks if each.default), None)
        return [replace(each, default=each is first) for each in tracks]
    return [replace(each, default=each is wanted) for each in tracks]


def _under(at: Standing, episode: EpisodeRow | None) -> dict[str, str]:
    if episode is None:
        facts = [str(at.title.year or ""), length(at.title.runtime_seconds)]
        return {"heading": at.title.title, "text": " · ".join(filter(None, facts)) or "Movie"}
    place = f"season {episode.season_number}, episode {episode.number}"
    return {"heading": episode_title(episode), "text": f"{at.title.title}, {place}"}


def _seen(at: Standing, episode: EpisodeRow | None) -> dict[str, Any]:
    key = episode.id if episode else None
    return {"action": seen_path(at.title.id, episode=key), "value": key in at.watched}


def _next(at: Standing, episode: EpisodeRow | None) -> Following | None:
    """The next episode that has a file."""
    if episode is None:
        return None
    by_id = {each.id: each for each in at.episodes}
    order = [
        EpisodeOrder(each.id, each.season_number, each.number)
        for each in at.episodes
        if at.play_path(each.id) or each.id == episode.id
    ]
    following = next_after(order, episode.id)
    if following is None:
        return None
    row = by_id[following.id]
    facts = [f"S{row.season_number} E{row.number}", length(row.runtime_seconds)]
    return Following(
        href=at.play_path(row.id),
        title=episode_title(row),
        line=" · ".join(filter(None, facts)),
        still=picture_path(row.id, "still"),
        art=accent(str(row.id)),
    )


def _lane(at: Standing, episode: EpisodeRow | None) -> dict[str, Any] | None:
    """The episodes of the season that have files."""
    if episode is None:
        return None
    rows = [
        each
        for each in at.of_season(episode.season_number)
        if at.play_path(each.id) or each.id == episode.id
    ]
    return {
        "label": season_label(episode.season_number),
        "episodes": [_lane_episode(at, each, each.id == episode.id) for each in rows],
    }


def _lane_episode(at: Standing, episode: EpisodeRow, current: bool) -> LaneEpisode:
    row = at.progress.get(episode.id)
    seen = episode.id in at.watched and row is None
    caption = length(episode.runtime_seconds)
    if row is not None:
        caption = left(row.duration_seconds - row.position_seconds)
    elif seen:
        caption = "Seen"
    return LaneEpisode(
        number=episode.number,
        title=episode_title(episode),
        caption=caption,
        still=picture_path(episode.id, "still"),
        art=accent(str(episode.id)),
        href=at.play_path(episode.id) or watch_path(at.files[episode.id], episode.id),
        seen=seen,
        progress=row.fraction if row else None,
        current=current,
    )


def _cannot(at: Standing, playable: Playable) -> dict[str, Any] | None:
    if playable.decision.plays:
        return None
    action = {"label": "Back to the title", "href": title_path(at.title.id)}
    return {"text": playable.decision.reason, "action": action}
