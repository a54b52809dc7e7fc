"""Puts a path's evidence together: name, folders and, where they leave doubt, a second opinion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from seen.plugin.models import MediaKind, ParsedName
from seen_scanner_guessit.facts import Facts
from seen_scanner_guessit.folders import Place, is_release, read_folders
from seen_scanner_guessit.quick import read_name
from seen_scanner_guessit.settle import settle
from seen_scanner_guessit.text import readable

SUFFIXES = frozenset(
    [
        "mkv",
        "mp4",
        "avi",
        "ts",
        "m2ts",
        "m4v",
        "mov",
        "wmv",
        "webm",
        "mpg",
        "mpeg",
        "flv",
        "ogm",
        "ogv",
        "rmvb",
        "rm",
        "divx",
        "vob",
        "iso",
        "mk3d",
        "3gp",
        "asf",
        "f4v",
        "wtv",
        "dvr-ms",
        "strm",
        "disc",
        "nfo",
        "srt",
        "sub",
        "idx",
        "ass",
        "ssa",
        "vtt",
        "smi",
        "sup",
        "mp3",
        "flac",
        "ext",
    ]
)
_LEADING = re.compile(
    r"^(?P<e>\d{1,3})(?P<more>(?:-\d{1,3})*)(?:v\d)?(?:$|[ ._-]+(?P<title>\D.*)?|"
    r"[ ._]+-[ ._]+(?P<later>.*))$"
)
_CODE = re.compile(
    r"[0-9a-f]{16,}|[A-Za-z0-9]{18,}|[a-z]{4,}\d{3}|[A-Z0-9]{12,}|[\w-]*\d[\w-]{24,}|"
    r"\d+(?:_\d+)?|Backup_\w+-\d+"
)
_REVERSED = re.compile(r"(?:^|\.)(?:p027|p0801|\d{2,3}E\d{2}S)(?:\.|$)|^\d{2,3}E\d{2}S\.")


@dataclass(slots=True)
class Reading:
    """A path half read: ``facts`` so far, and the text a second opinion should see, if any."""

    facts: Facts
    place: Place
    doubt: str
    stem: str


def first_reading(path: str) -> Reading:
    """Read a path with patterns alone. ``doubt`` is empty where that is enough. Never raises."""
    parts = [readable(each) for each in PurePosixPath(path).parts if each not in ("/", ".", "..")]
    parts = [each for each in parts if each.strip()] or [""]
    stem = without_suffix(parts[-1])
    folders = parts[-2::-1]
    if _REVERSED.search(stem):
        stem = stem[::-1]
    place = read_folders(folders)
    facts = read_name(stem)
    facts = _with_place(facts, stem, folders, place)
    facts.external_ids = {**place.external_ids, **facts.external_ids}
    facts.extra = facts.extra or place.extra
    doubt = "" if facts.sure else "/".join([*reversed(folders[:2]), parts[-1]])
    return Reading(facts, place, doubt, stem)


def without_suffix(name: str) -> str:
    """The name without the suffix of a media file; other dots are part of the name."""
    head, dot, suffix = name.rpartition(".")
    if dot and head and suffix.lower() in SUFFIXES:
        return without_suffix(head) if suffix.lower() == "disc" else head
    return name


def _with_place(facts: Facts, stem: str, folders: list[str], place: Place) -> Facts:
    show = place.show
    if place.season is not None and not facts.seasons:
        _take_season(facts, stem, place.season)
    if show is None:
        return facts
    near = folders[0] if folders else ""
    if is_release(near) and show.title and _same(read_name(near).title, show.title):
        facts = _from_release(facts, stem, show)
    if not facts.title and facts.kind == "show":
        facts.title, facts.year = show.title, facts.year or show.year
        facts.alternative_titles += show.alternative_titles
        facts.sure = show.sure or _simple(show.title)
    elif facts.year is None and show.year and _same(facts.title, show.title):
        facts.year = show.year
    elif facts.kind == "show" and show.title and not _same(facts.title, show.title):
        facts.alternative_titles.append(show.title)
    return facts


def _take_season(facts: Facts, stem: str, season: int) -> None:
    """A file inside a season's folder is an episode, and its first number says which."""
    if facts.episodes and (facts.absolute_episode or 0) < 100:
        facts.seasons, facts.absolute, facts.absolute_episode = [season], False, None
        return
    if facts.episodes or facts.air_date:
        return
    found = _LEADING.match(stem)
    if not found:
        return
    numbers = [int(found["e"]), *(int(each) for each in re.findall(r"\d+", found["more"]))]
    facts.kind, facts.seasons = "show", [season]
    facts.episodes = (
        list(range(numbers[0], numbers[-1] + 1)) if numbers[-1] >= numbers[0] else numbers[:1]
    )
    facts.title, facts.year = "", None
    facts.episode_title = (found["later"] or found["title"] or "").strip(" .-_")
    facts.sure = False


