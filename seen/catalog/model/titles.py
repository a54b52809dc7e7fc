"""What a title is, and rules about titles that need no database."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from seen.core.text import fold, is_id
from seen.plugin.models import (
    Episode,
    ExternalRef,
    MediaKind,
    Release,
    TimeToBeat,
    TitleDetails,
    WhereToWatch,
)

_ARTICLES = re.compile(r"^(the|a|an|der|die|das|le|la|les|el|los|las|il|lo)\s+")
_NOT_WORD = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Title:
    """A title as it is stored."""

    id: UUID
    kind: MediaKind
    title: str
    original_title: str
    overview: str
    tagline: str
    release_date: date | None
    year: int | None
    end_date: date | None
    status: str
    runtime_seconds: int | None
    rating: int | None
    votes: int
    popularity: float
    content_rating: str
    original_language: str
    poster_source: str
    backdrop_source: str
    details: dict[str, Any]
    provider: str
    platforms: tuple[str, ...] = ()
    refreshed_at: datetime | None = None
    gone_at: datetime | None = None
    genres: tuple[str, ...] = ()
    external_ids: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """As much of a title as a card shows."""

    id: UUID
    kind: MediaKind
    title: str
    year: int | None
    end_date: date | None
    status: str
    runtime_seconds: int | None
    poster_version: str
    backdrop_version: str
    genre: str


@dataclass(frozen=True, slots=True)
class SeasonRow:
    """A season as it is stored."""

    id: UUID
    number: int
    title: str
    overview: str
    air_date: date | None
    poster_source: str
    episode_count: int


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """An episode as it is stored."""

    id: UUID
    season_id: UUID
    season_number: int
    number: int
    title: str
    overview: str
    air_date: date | None
    runtime_seconds: int | None
    still_source: str
    absolute_number: int | None


def folded_title(title: str) -> str:
    """How a title is compared: no case, accents, punctuation; "&" reads as "and"."""
    return _NOT_WORD.sub(" ", fold(title.replace("&", " and "))).strip()


def sort_title(title: str) -> str:
    """How a title is sorted: folded, its leading article dropped, numbers by size."""
    folded = folded_title(title)
    without = _ARTICLES.sub("", folded) or folded
    return re.sub(r"\d+", lambda digits: digits.group().zfill(6), without)[:200]


def sane_year(year: int | None) -> int | None:
    """A release year, when it is one the catalog takes."""
    return year if year is not None and 1850 <= year <= 2200 else None


def year_of(details: TitleDetails) -> int | None:
    """The release year of a title, when it is one the catalog takes."""
    return sane_year(details.release_date.year if details.release_date else details.year)


def details_document(details: TitleDetails) -> dict[str, Any]:
    """What a title page shows and nothing searches: kept as one document."""
    return {
        "credits": [
            {
                "name": each.name,
                "role": each.role,
                "department": each.department,
                "photo": each.photo,
            }
            for each in details.credits[:60]
        ],
        "trailers": [
            {"name": each.name, "url": each.url} for each in details.trailers[:10] if each.url
        ],
        "keywords": list(details.keywords[:60]),
        "alternativeTitles": list(details.alternative_titles[:60]),
        "homepage": details.homepage,
        "releases": [_release(each) for each in details.releases[:100]],
        "watch": [_watch(each) for each in details.watch[:5]],
        "franchises": list(details.franchises[:10]),
        "companies": list(details.companies[:10]),
        "screenshots": list(details.screenshots[:12]),
        "timeToBeat": _time_to_beat(details.time_to_beat),
        "nextEpisode": _next_episode(details.next_episode),
    }


def _release(each: Release) -> dict[str, Any]:
    return {
        "day": each.day.isoformat() if each.day else None,
        "precision": each.precision,
        "kind": each.kind,
        "region": each.region,
        "platform": each.platform,
        "note": each.note,
    }


def _watch(each: WhereToWatch) -> dict[str, Any]:
    offers = [{"name": it.name, "way": it.way, "logo": it.logo} for it in each.offers[:40]]
    return {
        "country": each.country,
        "offers": offers,
        "credit": each.credit,
        "link": each.link,
    }


def _time_to_beat(each: TimeToBeat | None) -> dict[str, int | None] | None:
    if each is None:
        return None
    return {
        "hastily": each.hastily_seconds,
        "normally": each.normally_seconds,
        "completely": each.completely_seconds,
    }


def _next_episode(each: Episode | None) -> dict[str, Any] | None:
    if each is None or each.air_date is None:
        return None
    return {
        "season": each.season,
        "number": each.number,
        "title": each.title,
        "day": each.air_date.isoformat(),
    }


def refs_of(details: TitleDetails) -> list[ExternalRef]:
    """All references of a title, its own first, without repeats."""
    kind = details.ref.kind
    refs = [details.ref]
    others = details.external_ids.items()
    refs += [ExternalRef(name, kind, id_) for name, id_ in others if is_id(name) and is_id(id_)]
    return list(dict.fromkeys(refs))


def external_links(kind: MediaKind, ids: dict[str, str]) -> list[tuple[str, str]]:
    """Names and addresses of a title's pages elsewhere."""
    links: list[tuple[str, str]] = []
    if igdb := ids.get("igdb"):
        links.append(("IGDB", f"https://www.igdb.com/g/{igdb}"))
    if tmdb := ids.get("tmdb"):
        section = "movie" if kind is MediaKind.MOVIE else "tv"
        links.append(("TMDB", f"https://www.themoviedb.org/{section}/{tmdb}"))
    if imdb := ids.get("imdb"):
        links.append(("IMDb", f"https://www.imdb.com/title/{imdb}/"))
    if (tvdb := ids.get("tvdb")) and kind is MediaKind.SHOW:
        links.append(("TheTVDB", f"https://thetvdb.com/dereferrer/series/{tvdb}"))
    if tvmaze := ids.get("tvmaze"):
        links.append(("TVmaze", f"https://www.tvmaze.com/shows/{tvmaze}"))
    if steam := ids.get("steam"):
        links.append(("Steam", f"https://store.steampowered.com/app/{steam}/"))
    return links


def picture_path(subject_id: UUID, shape: str, version: str = "") -> str:
    """The local address of a title's poster or backdrop, or of an episode's still.

    ``version`` changes with the picture, so that the address may be cached for ever.
    """
    path = f"/api/v1/artwork/{subject_id}/{shape}"
    return f"{path}?v={version}" if version else path


def part_path(media_id: UUID, part: str, index: int, source: str) -> str:
    """The local address of another picture of a title: a person's, a screenshot."""
    return f"/api/v1/artwork/{media_id}/{part}/{index}?v={picture_version(source)}"


def picture_version(source: str) -> str:
    """A short name for where a picture comes from; "drawn" where it comes from nowhere."""
    return (
        hashlib.md5(source.encode(), usedforsecurity=False).hexdigest()[:8] if source else "drawn"
    )


def title_path(media_id: UUID) -> str:
    """The local address of a title's page."""
    return f"/app/title/{media_id}"
