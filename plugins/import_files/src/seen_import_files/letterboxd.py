"""Letterboxd: a zip file with a table for everything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace

from seen.plugin import MediaKind, PluginError
from seen.plugin.importing import ImportSource, TableRow
from seen.plugin.models import ImportList, ImportRow
from seen_import_files.cells import day, scaled, whole
from seen_import_files.file_importer import FileImporter, unusable

_STARS = 5.0
_LISTS = "lists/"
# Above a list's table stand the format's name, the list's own heads and the list itself.
_ABOVE_A_LIST = 3

Read = Callable[[ImportRow, Mapping[str, str]], ImportRow]


class Letterboxd(FileImporter):
    """Films: diary, watched, ratings, watchlist, likes, reviews and lists.

    One film has several addresses in these tables, so it is known by name and year. Ratings come
    from their own table: a diary entry keeps what was thought on that day.
    """

    id = "letterboxd"
    title = "Letterboxd"
    instructions = "On letterboxd.com: Settings, Data, Export your data. Upload the zip file."
    accepts = frozenset({".zip", ".csv"})

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        """Every entry of every table that is there."""
        found = False
        for name, read in _TABLES.items():
            known = source.find(name) or source.find(name.rpartition("/")[2])
            if known is not None:
                found = True
                for row in source.table(known):
                    yield _film(known, row, read)
        for name in source.names:
            if name.casefold().startswith(_LISTS) and name.casefold().endswith(".csv"):
                found = True
                for entry in _listed(source, name):
                    yield entry
        if not found:
            raise PluginError("This is no export of Letterboxd: none of its tables is there.")


def _film(file: str, row: TableRow, read: Read) -> ImportRow:
    cells = row.cells
    if row.problem or not cells.get("name"):
        return unusable(file, row, "No film is named here.")
    film = ImportRow(
        cells["name"], MediaKind.MOVIE, whole(cells.get("year", "")), file=file, line=row.line,
        noted_at=day(cells.get("date", "")),
    )  # fmt: skip
    return read(film, cells)


def _diary(film: ImportRow, cells: Mapping[str, str]) -> ImportRow:
    again = cells.get("rewatch", "").casefold() == "yes"
    return replace(film, watched=True, watched_at=day(cells.get("watched date", "")), rewatch=again)


def _watched(film: ImportRow, cells: Mapping[str, str]) -> ImportRow:
    return replace(film, watched=True)


def _rated(film: ImportRow, cells: Mapping[str, str]) -> ImportRow:
    rating = scaled(cells.get("rating", ""), _STARS)
    return replace(film, rating=rating, problem="" if rating is not None else "No rating here.")


def _later(film: ImportRow, cells: Mapping[str, str]) -> ImportRow:
    return replace(film, watch_later=True)


def _liked(film: ImportRow, cells: Mapping[str, str]) -> ImportRow:
    return replace(film, favorite=True)


def _reviewed(film: ImportRow, cells: Mapping[str, str]) -> ImportRow:
    return replace(film, note=cells.get("review", ""))


_TABLES: Mapping[str, Read] = {
    "diary.csv": _diary,
    "watched.csv": _watched,
    "ratings.csv": _rated,
    "watchlist.csv": _later,
    "likes/films.csv": _liked,
    "reviews.csv": _reviewed,
}


def _listed(source: ImportSource, name: str) -> Iterator[ImportRow]:
    """The films of a list, which its file's first lines name."""
    heads = source.table(name, skip=1)
    about = next(heads, None)
    stem = name.rpartition("/")[2].removesuffix(".csv")
    cells = about.cells if about is not None else {}
    on_list = ImportList(cells.get("name", "") or stem, cells.get("description", ""))
    for row in source.table(name, skip=_ABOVE_A_LIST):
        yield _film(name, row, lambda film, _: replace(film, on_list=on_list))
