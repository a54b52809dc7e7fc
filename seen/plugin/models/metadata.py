"""Titles as metadata providers know them, and what they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from seen.plugin.models.basics import MediaKind


@dataclass(frozen=True, slots=True)
class ExternalRef:
    """A title at some service: ``ExternalRef("tmdb", MediaKind.MOVIE, "27205")``."""

    source: str
    kind: MediaKind
    id: str


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is known about a title that is looked for.

    ``external_ids`` maps a source ("tmdb", "imdb", "tvdb") to an id read from a name or a side-car
    file. ``path`` is the file in question, for providers that read what lies beside it.
    """

    title: str
    kind: MediaKind | None = None
    year: int | None = None
    language: str = "en-US"
    external_ids: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A title that may be the one. Providers give best guesses first and do not judge.

    ``external_ids`` are the title's ids at other services, where the answer holds them. ``echo``
    says that the provider merely repeats the name it was asked for: no evidence that there is
    such a title, good only where nobody knows better. ``side_car`` says that the hit was read
    from a file beside the media: its ids count as if the media file's name held them.
    """

    ref: ExternalRef
    title: str
    year: int | None = None
    original_title: str = ""
    alternative_titles: tuple[str, ...] = ()
    overview: str = ""
    poster: str = ""
    popularity: float = 0.0
    votes: int = 0
    external_ids: Mapping[str, str] = field(default_factory=dict)
    echo: bool = False
    release_date: date | None = None
    backdrop: str = ""
    genres: tuple[str, ...] = ()
    rating: int | None = None
    original_language: str = ""
    side_car: bool = False


@dataclass(frozen=True, slots=True)
class Artwork:
    """Addresses of pictures: http(s) URLs, or absolute paths of files inside a library folder."""

    poster: str = ""
    backdrop: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """A person's part in a title. ``role`` is the character for cast, the job for crew."""

    name: str
    role: str = ""
    department: Literal["cast", "crew"] = "cast"
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Trailer:
    """A video about a title, shown as a link."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Season:
    """A season as a show lists it; ``episode_count`` is what the service announces."""

    number: int
    title: str = ""
    overview: str = ""
    air_date: date | None = None
    poster: str = ""
    episode_count: int = 0


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode. ``absolute_number`` counts through all seasons where the service has it."""

    season: int
    number: int
    title: str = ""
    overview: str = ""
    air_date: date | None = None
    runtime_seconds: int | None = None
    still: str = ""
    absolute_number: int | None = None


ReleaseKind = Literal["premiere", "limited", "theatrical", "digital", "physical", "tv", "game"]
DatePrecision = Literal["day", "month", "quarter", "year", "unknown"]


@dataclass(frozen=True, slots=True)
class Release:
    """When a title comes out somewhere. Of a date known only roughly, ``day`` is the last day it
    can mean and ``precision`` says how rough it is; ``day`` None goes with "unknown" alone.

    ``region`` is an ISO 3166 country or "", ``platform`` what a game runs on.
    """

    day: date | None
    precision: DatePrecision = "day"
    kind: ReleaseKind = "theatrical"
    region: str = ""
    platform: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A service where a title can be watched in a country, as the metadata service says."""

    name: str
    way: Literal["stream", "free", "ads", "rent", "buy"]
    logo: str = ""


@dataclass(frozen=True, slots=True)
class WhereToWatch:
    """Offers in one country. ``credit`` names whoever gathered them and has to be shown with
    them; ``link`` is an address with more."""

    country: str
    offers: tuple[Offer, ...]
    credit: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class TimeToBeat:
    """How long a game takes, in seconds: in a hurry, as most play it, with all there is."""

    hastily_seconds: int | None = None
    normally_seconds: int | None = None
    completely_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Another title that belongs to this one. ``relation`` says what the other one is to it."""

    relation: Literal["dlc", "expansion", "edition", "remake", "remaster", "parent", "bundle"]
    hit: SearchHit


@dataclass(frozen=True, slots=True)
class TitleDetails:
    """Everything a title page needs. ``rating`` is 0 to 100, or None where nobody voted.

    ``year`` is for titles of which only the year is known. ``franchises`` are names of series that
    the title belongs to. ``validator`` is whatever the
    provider needs to find out later whether the title changed (an ETag, a date of change).
    ``link`` is the title's own page at the service, whose terms may ask to be led to it.
    """

    ref: ExternalRef
    title: str
    original_title: str = ""
    alternative_titles: tuple[str, ...] = ()
    overview: str = ""
    tagline: str = ""
    release_date: date | None = None
    end_date: date | None = None
    status: str = ""
    runtime_seconds: int | None = None
    rating: int | None = None
    votes: int = 0
    popularity: float = 0.0
    content_rating: str = ""
    original_language: str = ""
    genres: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    artwork: Artwork = Artwork()
    credits: tuple[Credit, ...] = ()
    trailers: tuple[Trailer, ...] = ()
    seasons: tuple[Season, ...] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)
    homepage: str = ""
    next_episode: Episode | None = None
    releases: tuple[Release, ...] = ()
    watch: tuple[WhereToWatch, ...] = ()
    similar: tuple[SearchHit, ...] = ()
    related: tuple[Related, ...] = ()
    franchises: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    screenshots: tuple[str, ...] = ()
    time_to_beat: TimeToBeat | None = None
    validator: str = ""
    link: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class KnownTitle:
    """A title the server has, with the ``validator`` of the details it has of it."""

    ref: ExternalRef
    validator: str = ""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of a known title. "changed" goes with ``details``; "gone" says that the service
    has it no more, which an outage never does."""

    ref: ExternalRef
    state: Literal["changed", "unchanged", "gone"]
    details: TitleDetails | None = None


FeedKind = Literal[
    "trending", "popular", "top_rated", "upcoming", "now_playing", "airing_today", "on_the_air",
    "recently_released", "most_anticipated",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of a list. ``next_page`` is None at the end.

    ``details`` holds those titles of the page of which the service gave everything at once, so
    that nobody has to ask again.
    """

    hits: tuple[SearchHit, ...]
    next_page: int | None = None
    details: tuple[TitleDetails, ...] = ()


BrowseOrder = Literal["popular", "top_rated", "newest"]


@dataclass(frozen=True, slots=True)
class BrowseQuery:
    """A walk through a service's whole catalog. ``genre`` is a name the provider gave itself;
    ``page`` counts from 1."""

    kind: MediaKind
    genre: str = ""
    year: int | None = None
    order: BrowseOrder = "popular"
    page: int = 1
