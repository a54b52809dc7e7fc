"""Turns answers of the service into the host's models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from seen.plugin import MediaKind
from seen.plugin.models import (
    Artwork,
    Credit,
    Episode,
    ExternalRef,
    SearchHit,
    Season,
    TitleDetails,
    Trailer,
)
from seen_metadata_tmdb.reading import (
    Json,
    day,
    identifier,
    integer,
    number,
    part,
    plain,
    rows,
    text,
)

SOURCE = "tmdb"
PATHS = {MediaKind.MOVIE: "movie", MediaKind.SHOW: "tv"}
_KINDS = {"movie": MediaKind.MOVIE, "tv": MediaKind.SHOW}
_PICTURE = re.compile(r"/[\w./-]{1,200}", re.ASCII)
_VIDEO_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)
_CREW = ("Director", "Creator", "Screenplay", "Writer", "Novel", "Original Music Composer",
         "Director of Photography", "Producer", "Executive Producer")  # fmt: skip
MOST_CAST = 40
MOST_CREW = 25


@dataclass(frozen=True, slots=True)
class Pictures:
    """Makes addresses of pictures; ``base`` ends with a slash."""

    base: str

    def at(self, source: Json, key: str, size: str) -> str:
        path = source.get(key)
        if not isinstance(path, str) or not _PICTURE.fullmatch(path) or ".." in path:
            return ""
        return f"{self.base}{size}{path}"


def kind_of(source: Json, fallback: MediaKind | None) -> MediaKind | None:
    """What a row of a mixed list is; people and the like are None."""
    named = source.get("media_type")
    return _KINDS.get(named) if isinstance(named, str) else fallback


def hit(source: Json, kind: MediaKind, pictures: Pictures) -> SearchHit | None:
    """A row of a list, or None where it has no id or no title."""
    known, title = (
        identifier(source),
        text(source, "title", "name", "original_title", "original_name"),
    )
    if not known or not title:
        return None
    released = day(source, "release_date") or day(source, "first_air_date")
    return SearchHit(
        ref=ExternalRef(SOURCE, kind, known),
        title=title,
        year=released.year if released else None,
        original_title=text(source, "original_title", "original_name"),
        overview=text(source, "overview", longest=4000),
        poster=pictures.at(source, "poster_path", "w342"),
        popularity=number(source, "popularity"),
        votes=integer(source, "vote_count") or 0,
    )


def hits(answer: Json, kind: MediaKind | None, pictures: Pictures) -> tuple[SearchHit, ...]:
    """The titles of a list, each once; ``kind`` None for a mixed list."""
    found: dict[ExternalRef, SearchHit] = {}
    for row in rows(answer, "results"):
        row_kind = kind_of(row, kind)
        made = hit(row, row_kind, pictures) if row_kind else None
        if made and (kind is None or made.ref.kind is kind):
            found.setdefault(made.ref, made)
    return tuple(found.values())


def details(source: Json, kind: MediaKind, country: str, pictures: Pictures) -> TitleDetails | None:
    """A title's page, or None where the answer has no id or no title."""
    row = hit(source, kind, pictures)
    if row is None:
        return None
    movie = kind is MediaKind.MOVIE
    votes = integer(source, "vote_count") or 0
    average = number(source, "vote_average")
    return TitleDetails(
        ref=row.ref,
        title=row.title,
        original_title=row.original_title,
        alternative_titles=_alternatives(source, row),
        overview=row.overview,
        tagline=text(source, "tagline", longest=500),
        release_date=day(source, "release_date" if movie else "first_air_date"),
        end_date=None
        if movie or source.get("in_production") is True
        else day(source, "last_air_date"),
        status=text(source, "status", longest=60),
        runtime_seconds=_runtime(source),
        rating=min(100, round(average * 10)) if votes and average else None,
        votes=votes,
        popularity=row.popularity,
        content_rating=_movie_rating(source, country) if movie else _show_rating(source, country),
        original_language=text(source, "original_language", longest=12),
        genres=tuple(_names(source, "genres")),
        keywords=tuple(_names(part(source, "keywords"), "keywords", "results"))[:60],
        artwork=Artwork(
            pictures.at(source, "poster_path", "w500"),
            pictures.at(source, "backdrop_path", "w1280"),
        ),
        credits=(*_cast(source, pictures), *_crew(source, pictures)),
        trailers=tuple(_trailers(source)),
        seasons=tuple(_seasons(source, pictures)),
        external_ids=_external_ids(source),
        homepage=_address(source.get("homepage")),
    )


def _runtime(source: Json) -> int | None:
    minutes = integer(source, "runtime")
    if not minutes:
        listed = source.get("episode_run_time")
        minutes = next((m for m in listed if isinstance(m, int) and m > 0), None) if (
            isinstance(listed, list)
        ) else None  # fmt: skip
    if not minutes:
        minutes = integer(part(source, "last_episode_to_air"), "runtime")
    return minutes * 60 if minutes and minutes < 6000 else None


