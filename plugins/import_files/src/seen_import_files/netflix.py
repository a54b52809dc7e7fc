"""Netflix: the viewing activity, a table of names and days."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date

from seen.plugin import MediaKind
from seen.plugin.importing import ImportSource, TableRow
from seen.plugin.models import ImportRow
from seen_import_files.file_importer import FileImporter, tables, unusable

_DATE = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})\.?")
# What a season is called, in some languages: "Season 2", "Staffel 2", "Part 1", "Book Two".
_SEASON = re.compile(
    r"(?:season|series|part|volume|book|chapter|staffel|teil|saison|partie|temporada|parte"
    r"|stagione|seizoen|sezon|säsong|sæson|sesong)\s+(\d{1,3})(?:\s.*)?",
    re.IGNORECASE,
)
_LIMITED = re.compile(
    r"(?:limited series|miniseries|mini-series|miniserie|mini-série)", re.IGNORECASE
)
_CENTURY = 2000
_MONTHS = 12


class Netflix(FileImporter):
    """Films and episodes that were played to the end or nearly so."""

    id = "netflix"
    title = "Netflix"
    instructions = (
        "On netflix.com: Account, your profile, Viewing activity, Download all. "
        "Upload NetflixViewingHistory.csv."
    )
    accepts = frozenset({".csv", ".zip"})

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        """Every viewing. Whether the day or the month comes first is read off all of them."""
        month_first = _month_first(source, self.title)
        for file, row in tables(source, self.title, "title", "date"):
            yield _row(file, row, month_first)


def _row(file: str, row: TableRow, month_first: bool) -> ImportRow:
    cells = row.cells
    if row.problem:
        return unusable(file, row, "")
    seen = _day(cells["date"], month_first)
    if seen is None:
        return unusable(file, row, f"{cells['date'] or 'Nothing'} is no date.")
    parts = [each.strip() for each in cells["title"].split(": ")]
    if not parts[0] or parts[0].startswith(":"):
        return unusable(file, row, "It is not said which title this belongs to.")
    for at, each in enumerate(parts[1:], start=1):
        season = _SEASON.fullmatch(each)
        if (season or _LIMITED.fullmatch(each)) and at + 1 < len(parts):
            return ImportRow(
                ": ".join(parts[:at]), MediaKind.SHOW, season=int(season[1]) if season else 1,
                episode_title=": ".join(parts[at + 1 :]), file=file, line=row.line, watched=True,
                watched_at=seen,
            )  # fmt: skip
    return ImportRow(
        ": ".join(parts), MediaKind.MOVIE, file=file, line=row.line, watched=True, watched_at=seen
    )


def _month_first(source: ImportSource, service: str) -> bool:
    """Whether dates are month/day/year. American English is, and where nothing tells, too."""
    for _, row in tables(source, service, "title", "date"):
        found = _DATE.fullmatch(row.cells.get("date", ""))
        if found and len(found[1]) < len("2000"):
            if int(found[1]) > _MONTHS:
                return False
            if int(found[2]) > _MONTHS:
                return True
    return True


def _day(text: str, month_first: bool) -> date | None:
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    first, second, third = map(int, found.groups())
    if len(found[1]) == len("2000"):
        year, month, day = first, second, third
    else:
        year = third if third > 99 else third + _CENTURY
        month, day = (first, second) if month_first else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None
