"""Plex: a form with JSON in the field ``payload``, as its webhooks send it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from seen.plugin.models import MediaKind
from seen.scrobble.model.events import Deed, Event, decoded, scaled

_DEEDS: Mapping[str, Deed] = {
    "media.play": "play",
    "media.resume": "play",
    "media.pause": "pause",
    "media.stop": "stop",
    "media.scrobble": "finish",
    "media.rate": "rate",
}
_TEN = 10.0
_MILLISECONDS = 1000.0
# Agents of old: com.plexapp.agents.thetvdb://81189/1/2?lang=en, whose id is the show's.
_OLD_GUID = re.compile(r"com\.plexapp\.agents\.(imdb|themoviedb|thetvdb)://([\w-]+)")
_SOURCES = {"imdb": "imdb", "themoviedb": "tmdb", "thetvdb": "tvdb", "tmdb": "tmdb", "tvdb": "tvdb"}


class _Guid(msgspec.Struct):
    id: str = ""


class _Account(msgspec.Struct):
    title: str = ""


class _Metadata(msgspec.Struct, rename="camel"):
    type: str = ""
    title: str = ""
    grandparent_title: str = ""
    year: int | None = None
    parent_index: int | None = None
    index: int | None = None
    guid: str = ""
    guids: list[_Guid] = msgspec.field(default_factory=list, name="Guid")
    view_offset: float = 0.0
    duration: float = 0.0
    user_rating: float | None = None


class _Payload(msgspec.Struct):
    event: str = ""
    rating: float | None = None
    account: _Account = msgspec.field(default_factory=_Account, name="Account")
    metadata: _Metadata = msgspec.field(default_factory=_Metadata, name="Metadata")


def read(data: bytes) -> Event | None:
    """What a payload tells; None for what is no movie, no episode and none of our business."""
    payload = decoded(data, _Payload)
    found, deed = payload.metadata, _DEEDS.get(payload.event)
    if deed is None or found.type not in ("movie", "episode"):
        return None
    is_movie = found.type == "movie"
    rating = payload.rating if payload.rating is not None else found.user_rating
    return Event(
        deed,
        MediaKind.MOVIE if is_movie else MediaKind.SHOW,
        found.title if is_movie else found.grandparent_title,
        # The year of an episode is when it was shown, not when its show began.
        found.year if is_movie else None,
        None if is_movie else found.parent_index,
        None if is_movie else found.index,
        _ids(found, is_movie),
        found.view_offset / _MILLISECONDS,
        found.duration / _MILLISECONDS,
        scaled(rating, _TEN),
        payload.account.title,
    )


def _ids(found: _Metadata, is_movie: bool) -> dict[str, str]:
    ids = {}
    if old := _OLD_GUID.match(found.guid):
        ids[_SOURCES[old[1]]] = old[2]
    if is_movie:
        for each in found.guids:
            source, _, known = each.id.partition("://")
            if source in _SOURCES:
                ids[_SOURCES[source]] = known
    return ids
