"""IMDb: ratings, the watchlist and lists, each a CSV file of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date

from seen.plugin import MediaKind
from seen.plugin.importing import ImportSource, TableRow
from seen.plugin.models import ImportList, ImportRow
from seen_import_files.cells import day, ids, scaled, whole
from seen_import_files.file_importer import FileImporter, tables, unusable

_TEN = 10.0
_EPISODE = "tv episode"
_KINDS = {
    "movie": MediaKind.MOVIE, "tv movie": MediaKind.MOVIE, "short": MediaKind.MOVIE,
    "tv short": MediaKind.MOVIE, "tv special": MediaKind.MOVIE, "video": MediaKind.MOVIE,
    "music video": MediaKind.MOVIE, "tv series": MediaKind.SHOW, "tv mini series": MediaKind.SHOW,
    _EPISODE: MediaKind.SHOW, "video game": MediaKind.GAME,
}  # fmt: skip


class Imdb(FileImporter):
    """What was rated, and what stands on lists."""

    id = "imdb"
    title = "IMDb"
    instructions = (
        "On imdb.com: open Your ratings, Your watchlist or a list and choose Export. "
        "Upload one of the CSV files."
    )
    accepts = frozenset({".csv", ".zip"})

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        """Every title of every table."""
        for file, row in tables(source, self.title, "const", "title", "title type"):
            yield _row(file, row)


def _row(file: str, row: TableRow) -> ImportRow:
    cells = row.cells
    type_ = cells.get("title type", "").casefold()
    kind = _KINDS.get(type_)
    if row.problem or not cells["title"]:
        return unusable(file, row, "No title is named here.")
    if kind is None:
        return unusable(file, row, f"{cells['title']} is a {type_}, which is not kept here.")
    title, episode = cells["title"], ""
    if type_ == _EPISODE:
        # "Show: Episode"; a show's own name has a colon more often than an episode's.
        title, _, episode = title.rpartition(": ")
        if not title:
            return unusable(file, row, f"It is not said which show {episode} belongs to.")
    listed = bool(cells.get("position"))
    later = listed and "watchlist" in file.casefold()
    return ImportRow(
        title, kind, None if episode else whole(cells.get("year", "")),
        # An episode's id says nothing of its show.
        {} if episode else ids(imdb=cells["const"]), episode_title=episode,
        file=file, line=row.line, rating=scaled(cells.get("your rating", ""), _TEN),
        watch_later=later, on_list=_list_of(file) if listed and not later else None,
        noted_at=_noted(cells),
    )  # fmt: skip


def _noted(cells: Mapping[str, str]) -> date | None:
    return day(cells.get("date rated", "")) or day(cells.get("created", ""))


def _list_of(file: str) -> ImportList:
    name = file.rpartition("/")[2].rpartition(".")[0]
    return ImportList(name.replace("_", " ").strip() or "IMDb")
