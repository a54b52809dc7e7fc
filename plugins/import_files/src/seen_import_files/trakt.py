"""Trakt: a zip file of JSON lists."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from seen.plugin import MediaKind, PluginError
from seen.plugin.importing import ImportSource
from seen.plugin.models import ImportList, ImportRow
from seen.plugin.reading import Json, integer, part, rows, text
from seen_import_files.cells import moment, scaled
from seen_import_files.file_importer import FileImporter

_TEN = 10.0
_LONGEST_NOTE = 10_000

Read = Callable[[ImportRow, Json], ImportRow]


class Trakt(FileImporter):
    """History, ratings, watchlist, favourites, lists and comments.

    The history holds every viewing; the summaries of watched movies and shows say nothing more and
    are read only where there is no history.
    """

    id = "trakt"
    title = "Trakt"
    instructions = "On trakt.tv: Settings, Data, Export now. Upload the zip file."
    accepts = frozenset({".zip", ".json"})

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        """Every entry of every list that is there."""
        found = False
        whole = any(_HISTORY.search(name) for name in source.names)
        for name in source.names:
            read = _reader(name, with_summaries=not whole)
            if read is not None:
                found = True
                for number, entry in source.items(name):
                    for row in read(name, number, entry):
                        yield row
        if not found and not whole:
            raise PluginError("This is no export of Trakt: none of its lists is there.")


_HISTORY = re.compile(r"(?:^|/)(?:watched-)?history[\w-]*\.json$")
_SUMMARY = re.compile(r"(?:^|/)watched-(movies|shows)[\w-]*\.json$")
_LIST = re.compile(r"(?:^|/)lists?-list-\d+-([\w-]+)\.json$")

Entries = Callable[[str, int, Json], Iterator[ImportRow]]


def _reader(name: str, *, with_summaries: bool) -> Entries | None:
    """What reads a file, by its name in this year's exports or in older ones."""
    if _HISTORY.search(name):
        return _one(_seen)
    if _SUMMARY.search(name):
        return _summary if with_summaries else None
    if found := _LIST.search(name):
        on_list = ImportList(found[1].replace("-", " ").strip().capitalize())
        return _one(lambda title, entry: replace(title, on_list=on_list, note=""))
    return next((_one(read) for stem, read in _LISTS.items() if stem in name), None)


def _one(read: Read) -> Entries:
    def entries(file: str, number: int, entry: Json) -> Iterator[ImportRow]:
        title = _title(file, number, entry)
        yield title if title.problem else read(title, entry)

    return entries


def _title(file: str, number: int, entry: Json) -> ImportRow:
    """What an entry is about: a movie, or a show with perhaps a season or an episode."""
    movie, show = part(entry, "movie"), part(entry, "show")
    about = movie or show
    name, known = text(about, "title"), _ids(part(about, "ids"))
    if not name and not known:
        return ImportRow(file=file, line=number, problem="No movie and no show is named here.")
    episode, season = part(entry, "episode"), part(entry, "season")
    return ImportRow(
        name, MediaKind.MOVIE if movie else MediaKind.SHOW, integer(about, "year"), known,
        integer(episode, "season") if episode else integer(season, "number"),
        integer(episode, "number"), file=file, line=number,
    )  # fmt: skip


def _ids(given: Json) -> dict[str, str]:
    return {
        source: str(given[source]) for source in ("imdb", "tmdb", "tvdb")
        if isinstance(given.get(source), str | int) and given[source]
    }  # fmt: skip


def _seen(title: ImportRow, entry: Json) -> ImportRow:
    return replace(title, watched=True, watched_at=_when(entry, "watched_at"))


def _rated(title: ImportRow, entry: Json) -> ImportRow:
    rating = scaled(str(entry.get("rating")), _TEN)
    return replace(title, rating=rating, noted_at=_when(entry, "rated_at"))


def _later(title: ImportRow, entry: Json) -> ImportRow:
    if title.season is not None:
        return replace(title, problem="Only whole shows can be kept for later.")
    return replace(title, watch_later=True, noted_at=_when(entry, "listed_at"))


def _favorite(title: ImportRow, entry: Json) -> ImportRow:
    return replace(title, favorite=True, noted_at=_when(entry, "listed_at"))


def _commented(title: ImportRow, entry: Json) -> ImportRow:
    said = part(entry, "comment")
    return replace(title, note=text(said, "comment", longest=_LONGEST_NOTE),
                   noted_at=_when(said, "created_at"))  # fmt: skip


_LISTS: Mapping[str, Read] = {
    "ratings-": _rated,
    "lists-watchlist": _later,
    "lists-favorites": _favorite,
    "comments-": _commented,
}


def _when(entry: Json, key: str) -> datetime | date | None:
    value = entry.get(key)
    return moment(value) if isinstance(value, str) else None


def _summary(file: str, number: int, entry: Json) -> Iterator[ImportRow]:
    """The movies, or the episodes of a show, that were watched at least once."""
    title = _title(file, number, entry)
    if title.problem or title.kind is MediaKind.MOVIE:
        yield replace(title, watched=True, noted_at=_when(entry, "last_watched_at"))
        return
    for season in rows(entry, "seasons"):
        for episode in rows(season, "episodes"):
            yield replace(
                title, season=integer(season, "number"), episode=integer(episode, "number"),
                watched=True, noted_at=_when(episode, "last_watched_at"),
            )  # fmt: skip