def _alternatives(source: Json, row: SearchHit) -> tuple[str, ...]:
    listed = rows(part(source, "alternative_titles"), "titles", "results")
    names = dict.fromkeys(text(each, "title") for each in listed)
    return tuple(each for each in names if each and each not in (row.title, row.original_title))[
        :60
    ]


def _names(source: Json, *keys: str) -> Iterator[str]:
    found = (text(each, "name", longest=100) for each in rows(source, *keys))
    yield from dict.fromkeys(each for each in found if each)


def _movie_rating(source: Json, country: str) -> str:
    for wanted in dict.fromkeys((country, "US")):
        for row in rows(part(source, "release_dates"), "results"):
            if row.get("iso_3166_1") == wanted:
                marks = (
                    text(each, "certification", longest=20) for each in rows(row, "release_dates")
                )
                found = next((each for each in marks if each), "")
                if found:
                    return found
    return ""


def _show_rating(source: Json, country: str) -> str:
    for wanted in dict.fromkeys((country, "US")):
        for row in rows(part(source, "content_ratings"), "results"):
            if row.get("iso_3166_1") == wanted and text(row, "rating", longest=20):
                return text(row, "rating", longest=20)
    return ""


def _cast(source: Json, pictures: Pictures) -> Iterator[Credit]:
    people = part(source, "aggregate_credits") or part(source, "credits")
    ordered = sorted(rows(people, "cast"), key=lambda each: integer(each, "order") or 0)
    for row in ordered[:MOST_CAST]:
        name = text(row, "name")
        roles = [text(each, "character") for each in rows(row, "roles")] or [text(row, "character")]
        if name:
            role = ", ".join(dict.fromkeys(each for each in roles if each))
            yield Credit(name, role[:200], "cast", pictures.at(row, "profile_path", "w185"))


def _crew(source: Json, pictures: Pictures) -> Iterator[Credit]:
    people = part(source, "aggregate_credits") or part(source, "credits")
    found: dict[tuple[str, str], Credit] = {}
    for row in rows(source, "created_by"):
        if text(row, "name"):
            found[text(row, "name"), "Creator"] = Credit(
                text(row, "name"), "Creator", "crew", pictures.at(row, "profile_path", "w185")
            )
    for row in rows(people, "crew"):
        jobs = [text(each, "job") for each in rows(row, "jobs")] or [text(row, "job")]
        for job in jobs:
            if job in _CREW and text(row, "name"):
                made = Credit(
                    text(row, "name"), job, "crew", pictures.at(row, "profile_path", "w185")
                )
                found.setdefault((made.name, job), made)
    yield from sorted(found.values(), key=lambda each: _CREW.index(each.role))[:MOST_CREW]


def _trailers(source: Json) -> Iterator[Trailer]:
    listed = [
        each for each in rows(part(source, "videos"), "results") if each.get("site") == "YouTube"
    ]
    wanted = [each for each in listed if each.get("type") in ("Trailer", "Teaser")]
    wanted.sort(key=lambda each: (each.get("type") != "Trailer", each.get("official") is not True))
    for row in wanted[:5]:
        key = row.get("key")
        if isinstance(key, str) and _VIDEO_KEY.fullmatch(key):
            yield Trailer(text(row, "name") or "Trailer", f"https://www.youtube.com/watch?v={key}")


def _seasons(source: Json, pictures: Pictures) -> Iterator[Season]:
    found: dict[int, Season] = {}
    for row in rows(source, "seasons"):
        at = integer(row, "season_number")
        if at is not None:
            found.setdefault(at, Season(
                at, text(row, "name"), text(row, "overview", longest=4000), day(row, "air_date"),
                pictures.at(row, "poster_path", "w342"), integer(row, "episode_count") or 0,
            ))  # fmt: skip
    yield from (found[at] for at in sorted(found))


def _external_ids(source: Json) -> dict[str, str]:
    known = part(source, "external_ids")
    found = {
        "imdb": plain(known.get("imdb_id")) or plain(source.get("imdb_id")),
        "tvdb": identifier(known, "tvdb_id"),
        "wikidata": plain(known.get("wikidata_id")),
    }
    return {
        name: value
        for name, value in found.items()
        if re.fullmatch(r"[A-Za-z]{0,2}\d{1,12}", value)
    }


def _address(value: object) -> str:
    address = plain(value, 1000)
    return address if re.match(r"https?://[^\s<>\"]+$", address) else ""


def episodes(season: Json, at: int, pictures: Pictures) -> tuple[Episode, ...]:
    """The episodes of a season's answer in order, each number once."""
    found: dict[int, Episode] = {}
    for row in rows(season, "episodes"):
        numbered = integer(row, "episode_number")
        if numbered is None:
            continue
        minutes = integer(row, "runtime")
        found.setdefault(numbered, Episode(
            season=at, number=numbered, title=text(row, "name"),
            overview=text(row, "overview", longest=4000), air_date=_aired(row),
            runtime_seconds=minutes * 60 if minutes and minutes < 6000 else None,
            still=pictures.at(row, "still_path", "w300"),
        ))  # fmt: skip
    return tuple(found[each] for each in sorted(found))


def _aired(row: Json) -> date | None:
    return day(row, "air_date")
