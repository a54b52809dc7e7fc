"""HowLongToBeat: a table of games with a column for each list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from seen.plugin import MediaKind
from seen.plugin.importing import ImportSource, TableRow
from seen.plugin.models import ImportRow, TitleStatus
from seen_import_files.cells import day, moment, scaled, seconds
from seen_import_files.file_importer import FileImporter, tables, unusable

_HUNDRED = 100.0
_NOTHING = "--"
# The first column with a mark counts: a game is kept once.
_STATUSES: Mapping[str, TitleStatus] = {
    "completed": "completed",
    "retired": "dropped",
    "playing": "active",
    "replay": "active",
    "backlog": "backlog",
}
_TIMES = ("progress", "completionist", "main + extras", "main story")


class HowLongToBeat(FileImporter):
    """Games with their lists, times, reviews and notes."""

    id = "howlongtobeat"
    title = "HowLongToBeat"
    instructions = "On howlongtobeat.com: Options, Export games. Upload the CSV file."
    accepts = frozenset({".csv"})

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        """Every game."""
        for file, row in tables(source, self.title, "title", "platform", "completed", "retired"):
            yield _row(file, row)


def _row(file: str, row: TableRow) -> ImportRow:
    cells = {name: "" if value == _NOTHING else value for name, value in row.cells.items()}
    if row.problem or not cells["title"]:
        return unusable(file, row, "No game is named here.")
    status = next((what for column, what in _STATUSES.items() if cells[column]), None)
    notes = (cells.get("general notes", ""), cells.get("review notes", ""),
             cells.get("retired notes", ""))  # fmt: skip
    review = scaled(cells.get("review", ""), _HUNDRED)
    return ImportRow(
        cells["title"], MediaKind.GAME, file=file, line=row.line, status=status,
        platform=cells["platform"],
        seconds_played=max(filter(None, (seconds(cells.get(each, "")) for each in _TIMES)),
                           default=None),
        completion_percent=100 if status == "completed" else None,
        # 0 is what stands there without a review.
        rating=review or None, note="\n\n".join(filter(None, notes)),
        noted_at=day(cells.get("completion date", "")) or moment(cells.get("updated", "")),
    )  # fmt: skip
