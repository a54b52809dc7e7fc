"""What the folders above a file say: show, season, title with year, ids, bonus material."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from seen_scanner_guessit.episodic import find_season
from seen_scanner_guessit.extras import extra_folder
from seen_scanner_guessit.facts import Facts
from seen_scanner_guessit.quick import read_name
from seen_scanner_guessit.tags import STRONG

_GENERIC = frozenset(
    [
        "movies",
        "movie",
        "films",
        "film",
        "filme",
        "kino",
        "tv",
        "tvshows",
        "shows",
        "show",
        "series",
        "serien",
        "serie",
        "tvseries",
        "anime",
        "animes",
        "video",
        "videos",
        "media",
        "multimedia",
        "downloads",
        "download",
        "downloadsfinished",
        "completed",
        "complete",
        "finished",
        "unsorted",
        "temp",
        "tmp",
        "test",
        "mnt",
        "server",
        "share",
        "shares",
        "public",
        "home",
        "data",
        "library",
        "storage",
        "incoming",
        "torrents",
        "usenet",
        "nzb",
        "volume1",
        "volumes",
        "disk",
        "drive",
        "users",
        "tvdrop",
        "postprocessing",
        "mkv",
        "avi",
        "cartoons",
        "documentaries",
        "docs",
        "kids",
        "hd",
        "sd",
        "4k",
        "uhd",
        "bluray",
        "dvd",
        "stuff",
        "new",
        "mylibrary",
        "utorrent",
        "bdmv",
        "stream",
        "videots",
        "audiots",
        "subs",
        "subtitles",
        "cd1",
        "cd2",
        "cd3",
        "disc1",
        "disc2",
        "disk1",
        "disk2",
        "电视剧",
        "电影",
        "动漫",
    ]
)
_SPECIALS = re.compile(r"^(?:specials?|season 0+|extras)$", re.IGNORECASE)
_ONLY_SEASON = re.compile(
    r"^[\W_]*(?:season|saison|staffel|temporada|stagione|series|serie|sezon(?:ul)?|seizoen|s|"
    r"сезон)[ ._-]*(\d{1,4})(?![^\W_])",
    re.IGNORECASE,
)
_SEASON_LAST = re.compile(
    r"^[\W_]*(\d{1,2})(?:st|nd|rd|th)?[ ._]*(?:season|staffel|сезон)\b", re.IGNORECASE
)


@dataclass(slots=True)
class Place:
    """The evidence of the folders, nearest first. ``release`` is the reading of the folder that
    directly holds the file, where it is named like a release or a title with a year."""

    season: int | None = None
    show: Facts | None = None
    extra: str = ""
    external_ids: dict[str, str] = field(default_factory=dict)


def read_folders(folders: Sequence[str]) -> Place:
    """Read the folders above a file; ``folders`` goes from the nearest to the outermost."""
    place = Place()
    for depth, name in enumerate(folders[:4]):
        plain = re.sub(r"[\W_]+", "", name.lower())
        bonus = extra_folder(name)
        if bonus and depth == 0:
            place.extra = bonus
            if not _SPECIALS.match(name):
                continue
        season = season_of(name)
        if season is not None and place.season is None:
            place.season = season
        if season is not None and _is_only_season(name):
            continue
        if bonus or not plain or plain in _GENERIC or (len(plain) < 2 and not plain.isdecimal()):
            continue
        facts = read_name(name)
        for source, value in facts.external_ids.items():
            place.external_ids.setdefault(source, value)
        if place.show is None and facts.title:
            place.show = facts
            break
    return place


def _is_only_season(name: str) -> bool:
    if _SPECIALS.match(name.strip()):
        return True
    found = _ONLY_SEASON.match(name) or _SEASON_LAST.match(name)
    return bool(found) or bool(re.fullmatch(r"第[一二三四五六七八九十\d]+季", name.strip()))


def season_of(name: str) -> int | None:
    """The season a folder stands for, or None. Specials are season 0."""
    if _SPECIALS.match(name.strip()):
        return 0
    found = _ONLY_SEASON.match(name) or _SEASON_LAST.match(name)
    if found:
        return int(found[1])
    mark = find_season(name)
    return mark.seasons[0] if mark and len(mark.seasons) == 1 else None


def is_release(name: str) -> bool:
    """Whether a folder is named like a release, so that the file in it may be a mere code."""
    return bool(STRONG.search(name))
