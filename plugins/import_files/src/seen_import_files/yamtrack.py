"""Yamtrack: one table with all media."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from seen.plugin import MediaKind
from seen.plugin.importing import ImportSource, TableRow
from seen.plugin.models import ImportRow, TitleStatus
from seen_import_files.cells import ids, moment, scaled, whole
from seen_import_files.file_importer import FileImporter, tables, unusable

_TEN = 10.0
_KINDS = {
    "movie": MediaKind.MOVIE, "tv": MediaKind.SHOW, "season": MediaKind.SHOW,
    "episode": MediaKind.SHOW, "anime": MediaKind.SHOW, "game": MediaKind.GAME,
}  # fmt: skip
_STATUSES: Mapping[str, TitleStatus] = {
    "completed": "completed",
    "in progress": "active",
    "planning": "backlog",
    "paused": "paused",
    "dropped": "dropped",
}
_MINUTE = 60


class Yamtrack(FileImporter):
    """Movies, shows down to their episodes, and games."""

    id = "yamtrack"
    title = "Yamtrack"
    instructions = "In Yamtrack: Settings, Export, Export to CSV. Upload the file."
    accepts = frozenset({".csv"})

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        """Every title, season and episode."""
        for file, row in tables(source, self.title, "media_id", "source", "media_type", "title"):
            yield _row(file, row)


def _row(file: str, row: TableRow) -> ImportRow:
    cells = row.cells
    type_ = cells.get("media_type", "").casefold()
    kind = _KINDS.get(type_)
    if row.problem or not cells["title"]:
        return unusable(file, row, "No title is named here.")
    if kind is None:
        return unusable(file, row, f"{cells['title']} is a {type_}, which is not kept here.")
    service = cells["source"].casefold()
    known = ids(**{service: cells["media_id"]}) if service in ("tmdb", "igdb") else {}
    title = ImportRow(
        cells["title"], kind, None, known, whole(cells.get("season_number", "")),
        whole(cells.get("episode_number", "")), file=file, line=row.line,
        rating=scaled(cells.get("score", ""), _TEN), note=cells.get("notes", ""),
    )  # fmt: skip
    return _marked(title, type_, cells)


def _marked(title: ImportRow, type_: str, cells: Mapping[str, str]) -> ImportRow:
    """The row with what was done; a season's own state says nothing that its episodes do not."""
    status = _STATUSES.get(cells.get("status", "").casefold())
    if type_ == "episode":
        seen = cells.get("watch_date", "") or cells.get("end_date", "")
        return replace(title, watched=True, watched_at=moment(seen))
    ended = moment(cells.get("end_date", ""))
    if type_ == "game":
        minutes = whole(cells.get("progress", ""))
        played = None if minutes is None else minutes * _MINUTE
        return replace(title, status=status, seconds_played=played, noted_at=ended)
    if type_ == "movie" and status == "completed":
        return replace(title, watched=True, watched_at=ended)
    if type_ != "season" and status == "backlog":
        return replace(title, watch_later=True)
    if type_ != "season" and status in ("paused", "dropped"):
        return replace(title, status=status)
    return title