def _from_release(facts: Facts, stem: str, show: Facts) -> Facts:
    """The folder is a release: a file whose name is a code takes everything from it."""
    if _same(facts.title, show.title) or not _simple(show.title):
        return facts
    if show.kind == "show" and (show.episodes or show.air_date):
        show.sure = True
        return show
    if show.kind == "show" and facts.kind == "show" and facts.episodes:
        facts.alternative_titles.append(facts.title)
        facts.title, facts.year = show.title, show.year
        facts.sure = facts.sure or show.sure
        return facts
    if show.kind == "movie" and show.year and _is_code(facts, stem, show):
        show.sure = True
        show.extra = show.extra or facts.extra
        show.part = show.part or facts.part
        return show
    return facts


def _is_code(facts: Facts, stem: str, show: Facts) -> bool:
    """Whether a film's file says less than its folder: a code, or a group's prefix."""
    if facts.kind == "show" and not _CODE.fullmatch(stem):
        return False
    return (
        facts.year is None or bool(_CODE.fullmatch(stem)) or _key(show.title) in _key(facts.title)
    )


def _same(left: str, right: str) -> bool:
    return _key(left) == _key(right)


def _key(title: str) -> str:
    return "".join(each for each in title.casefold() if each.isalnum())


def _simple(title: str) -> bool:
    return bool(title) and not re.search(r"[\[\]{}<>/|]", title)


def finish(reading: Reading, second: Facts | None, kind: MediaKind | None = None) -> Facts:
    """The facts after a second opinion (None where there was none)."""
    facts = reading.facts if second is None else settle(reading.facts, second)
    if not facts.kind:
        facts.kind = "show" if kind is MediaKind.SHOW else "movie"
    moved = re.fullmatch(r"(.+), (The|A|An|Les?|La|Der|Die|Das)", facts.title, re.IGNORECASE)
    if moved:
        facts.title = f"{moved[2]} {moved[1]}"
    return facts


def to_parsed(facts: Facts) -> ParsedName | None:
    """The facts as the host knows them, or None when there is no title to look for."""
    if not facts.title.strip():
        return None
    show = facts.kind == "show"
    others = dict.fromkeys(each for each in facts.alternative_titles if each)
    others.pop(facts.title, None)
    return ParsedName(
        kind=MediaKind.SHOW if show else MediaKind.MOVIE,
        title=facts.title,
        alternative_titles=tuple(others),
        year=facts.year,
        season=facts.seasons[0] if show and facts.seasons else None,
        episodes=tuple(dict.fromkeys(facts.episodes)) if show else (),
        absolute_episode=facts.absolute_episode if show else None,
        air_date=facts.air_date,
        episode_title=facts.episode_title if show else "",
        edition=facts.edition,
        resolution=facts.resolution,
        source=facts.source,
        release_group=facts.release_group,
        part=facts.part,
        extra=facts.extra,
        external_ids=facts.external_ids,
        confidence=facts.confidence,
    )  # fmt: skip
