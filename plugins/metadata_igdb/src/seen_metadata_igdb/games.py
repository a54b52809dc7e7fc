"""Turns rows of the service into the host's models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from seen.plugin import MediaKind
from seen.plugin.models import (
    Artwork,
    ExternalRef,
    Related,
    SearchHit,
    TimeToBeat,
    TitleDetails,
    Trailer,
)
from seen.plugin.reading import Json, address, identifier, integer, part, rows, text
from seen.plugin.reading import number as amount
from seen_metadata_igdb.dates import day_of, number, releases

SOURCE = "igdb"
GAME = MediaKind.GAME
DEFAULT_PICTURES = "https://images.igdb.com/igdb/image/upload"
_SITE = "https://www.igdb.com/games"
_PICTURE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_SLUG = re.compile(r"[a-z0-9-]{1,200}", re.ASCII)
_VIDEO = re.compile(r"[\w-]{1,64}", re.ASCII)
_OFFICIAL = 1
"""How the service numbers a game's own website."""
_STATUSES = ("Released", "", "Alpha", "Beta", "Early access", "Offline", "Cancelled", "Rumored",
             "Delisted")  # fmt: skip
Relation = Literal["dlc", "expansion", "edition", "remake", "remaster", "parent", "bundle"]
RELATIONS: dict[str, Relation] = {
    "parent_game": "parent", "version_parent": "parent", "expansions": "expansion",
    "standalone_expansions": "expansion", "dlcs": "dlc", "expanded_games": "edition",
    "editions": "edition", "remakes": "remake", "remasters": "remaster", "bundles": "bundle",
}  # fmt: skip
"""Under which keys other games stand, and what they are to the game."""
MOST_RELATED = 60
MOST_SCREENSHOTS = 12


@dataclass(frozen=True, slots=True)
class Pictures:
    """Makes addresses of pictures below ``base``."""

    base: str

    def at(self, source: Json, key: str, size: str) -> str:
        """The picture under a key, such as a cover, in a size such as "cover_big"."""
        return self._address(part(source, key), size)

    def all(self, source: Json, key: str, size: str) -> Iterator[str]:
        """The pictures of a list."""
        yield from filter(None, (self._address(row, size) for row in rows(source, key)))

    def backdrop(self, source: Json, size: str) -> str:
        """The first artwork, else the first screenshot."""
        found = (*self.all(source, "artworks", size), *self.all(source, "screenshots", size))
        return found[0] if found else ""

    def _address(self, source: Json, size: str) -> str:
        # The address that comes along has no scheme and the size of a thumb.
        known = source.get("image_id")
        usable = isinstance(known, str) and _PICTURE.fullmatch(known)
        return f"{self.base}/t_{size}/{known}.jpg" if usable else ""


def hit(source: Json, pictures: Pictures) -> SearchHit | None:
    """A game as lists show it; None for one that was deleted, of which only the id is left."""
    known, title = identifier(source), text(source, "name")
    if not known or not title:
        return None
    released = day_of(source, "first_release_date")
    votes = integer(source, "total_rating_count") or 0
    return SearchHit(
        ref=ExternalRef(SOURCE, GAME, known),
        title=title,
        year=released.year if released else None,
        alternative_titles=_names(source, "alternative_names", "game_localizations"),
        overview=text(source, "summary", "storyline", longest=4000),
        poster=pictures.at(source, "cover", "cover_big"),
        popularity=float(votes + (integer(source, "hypes") or 0)),
        votes=votes,
        release_date=released,
        backdrop=pictures.backdrop(source, "720p"),
        genres=_names(source, "genres"),
        rating=_rating(source),
    )


def hits(found: list[Json], pictures: Pictures) -> tuple[SearchHit, ...]:
    """Rows as hits, each once."""
    made = (hit(each, pictures) for each in found)
    return tuple({each.ref: each for each in made if each}.values())


