"""Emby: the JSON of its webhooks, as a body or in the field ``data`` of a form."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from seen.plugin.models import MediaKind
from seen.scrobble.model.events import Deed, Event, Id, decoded, ids_among, scaled

_TICKS = 10_000_000.0
_TEN = 10.0
_DEEDS: Mapping[str, Deed] = {
    "playback.start": "play",
    "playback.unpause": "play",
    "playback.pause": "pause",
    "playback.stop": "stop",
    "item.markplayed": "finish",
    "item.rate": "rate",
}


class _User(msgspec.Struct, rename="pascal"):
    name: str = ""


class _UserData(msgspec.Struct, rename="pascal"):
    rating: float | None = None


class _Item(msgspec.Struct, rename="pascal"):
    type: str = ""
    name: str = ""
    series_name: str = ""
    production_year: int | None = None
    parent_index_number: int | None = None
    index_number: int | None = None
    run_time_ticks: float = 0.0
    provider_ids: dict[str, Id] = msgspec.field(default_factory=dict)
    user_data: _UserData = msgspec.field(default_factory=_UserData)


class _Playback(msgspec.Struct, rename="pascal"):
    position_ticks: float = 0.0
    played_to_completion: bool = False


class _Body(msgspec.Struct, rename="pascal"):
    event: str = ""
    user: _User = msgspec.field(default_factory=_User)
    item: _Item = msgspec.field(default_factory=_Item)
    playback_info: _Playback = msgspec.field(default_factory=_Playback)


def read(data: bytes) -> Event | None:
    """What a body tells; None for what is no movie, no episode and none of our business."""
    body = decoded(data, _Body)
    item, deed = body.item, _DEEDS.get(body.event)
    if deed is None or item.type not in ("Movie", "Episode"):
        return None
    if deed == "stop" and body.playback_info.played_to_completion:
        deed = "finish"
    is_movie = item.type == "Movie"
    return Event(
        deed,
        MediaKind.MOVIE if is_movie else MediaKind.SHOW,
        item.name if is_movie else item.series_name,
        item.production_year if is_movie else None,
        None if is_movie else item.parent_index_number,
        None if is_movie else item.index_number,
        # The ids of an episode are its own, not its show's.
        ids_among(item.provider_ids) if is_movie else {},
        body.playback_info.position_ticks / _TICKS,
        item.run_time_ticks / _TICKS,
        scaled(item.user_data.rating, _TEN),
        body.user.name,
    )
