"""What crosses the border between the host and a plugin: frozen, typed, plain data.

Times are timezone-aware UTC, durations seconds, sizes bytes, speeds bytes per second, ratings
integers from 0 to 100. Texts are plain text, never markup.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal


class MediaKind(enum.StrEnum):
    """What a title is."""

    MOVIE = "movie"
    SHOW = "show"
    GAME = "game"


@dataclass(frozen=True, slots=True)
class Health:
    """How a plugin's object is. ``message`` is one sentence for people, such as "Needs a key"."""

    state: Literal["healthy", "degraded", "failed"] = "healthy"
    message: str = ""


# --- metadata ------------------------------------------------------------------------------------


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


# --- scanning ------------------------------------------------------------------------------------


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


# --- downloads -----------------------------------------------------------------------------------

EngineState = Literal["queued", "fetching_metadata", "downloading", "stalled", "paused",
                      "checking", "completed", "failed"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class DownloadSpec:
    """A job for an engine. The core has checked ``source`` and stripped what may not be dialled.

    ``job_id`` identifies the job for ever: adding it twice is one download. ``torrent`` holds the
    validated bytes where the source is a torrent file, and then it is what counts, whatever
    ``source`` says. Files end up below ``folder`` or nowhere.
    """

    job_id: str
    source: str
    folder: Path
    torrent: bytes | None = None


@dataclass(frozen=True, slots=True)
class EngineFile:
    """A file of a job, relative to the job's folder."""

    path: str
    size_bytes: int
    done_bytes: int


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """How a job stands. ``message`` is one sentence for people, such as "No peers for 4 min".

    ``final`` goes with "failed": trying again cannot help, because the source is gone or wrong.
    """

    engine_job_id: str
    state: EngineState
    bytes_total: int = 0
    bytes_done: int = 0
    bytes_per_second: int = 0
    eta_seconds: int | None = None
    peers: int | None = None
    message: str = ""
    final: bool = False


# --- recommending --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TasteEntry:
    """One title in a person's history. ``weight`` is -1 (disliked) to 1 (loved)."""

    media_id: str
    kind: MediaKind
    weight: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Taste:
    """A person's history as a recommender sees it: no name, no account."""

    entries: tuple[TasteEntry, ...]
    favourite_genres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolItem:
    """A title that may be recommended, or one of the history, with what is known about it."""

    media_id: str
    kind: MediaKind
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    popularity: float = 0.0
    rating: int | None = None
    votes: int = 0
    similar: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a title is recommended: one sentence and its share of the score."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A recommendation. The weights of ``reasons`` sum to ``score``."""

    media_id: str
    score: float
    reasons: tuple[Reason, ...]


# --- importing -----------------------------------------------------------------------------------

ViewingOrigin = Literal["player", "hand", "import", "scrobble"]
TitleStatus = Literal["wishlist", "backlog", "active", "paused", "completed", "dropped", "endless"]


@dataclass(frozen=True, slots=True)
class ImportList:
    """A list of titles that a person made elsewhere. ``filter`` is what a list that fills itself
    holds, as our own export writes it; ``cover`` says that a line's title is the list's picture,
    which does not put it on the list."""

    name: str
    description: str = ""
    shared: bool = False
    filter: Mapping[str, Any] | None = None
    cover: bool = False


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What one line of a file says about one title, one season or one episode.

    ``external_ids`` are the title's ids ("imdb", "tmdb", "tvdb", "igdb", "steam"), for an episode
    those of its show; an episode is meant by ``season`` and ``episode``, or by ``episode_title``.
    ``watched`` says that it was seen; ``watched_at`` when: a moment, a day where no more is known,
    None where nobody knows. ``rewatch`` marks a viewing that was not the first, ``origin`` says
    where our own export has it from. ``noted_at`` is when the other service wrote the line, for
    what has no time of its own. ``seconds_played`` is all play so far, ``session_seconds`` one
    sitting that began at ``watched_at``.
    ``position_seconds`` is where somebody stopped, of ``duration_seconds``; ``dismissed`` says that
    it is not to be offered for going on. ``on_list`` with a title puts it on that list, without one
    it is the list alone. A line that cannot be used has a ``problem``: one sentence; the rest may
    then be empty.
    """

    title: str = ""
    kind: MediaKind | None = None
    year: int | None = None
    external_ids: Mapping[str, str] = field(default_factory=dict)
    season: int | None = None
    episode: int | None = None
    episode_title: str = ""
    file: str = ""
    line: int = 0
    watched: bool = False
    watched_at: datetime | date | None = None
    rewatch: bool = False
    origin: ViewingOrigin | None = None
    noted_at: datetime | date | None = None
    rating: int | None = None
    watch_later: bool = False
    favorite: bool = False
    note: str = ""
    status: TitleStatus | None = None
    platform: str = ""
    seconds_played: int | None = None
    completion_percent: int | None = None
    session_seconds: int | None = None
    position_seconds: float | None = None
    duration_seconds: float | None = None
    dismissed: bool = False
    on_list: ImportList | None = None
    problem: str = ""


# --- widgets -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """A title as a rail shows it, with the viewer's own marks.

    ``href`` and the picture addresses are local paths. ``art`` is the artwork's colour as
    ``#rrggbb``. ``progress`` is 0 to 1 while in progress, else None. ``detail`` says what is left
    ("18 min left"); ``play_href`` is empty where no file is there. ``downloading`` is 0 to 1 while
    a file of it is on its way, else None; ``badge`` is a word or two for the picture's corner.
    """

    id: str
    kind: MediaKind
    title: str
    href: str
    year: int | None = None
    caption: str = ""
    poster: str = ""
    backdrop: str = ""
    art: str = ""
    drawn: bool = False
    seen: bool = False
    progress: float | None = None
    play_href: str = ""
    detail: str = ""
    position_seconds: float | None = None
    duration_seconds: float | None = None
    episode_id: str = ""
    in_library: bool = False
    watch_later: bool = False
    downloading: float | None = None
    badge: str = ""


@dataclass(frozen=True, slots=True)
class DownloadLine:
    """A download as a widget shows it.

    ``share`` is 0 to 1; ``head`` and ``detail`` say how it stands ("Downloading 84%", "28.1 MB/s ·
    2 min left"); ``speed`` is in bytes per second. ``tone`` repeats in a colour what the words say.
    """

    id: str
    title: str
    href: str
    kind: str = "movie"
    poster: str = ""
    art: str = ""
    share: float = 0.0
    head: str = ""
    detail: str = ""
    tone: Literal["live", "idle", "warn", "bad", "ok"] = "live"
    speed: int = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """Titles of the viewer under a heading. ``href`` is the page with all of them, or ""."""

    cards: tuple[Card, ...] = ()
    heading: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class GameLine:
    """A game the viewer plays. ``line`` says how far ("12 h played · last Sunday"); ``share`` is
    the part completed, 0 to 1, or None where nobody said."""

    id: str
    title: str
    href: str
    poster: str = ""
    art: str = ""
    line: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class WidgetData:
    """What a widget shows: a template's name and its data, never markup.

    ``template`` is found in the core ("dashboard/widget_next_up.html") or in a folder that the
    plugin names through ``seen_template_dirs``. An ``empty`` widget is left out of the page.
    """

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    empty: bool = False
