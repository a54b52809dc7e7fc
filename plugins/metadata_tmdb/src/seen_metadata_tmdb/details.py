"""Reads a title's page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from seen.plugin import MediaKind
from seen.plugin.models import (
    Artwork,
    Episode,
    SearchHit,
    Season,
    TitleDetails,
    Trailer,
)
from seen.plugin.reading import Json, address, day, identifier, integer, part, plain, rows, text
from seen_metadata_tmdb.people import cast, crew
from seen_metadata_tmdb.releases import content_rating, releases, where_to_watch
from seen_metadata_tmdb.rows import PATHS, Lookup, hit, hits, names, rating

_VIDEO_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)
_SITE = "https://www.themoviedb.org"
MOST_SCREENSHOTS = 8
MOST_SIMILAR = 30


def details(
    source: Json, kind: MediaKind, country: str, lookup: Lookup, etag: str = ""
) -> TitleDetails | None:
    """A title's page, or None where the answer has no id or no title.

    ``country`` is where the viewers are; ``etag`` becomes the validator.
    """
    row = hit(source, kind, lookup)
    if row is None:
        return None
    movie = kind is MediaKind.MOVIE
    return TitleDetails(
        ref=row.ref,
        title=row.title,
        original_title=row.original_title,
        alternative_titles=_alternatives(source, row),
        overview=row.overview,
        tagline=text(source, "tagline", longest=500),
        release_date=row.release_date,
        end_date=_end(source, kind),
        status=text(source, "status", longest=60),
        runtime_seconds=_runtime(source),
        rating=rating(source),
        votes=row.votes,
        popularity=row.popularity,
        content_rating=content_rating(source, kind, country),
        original_language=row.original_language,
        genres=row.genres,
        keywords=names(part(source, "keywords"), "keywords", "results")[:60],
        artwork=Artwork(
            lookup.picture(source, "poster_path", "w500"),
            lookup.picture(source, "backdrop_path", "w1280"),
        ),
        credits=(*cast(source, lookup), *crew(source, lookup)),
        trailers=tuple(_trailers(source)),
        seasons=tuple(_seasons(source, lookup)),
        external_ids=_external_ids(source),
        homepage=address(source.get("homepage")),
        next_episode=None if movie else _next_episode(source, lookup),
        releases=releases(source, country) if movie else (),
        watch=where_to_watch(source, country, lookup),
        similar=_similar(source, row, lookup),
        franchises=tuple(filter(None, [text(part(source, "belongs_to_collection"), "name")])),
        companies=_companies(source),
        screenshots=tuple(_screenshots(source, lookup)),
        validator=etag,
        link=f"{_SITE}/{PATHS[kind]}/{row.ref.id}",
    )


def _end(source: Json, kind: MediaKind) -> date | None:
    if kind is MediaKind.MOVIE or source.get("in_production") is True:
        return None
    return day(source, "last_air_date")


def _companies(source: Json) -> tuple[str, ...]:
    """Who shows it and who made it."""
    found = (*names(source, "networks"), *names(source, "production_companies"))
    return tuple(dict.fromkeys(found))[:20]


def _similar(source: Json, row: SearchHit, lookup: Lookup) -> tuple[SearchHit, ...]:
    """What people who like it like, then what looks like it."""
    found = (
        each
        for key in ("recommendations", "similar")
        for each in hits(part(source, key), row.ref.kind, lookup)
    )
    unique = {each.ref: each for each in found if each.ref != row.ref}
    return tuple(unique.values())[:MOST_SIMILAR]


def _screenshots(source: Json, lookup: Lookup) -> Iterator[str]:
    for row in list(rows(part(source, "images"), "backdrops"))[:MOST_SCREENSHOTS]:
        if found := lookup.picture(row, "file_path", "w780"):
            yield found


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
    titles = dict.fromkeys(text(each, "title") for each in listed)
    others = (each for each in titles if each and each not in (row.title, row.original_title))
    return tuple(others)[:60]


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


def _seasons(source: Json, lookup: Lookup) -> Iterator[Season]:
    found: dict[int, Season] = {}
    for row in rows(source, "seasons"):
        at = integer(row, "season_number")
        if at is not None:
            found.setdefault(at, Season(
                at, text(row, "name"), text(row, "overview", longest=4000), day(row, "air_date"),
                lookup.picture(row, "poster_path", "w342"), integer(row, "episode_count") or 0,
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


def episodes(season: Json, at: int, lookup: Lookup) -> tuple[Episode, ...]:
    """The episodes of a season's answer in order, each number once."""
    found: dict[int, Episode] = {}
    for row in rows(season, "episodes"):
        made = _episode(row, at, lookup)
        if made:
            found.setdefault(made.number, made)
    return tuple(found[each] for each in sorted(found))


def _next_episode(source: Json, lookup: Lookup) -> Episode | None:
    row = part(source, "next_episode_to_air")
    at = integer(row, "season_number")
    return None if at is None else _episode(row, at, lookup)


def _episode(row: Json, season: int, lookup: Lookup) -> Episode | None:
    numbered = integer(row, "episode_number")
    if numbered is None:
        return None
    minutes = integer(row, "runtime")
    return Episode(
        season=season, number=numbered, title=text(row, "name"),
        overview=text(row, "overview", longest=4000), air_date=day(row, "air_date"),
        runtime_seconds=minutes * 60 if minutes and minutes < 6000 else None,
        still=lookup.picture(row, "still_path", "w300"),
    )  # fmt: skip
