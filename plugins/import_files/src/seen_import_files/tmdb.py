"""TMDB: ratings, watchlist, favourites and lists, each a CSV file of its own."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from seen.plugin import MediaKind
from seen.plugin.importing import ImportSource, TableRow
from seen.plugin.models import ImportRow
from seen_import_files.cells import day, ids, moment, scaled, whole
from seen_import_files.file_importer import FileImporter, tables, unusable

_TEN = 10.0
_KINDS = {"movie": MediaKind.MOVIE, "tv": MediaKind.SHOW}
# An episode is called "Show S1E2", a season "Show S1".
_NUMBERS = re.compile(r"\s+S\d+(E\d+)?$")


class Tmdb(FileImporter):
    """What was rated, and what was put aside without a rating."""

    id = "tmdb"
    title = "TMDB"
    instructions = (
        "On themoviedb.org: open your ratings, watchlist or favorites and choose Export. "
        "Upload the CSV file."
    )
    accepts = frozenset({".csv", ".zip"})

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        """Every title, season and episode of every table."""
        for file, row in tables(source, self.title, "tmdb id", "type", "name"):
            yield _row(file, row)


def _row(file: str, row: TableRow) -> ImportRow:
    cells = row.cells
    kind = _KINDS.get(cells.get("type", "").casefold())
    if row.problem or not cells["name"] or kind is None:
        return unusable(file, row, "No movie and no show is named here.")
    season, episode = whole(cells.get("season number", "")), whole(cells.get("episode number", ""))
    released = day(cells.get("release date", ""))
    rating = scaled(cells.get("your rating", ""), _TEN)
    favorite = "favo" in file.casefold()
    return ImportRow(
        cells["name"] if season is None else _NUMBERS.sub("", cells["name"]), kind,
        released.year if released and season is None else None,
        # An episode's ids say nothing of its show.
        ids(tmdb=cells["tmdb id"], imdb=cells.get("imdb id", "")) if season is None else {},
        season, episode, file=file, line=row.line, rating=rating,
        watch_later=rating is None and not favorite and season is None, favorite=favorite,
        noted_at=moment(cells.get("date rated", "")),
    )  # fmt: skip
