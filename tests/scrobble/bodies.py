"""What each player sends, in the shape that it documents, about films that nobody made."""

from __future__ import annotations

from typing import Any

MOVIE_IDS = {"imdb": "tt9900001", "tmdb": "93"}
HOUR = 3600
LENGTH = 6000


def plex(event: str, *, at: int = 0, movie: bool = True, **more: Any) -> dict[str, Any]:
    """Plex Media Server's webhook; times are in milliseconds."""
    metadata: dict[str, Any] = {
        "librarySectionType": "movie", "ratingKey": "7", "type": "movie", "title": "Low Tide",
        "year": 2013, "guid": "plex://movie/5d77", "viewOffset": at * 1000,
        "duration": LENGTH * 1000,
        "Guid": [{"id": f"{source}://{known}"} for source, known in MOVIE_IDS.items()],
    }  # fmt: skip
    if not movie:
        metadata |= {
            "librarySectionType": "show", "type": "episode", "title": "Part 2", "year": 2021,
            "grandparentTitle": "Northline", "parentIndex": 1, "index": 2,
            "guid": "plex://episode/5d78", "Guid": [{"id": "imdb://tt9911111"}],
        }  # fmt: skip
    return {
        "event": event, "user": True, "owner": True,
        "Account": {"id": 1, "thumb": "https://plex.example/u", "title": "mara"},
        "Server": {"title": "Attic", "uuid": "54664a3d"},
        "Player": {"local": True, "publicAddress": "200.0.0.1", "title": "TV", "uuid": "r6yf"},
        "Metadata": metadata, **more,
    }  # fmt: skip


def jellyfin(event: str, *, at: int = 0, movie: bool = True, **more: Any) -> dict[str, Any]:
    """Jellyfin's webhook plugin, all properties; times are in ticks of 100 ns."""
    body: dict[str, Any] = {
        "ServerId": "a1", "ServerName": "Attic", "ServerVersion": "10.10.0",
        "NotificationType": event, "Timestamp": "2026-11-26T21:00:00", "Name": "Low Tide",
        "ItemId": "b2", "ItemType": "Movie", "RunTimeTicks": LENGTH * 10_000_000, "Year": 2013,
        "Provider_imdb": MOVIE_IDS["imdb"], "Provider_tmdb": MOVIE_IDS["tmdb"],
        "PlaybackPositionTicks": at * 10_000_000, "PlaybackPosition": "00:50:00",
        "IsPaused": False, "NotificationUsername": "mara", "UserId": "c3", "SeriesName": None,
    }  # fmt: skip
    if not movie:
        body |= {
            "ItemType": "Episode", "Name": "Part 2", "SeriesName": "Northline", "Year": 2021,
            "SeasonNumber": 1, "SeasonNumber00": "01", "EpisodeNumber": 2,
            "Provider_imdb": "tt9911111", "Provider_tmdb": None,
        }  # fmt: skip
    return body | more


def emby(event: str, *, at: int = 0, movie: bool = True, **more: Any) -> dict[str, Any]:
    """Emby's webhook; times are in ticks of 100 ns."""
    item: dict[str, Any] = {
        "Name": "Low Tide", "Type": "Movie", "ProductionYear": 2013, "Id": "12",
        "RunTimeTicks": LENGTH * 10_000_000, "UserData": {"Rating": 8.0},
        "ProviderIds": {"Imdb": MOVIE_IDS["imdb"], "Tmdb": MOVIE_IDS["tmdb"], "Official": None},
    }  # fmt: skip
    if not movie:
        item |= {
            "Name": "Part 2", "Type": "Episode", "SeriesName": "Northline",
            "ParentIndexNumber": 1, "IndexNumber": 2, "ProductionYear": 2021,
            "ProviderIds": {"Imdb": "tt9911111"},
        }  # fmt: skip
    return {
        "Title": "mara is watching", "Event": event, "Date": "2026-11-26T21:00:00Z",
        "User": {"Name": "mara", "Id": "d4"}, "Item": item,
        "PlaybackInfo": {"PositionTicks": at * 10_000_000, "PlaylistIndex": 0}, **more,
    }  # fmt: skip


def kodi(event: str, *, at: int = 0, movie: bool = True, **more: Any) -> dict[str, Any]:
    """A notification of Kodi's JSON-RPC with the item's details and the player's times."""
    item: dict[str, Any] = {
        "type": "movie", "title": "Low Tide", "year": 2013, "id": 4, "userrating": 8,
        "uniqueid": {"imdb": MOVIE_IDS["imdb"], "tmdb": 93},
    }  # fmt: skip
    if not movie:
        item |= {"type": "episode", "title": "Part 2", "showtitle": "Northline", "season": 1,
                 "episode": 2, "uniqueid": {"imdb": "tt9911111"}, "year": None}  # fmt: skip
    data = {"item": item, "player": {"playerid": 1, "speed": 1}, "time": _clock(at),
            "totaltime": _clock(LENGTH), **more}  # fmt: skip
    return {"jsonrpc": "2.0", "method": event, "params": {"data": data, "sender": "xbmc"}}


def _clock(seconds: int) -> dict[str, int]:
    return {
        "hours": seconds // HOUR, "minutes": seconds % HOUR // 60, "seconds": seconds % 60,
        "milliseconds": 0,
    }  # fmt: skip
