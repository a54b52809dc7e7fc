"""What a file's name and content say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from seen.plugin.models.basics import MediaKind


@dataclass(frozen=True, slots=True)
class ParseHints:
    """What the core knows before a name is read: the library root, and what it holds, if told."""

    root: Path | None = None
    kind: MediaKind | None = None


@dataclass(frozen=True, slots=True)
class ParsedName:
    """What a path says about its content.

    ``episodes`` holds every episode of the file in order; ``season`` is None for absolutely
    numbered or dated episodes. ``external_ids`` are ids written into names, as in
    ``Darkness (2002) [tmdbid-11056]``. ``extra`` names a bonus ("trailer", "sample"); ``part`` is
    the number of a split file. ``confidence`` is 0 to 1.
    """

    kind: MediaKind
    title: str
    alternative_titles: tuple[str, ...] = ()
    year: int | None = None
    season: int | None = None
    episodes: tuple[int, ...] = ()
    absolute_episode: int | None = None
    air_date: date | None = None
    episode_title: str = ""
    edition: str = ""
    resolution: str = ""
    source: str = ""
    release_group: str = ""
    part: int | None = None
    extra: str = ""
    external_ids: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """One stream inside a file. ``language`` is ISO 639 as written in the file, or ""."""

    index: int
    type: Literal["video", "audio", "subtitle"]
    codec: str
    profile: str = ""
    language: str = ""
    title: str = ""
    channels: int | None = None
    bitrate_kbps: int | None = None
    width: int | None = None
    height: int | None = None
    pixel_format: str = ""
    is_default: bool = False
    is_forced: bool = False
    hearing_impaired: bool = False


@dataclass(frozen=True, slots=True)
class MediaProbe:
    """What a file really holds. ``container`` is the short format name ("mp4", "mkv", "avi")."""

    container: str
    duration_seconds: float | None
    streams: tuple[StreamInfo, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