def details(
    source: Json, pictures: Pictures, time_to_beat: TimeToBeat | None
) -> TitleDetails | None:
    """A game's page, or None where the row has no id or no name."""
    row = hit(source, pictures)
    if row is None:
        return None
    return TitleDetails(
        ref=row.ref,
        title=row.title,
        alternative_titles=tuple(each for each in row.alternative_titles if each != row.title),
        overview=row.overview,
        release_date=row.release_date,
        status=_status(source),
        rating=row.rating,
        votes=row.votes,
        popularity=row.popularity,
        genres=row.genres,
        keywords=_names(source, "themes"),
        artwork=Artwork(
            pictures.at(source, "cover", "cover_big_2x"), pictures.backdrop(source, "1080p")
        ),
        trailers=tuple(_trailers(source))[:5],
        homepage=_homepage(source),
        releases=releases(source),
        similar=hits(list(rows(source, "similar_games")), pictures),
        related=tuple(_related(source, pictures))[:MOST_RELATED],
        franchises=_franchises(source),
        platforms=_names(source, "platforms"),
        companies=_companies(source),
        screenshots=tuple(pictures.all(source, "screenshots", "720p"))[:MOST_SCREENSHOTS],
        time_to_beat=time_to_beat,
        validator=validator(source),
        link=_link(source),
    )


def validator(source: Json) -> str:
    """When the game last changed; "0" for one that never did."""
    return str(integer(source, "updated_at") or 0)


def time_to_beat(source: Json) -> TimeToBeat | None:
    """How long a game takes, from a row about that."""
    hastily, normally, completely = (
        value if (value := integer(source, each)) and value < 10**8 else None
        for each in ("hastily", "normally", "completely")
    )
    if hastily is normally is completely is None:
        return None
    return TimeToBeat(hastily, normally, completely)


def _rating(source: Json) -> int | None:
    rating = amount(source, "total_rating")
    return min(100, round(rating)) if rating and integer(source, "total_rating_count") else None


def _names(source: Json, *keys: str) -> tuple[str, ...]:
    """The names of the things listed under the keys, each once."""
    found = (text(row, "name", longest=200) for key in keys for row in rows(source, key))
    return tuple(dict.fromkeys(each for each in found if each))[:60]


def _status(source: Json) -> str:
    """In words, or ""."""
    said = text(part(source, "game_status"), "status", longest=60)
    known = number(source, "game_status")
    if not said and known is not None and 0 <= known < len(_STATUSES):
        said = _STATUSES[known]
    return said


def _trailers(source: Json) -> Iterator[Trailer]:
    for row in rows(source, "videos"):
        key = row.get("video_id")
        if isinstance(key, str) and _VIDEO.fullmatch(key):
            yield Trailer(text(row, "name") or "Video", f"https://www.youtube.com/watch?v={key}")


def _homepage(source: Json) -> str:
    for row in rows(source, "websites"):
        if number(row, "type", "category") == _OFFICIAL and (found := address(row.get("url"))):
            return found
    return ""


def _related(source: Json, pictures: Pictures) -> Iterator[Related]:
    seen: set[ExternalRef] = set()
    for key, relation in RELATIONS.items():
        listed = [source[key]] if isinstance(source.get(key), dict) else list(rows(source, key))
        for each in hits(listed, pictures):
            if each.ref not in seen:
                seen.add(each.ref)
                yield Related(relation, each)


def _franchises(source: Json) -> tuple[str, ...]:
    main = text(part(source, "franchise"), "name", longest=200)
    found = (main, *_names(source, "franchises", "collections"))
    return tuple(dict.fromkeys(each for each in found if each))


def _companies(source: Json) -> tuple[str, ...]:
    """Who developed it, then who published it, then who helped."""
    involved = sorted(
        rows(source, "involved_companies"),
        key=lambda row: (row.get("developer") is not True, row.get("publisher") is not True),
    )
    names = (text(part(row, "company"), "name", longest=200) for row in involved)
    return tuple(dict.fromkeys(each for each in names if each))[:20]


def _link(source: Json) -> str:
    slug = source.get("slug")
    if isinstance(slug, str) and _SLUG.fullmatch(slug):
        return f"{_SITE}/{slug}"
    return ""
