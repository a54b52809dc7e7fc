"""Turns answers of the service into the host's models."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from seen.plugin import MediaKind
from seen.plugin.models import (
    Artwork,
    Credit,
    Episode,
    ExternalRef,
    SearchHit,
    Season,
    TitleDetails,
)
from seen.plugin.reading import Json, address, day, identifier, integer, number, part, rows, text

SOURCE = "tvmaze"
SHOW = MediaKind.SHOW
DEFAULT_PICTURES = "https://static.tvmaze.com/uploads/images"
_SITE = "https://www.tvmaze.com/shows"
_PICTURE = re.compile(
    r"https?://[\w.:-]{1,100}/uploads/images((?:/[\w-]{1,60}){1,4}\.\w{1,5})", re.A
)
_IMDB = re.compile(r"tt\d{5,10}", re.ASCII)
GENRES = ("Action", "Adult", "Adventure", "Anime", "Children", "Comedy", "Crime", "DIY", "Drama",
          "Espionage", "Family", "Fantasy", "Food", "History", "Horror", "Legal", "Medical",
          "Music", "Mystery", "Nature", "Romance", "Science Fiction", "Sports", "Supernatural",
          "Thriller", "Travel", "War", "Western")  # fmt: skip
"""All that the service has; it has no question for them."""
_SPELLING = {"Science-Fiction": "Science Fiction"}
"""One word that others write otherwise, so that a genre is one whoever tells of it."""
_LANGUAGES = {
    "Arabic": "ar", "Bengali": "bn", "Bulgarian": "bg", "Catalan": "ca", "Chinese": "zh",
    "Croatian": "hr", "Czech": "cs", "Danish": "da", "Dutch": "nl", "English": "en",
    "Estonian": "et", "Finnish": "fi", "French": "fr", "German": "de", "Greek": "el",
    "Hebrew": "he", "Hindi": "hi", "Hungarian": "hu", "Icelandic": "is", "Indonesian": "id",
    "Irish": "ga", "Italian": "it", "Japanese": "ja", "Korean": "ko", "Latvian": "lv",
    "Lithuanian": "lt", "Norwegian": "no", "Persian": "fa", "Polish": "pl", "Portuguese": "pt",
    "Romanian": "ro", "Russian": "ru", "Serbian": "sr", "Slovak": "sk", "Slovenian": "sl",
    "Spanish": "es", "Swedish": "sv", "Tagalog": "tl", "Tamil": "ta", "Telugu": "te",
    "Thai": "th", "Turkish": "tr", "Ukrainian": "uk", "Urdu": "ur", "Vietnamese": "vi",
    "Welsh": "cy",
}  # fmt: skip
MOST_CAST = 40
MOST_CREW = 25


@dataclass(frozen=True, slots=True)
class Pictures:
    """Makes addresses of pictures below ``base``, whatever host the answer names."""

    base: str

    def at(self, source: Json, key: str, size: str) -> str:
        """The picture under a key, "medium" or "original"."""
        return self._address(part(source, key).get(size))

    def backdrop(self, source: Json) -> str:
        """The first of a show's pictures that is meant to stand behind it."""
        for row in rows(part(source, "_embedded"), "images"):
            if row.get("type") == "background":
                sizes = part(row, "resolutions")
                if found := self._address(part(sizes, "original").get("url")):
                    return found
        return ""

    def _address(self, given: object) -> str:
        found = _PICTURE.fullmatch(given) if isinstance(given, str) else None
        return f"{self.base}{found[1]}" if found else ""


def hit(source: Json, pictures: Pictures) -> SearchHit | None:
    """A show as lists have it, or None where it has no id or no name."""
    known, title = identifier(source), text(source, "name")
    if not known or not title:
        return None
    released = day(source, "premiered")
    return SearchHit(
        ref=ExternalRef(SOURCE, SHOW, known),
        title=title,
        year=released.year if released else None,
        overview=text(source, "summary", longest=4000),
        poster=pictures.at(source, "image", "medium"),
        popularity=float(integer(source, "weight") or 0),
        external_ids=_external_ids(source),
        release_date=released,
        genres=_genres(source),
        rating=_rating(source),
        original_language=_language(source),
    )


