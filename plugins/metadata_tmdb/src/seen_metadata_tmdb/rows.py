"""Reads the rows of lists: titles, pictures, genres."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from seen.plugin import MediaKind
from seen.plugin.models import ExternalRef, SearchHit
from seen.plugin.reading import Json, day, identifier, integer, number, rows, text

SOURCE = "tmdb"
PATHS = {MediaKind.MOVIE: "movie", MediaKind.SHOW: "tv"}
_KINDS = {"movie": MediaKind.MOVIE, "tv": MediaKind.SHOW}
_PICTURE = re.compile(r"/[\w./-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What rows only refer to. ``pictures`` is an address that ends with a slash, ``genres`` maps
    ids to names; ``adult`` says whether adult titles are wanted."""

    pictures: str
    genres: Mapping[int, str] = field(default_factory=dict)
    adult: bool = False

    def picture(self, source: Json, key: str, size: str) -> str:
        """The address of a picture in a size such as "w342", or ""."""
        path = source.get(key)
        if not isinstance(path, str) or not _PICTURE.fullmatch(path) or ".." in path:
            return ""
        return f"{self.pictures}{size}{path}"


def rating(source: Json) -> int | None:
    """The average vote from 0 to 100, or None where nobody voted."""
    votes, average = integer(source, "vote_count"), number(source, "vote_average")
    return min(100, round(average * 10)) if votes and average else None


def hit(source: Json, kind: MediaKind, lookup: Lookup) -> SearchHit | None:
    """A row of a list, or None where it has no id or no title."""
    known = identifier(source)
    title = text(source, "title", "name", "original_title", "original_name")
    if not known or not title:
        return None
    released = day(source, "release_date") or day(source, "first_air_date")
    return SearchHit(
        ref=ExternalRef(SOURCE, kind, known),
        title=title,
        year=released.year if released else None,
        original_title=text(source, "original_title", "original_name"),
        overview=text(source, "overview", longest=4000),
        poster=lookup.picture(source, "poster_path", "w342"),
        popularity=number(source, "popularity"),
        votes=integer(source, "vote_count") or 0,
        release_date=released,
        backdrop=lookup.picture(source, "backdrop_path", "w780"),
        genres=_genres(source, lookup),
        rating=rating(source),
        original_language=text(source, "original_language", longest=12),
    )


def _genres(source: Json, lookup: Lookup) -> tuple[str, ...]:
    """By id in lists, by name in a title's own answer."""
    listed = source.get("genre_ids")
    if isinstance(listed, list):
        numbers = (each for each in listed if isinstance(each, int))
        return tuple(dict.fromkeys(lookup.genres[n] for n in numbers if n in lookup.genres))
    return names(source, "genres")


def names(source: Json, *keys: str) -> tuple[str, ...]:
    """The names in a list of named things, each once."""
    found = (text(each, "name", longest=100) for each in rows(source, *keys))
    return tuple(dict.fromkeys(each for each in found if each))


def hits(answer: Json, kind: MediaKind | None, lookup: Lookup) -> tuple[SearchHit, ...]:
    """The titles of a list, each once; ``kind`` None for a mixed list."""
    found: dict[ExternalRef, SearchHit] = {}
    for row in rows(answer, "results"):
        # The service gives some of them although it was not asked for any.
        if row.get("adult") is True and not lookup.adult:
            continue
        row_kind = _kind_of(row, kind)
        made = hit(row, row_kind, lookup) if row_kind else None
        if made and (kind is None or made.ref.kind is kind):
            found.setdefault(made.ref, made)
    return tuple(found.values())


def _kind_of(source: Json, fallback: MediaKind | None) -> MediaKind | None:
    """What a row of a mixed list is; people and the like are None."""
    named = source.get("media_type")
    return _KINDS.get(named) if isinstance(named, str) else fallback
