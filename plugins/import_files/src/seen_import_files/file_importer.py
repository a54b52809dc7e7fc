"""What all importers of files have in common: nothing to start, nothing to ask."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from seen.plugin import Health, PluginError
from seen.plugin.importing import ImportSource, TableRow
from seen.plugin.models import ImportRow


class FileImporter:
    """An importer that needs only the file."""

    features: AbstractSet[str] = frozenset({"rows"})

    async def start(self) -> None:
        """Nothing to get ready."""

    async def health(self) -> Health:
        """Always well."""
        return Health()

    async def stop(self) -> None:
        """Nothing to let go of."""


def tables(source: ImportSource, service: str, *columns: str) -> Iterator[tuple[str, TableRow]]:
    """The rows of every CSV file that has these columns, each with its file's name.

    Raises PluginError where no file has them.
    """
    found = False
    for name in source.names:
        if not name.casefold().endswith((".csv", ".txt")):
            continue
        if not set(columns) <= set(source.columns(name)):
            continue
        found = True
        for row in source.table(name):
            yield name, row
    if not found:
        raise PluginError(f"This is no export of {service}: no table has the columns it has.")


def unusable(file: str, row: TableRow, reason: str) -> ImportRow:
    """A line that cannot be used, because of its shape or else for a reason."""
    return ImportRow(file=file, line=row.line, problem=row.problem or reason)