def details(source: Json, pictures: Pictures, validator: str = "") -> TitleDetails | None:
    """A show's page, or None where the answer has no id or no name."""
    row = hit(source, pictures)
    if row is None:
        return None
    more = part(source, "_embedded")
    return TitleDetails(
        ref=row.ref,
        title=row.title,
        alternative_titles=_alternatives(more, row.title),
        overview=row.overview,
        release_date=row.release_date,
        end_date=day(source, "ended"),
        status=text(source, "status", longest=60),
        runtime_seconds=_minutes(source, "averageRuntime", "runtime"),
        rating=row.rating,
        popularity=row.popularity,
        original_language=row.original_language,
        genres=row.genres,
        artwork=Artwork(pictures.at(source, "image", "original"), pictures.backdrop(source)),
        credits=(*_cast(more, pictures), *_crew(more, pictures)),
        seasons=tuple(_seasons(more, pictures)),
        external_ids=row.external_ids,
        homepage=address(source.get("officialSite")),
        next_episode=_episode(part(more, "nextepisode"), pictures),
        companies=tuple(filter(None, (text(part(source, each), "name", longest=100)
                                      for each in ("network", "webChannel")))),
        validator=validator,
        link=f"{_SITE}/{row.ref.id}",
    )  # fmt: skip


def episodes(listed: Sequence[Json], pictures: Pictures) -> dict[int, tuple[Episode, ...]]:
    """The episodes by season, each in order and once.

    They are counted through all seasons as well. Specials have no number and are left out.
    """
    found: dict[tuple[int, int], Episode] = {}
    for row in listed:
        made = _episode(row, pictures)
        if made and made.season > 0:
            found.setdefault((made.season, made.number), made)
    seasons: dict[int, tuple[Episode, ...]] = {}
    for count, key in enumerate(sorted(found), 1):
        counted = replace(found[key], absolute_number=count)
        seasons[key[0]] = (*seasons.get(key[0], ()), counted)
    return seasons


def _episode(row: Json, pictures: Pictures) -> Episode | None:
    season, numbered = integer(row, "season"), integer(row, "number")
    if season is None or numbered is None:
        return None
    return Episode(
        season=season, number=numbered, title=text(row, "name"),
        overview=text(row, "summary", longest=4000), air_date=day(row, "airdate"),
        runtime_seconds=_minutes(row, "runtime"), still=pictures.at(row, "image", "medium"),
    )  # fmt: skip


def _minutes(source: Json, *keys: str) -> int | None:
    """The first of the keys that holds minutes, in seconds."""
    for key in keys:
        minutes = integer(source, key)
        if minutes and minutes < 6000:
            return minutes * 60
    return None


def _rating(source: Json) -> int | None:
    average = number(part(source, "rating"), "average")
    return min(100, round(average * 10)) if average else None


def _language(source: Json) -> str:
    return _LANGUAGES.get(text(source, "language", longest=60), "")


def _genres(source: Json) -> tuple[str, ...]:
    listed = source.get("genres")
    named = (each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()
    spelt = (_SPELLING.get(each, each) for each in named)
    return tuple(dict.fromkeys(each for each in spelt if each in GENRES))


def _external_ids(source: Json) -> dict[str, str]:
    known = part(source, "externals")
    imdb = text(known, "imdb", longest=20)
    found = {"imdb": imdb if _IMDB.fullmatch(imdb) else "", "tvdb": identifier(known, "thetvdb")}
    return {name: value for name, value in found.items() if value}


def _alternatives(more: Json, title: str) -> tuple[str, ...]:
    names = dict.fromkeys(text(row, "name") for row in rows(more, "akas"))
    return tuple(each for each in names if each and each != title)[:60]


def _cast(more: Json, pictures: Pictures) -> Iterator[Credit]:
    roles: dict[str, list[str]] = {}
    photos: dict[str, str] = {}
    for row in rows(more, "cast"):
        person = part(row, "person")
        if name := text(person, "name"):
            roles.setdefault(name, []).append(text(part(row, "character"), "name"))
            photos.setdefault(name, pictures.at(person, "image", "medium"))
    for name, played in list(roles.items())[:MOST_CAST]:
        role = ", ".join(dict.fromkeys(each for each in played if each))
        yield Credit(name, role[:200], "cast", photos[name])


def _crew(more: Json, pictures: Pictures) -> Iterator[Credit]:
    found: dict[tuple[str, str], Credit] = {}
    for row in rows(more, "crew"):
        person, job = part(row, "person"), text(row, "type", longest=60)
        if job and (name := text(person, "name")):
            photo = pictures.at(person, "image", "medium")
            found.setdefault((name, job), Credit(name, job, "crew", photo))
    yield from list(found.values())[:MOST_CREW]


def _seasons(more: Json, pictures: Pictures) -> Iterator[Season]:
    found: dict[int, Season] = {}
    for row in rows(more, "seasons"):
        at = integer(row, "number")
        if at is not None:
            found.setdefault(at, Season(
                at, text(row, "name"), text(row, "summary", longest=4000),
                day(row, "premiereDate"), pictures.at(row, "image", "medium"),
                integer(row, "episodeOrder") or 0,
            ))  # fmt: skip
    yield from (found[at] for at in sorted(found))
