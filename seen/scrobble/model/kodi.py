"""Kodi: a notification of its JSON-RPC interface, with the item's details and times added.

``params.data`` holds ``item`` with the fields of ``Player.GetItem`` and, beside it, ``time`` and
``totaltime`` of ``Player.GetProperties``.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from seen.plugin.models import MediaKind
from seen.scrobble.model.events import Deed, Event, Id, decoded, ids_among, scaled

_TEN = 10.0
_DEEDS: Mapping[str, Deed] = {
    "Player.OnPlay": "play",
    "Player.OnAVStart": "play",
    "Player.OnResume": "play",
    "Player.OnSeek": "play",
    "Player.OnPause": "pause",
    "Player.OnStop": "stop",
    "VideoLibrary.OnUpdate": "finish",
}


class _Time(msgspec.Struct):
    hours: int = 0
    minutes: int = 0
    seconds: int = 0
    milliseconds: int = 0

    @property
    def total(self) -> float:
        """Seconds."""
        return self.hours * 3600 + self.minutes * 60 + self.seconds + self.milliseconds / 1000


class _Item(msgspec.Struct):
    type: str = ""
    title: str = ""
    showtitle: str = ""
    year: int | None = None
    season: int | None = None
    episode: int | None = None
    uniqueid: dict[str, Id] = msgspec.field(default_factory=dict)
    userrating: float | None = None


class _Data(msgspec.Struct):
    item: _Item = msgspec.field(default_factory=_Item)
    end: bool = False
    playcount: int = 0
    time: _Time = msgspec.field(default_factory=_Time)
    totaltime: _Time = msgspec.field(default_factory=_Time)


class _Params(msgspec.Struct):
    data: _Data = msgspec.field(default_factory=_Data)


class _Body(msgspec.Struct):
    method: str = ""
    params: _Params = msgspec.field(default_factory=_Params)


def read(data: bytes) -> Event | None:
    """What a notification tells; None for what is no movie, no episode and none of our business."""
    body = decoded(data, _Body)
    told, deed = body.params.data, _deed(body)
    if deed is None or told.item.type not in ("movie", "episode"):
        return None
    item, is_movie = told.item, told.item.type == "movie"
    return Event(
        deed,
        MediaKind.MOVIE if is_movie else MediaKind.SHOW,
        item.title if is_movie else item.showtitle,
        item.year if is_movie else None,
        None if is_movie else item.season,
        None if is_movie else item.episode,
        # The ids of an episode are its own, not its show's.
        ids_among(item.uniqueid) if is_movie else {},
        told.time.total,
        told.totaltime.total,
        scaled(item.userrating, _TEN),
    )


def _deed(body: _Body) -> Deed | None:
    deed = _DEEDS.get(body.method)
    if deed == "stop" and body.params.data.end:
        return "finish"
    if deed == "finish":
        # The library tells of every change; the count of plays comes with being seen.
        if body.params.data.playcount > 0:
            return "finish"
        return "rate" if body.params.data.item.userrating else None
    return deed
