"""Jellyfin: the JSON of its webhook plugin's generic destination with all properties sent."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from seen.plugin.models import MediaKind
from seen.scrobble.model.events import Deed, Event, Id, decoded, ids_among

_TICKS = 10_000_000.0
_DEEDS: Mapping[str, Deed] = {
    "PlaybackStart": "play",
    "PlaybackProgress": "play",
    "PlaybackStop": "stop",
}


class _Body(msgspec.Struct, rename="pascal"):
    notification_type: str = ""
    item_type: str = ""
    name: str = ""
    series_name: str = ""
    year: int | None = None
    season_number: int | None = None
    episode_number: int | None = None
    run_time_ticks: float = 0.0
    playback_position_ticks: float = 0.0
    played_to_completion: bool = False
    is_paused: bool = False
    played: bool = False
    save_reason: str = ""
    notification_username: str = ""
    imdb: Id = msgspec.field(default="", name="Provider_imdb")
    tmdb: Id = msgspec.field(default="", name="Provider_tmdb")
    tvdb: Id = msgspec.field(default="", name="Provider_tvdb")


def read(data: bytes) -> Event | None:
    """What a body tells; None for what is no movie, no episode and none of our business."""
    body = decoded(data, _Body)
    deed = _deed(body)
    if deed is None or body.item_type not in ("Movie", "Episode"):
        return None
    is_movie = body.item_type == "Movie"
    return Event(
        deed,
        MediaKind.MOVIE if is_movie else MediaKind.SHOW,
        body.name if is_movie else body.series_name,
        body.year if is_movie else None,
        None if is_movie else body.season_number,
        None if is_movie else body.episode_number,
        # The ids of an episode are its own, not its show's.
        ids_among({"imdb": body.imdb, "tmdb": body.tmdb, "tvdb": body.tvdb}) if is_movie else {},
        body.playback_position_ticks / _TICKS,
        body.run_time_ticks / _TICKS,
        account=body.notification_username,
    )


def _deed(body: _Body) -> Deed | None:
    if body.notification_type == "UserDataSaved":
        return "finish" if body.save_reason == "TogglePlayed" and body.played else None
    deed = _DEEDS.get(body.notification_type)
    if deed == "stop" and body.played_to_completion:
        return "finish"
    return "pause" if deed == "play" and body.is_paused else deed
