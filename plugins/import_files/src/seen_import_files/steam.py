"""Steam: the games somebody owns and how long they were played, as its web API answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from seen.plugin import MediaKind, PluginError
from seen.plugin.importing import ImportSource
from seen.plugin.models import ImportRow
from seen.plugin.reading import Json, identifier, integer, part, rows, text
from seen_import_files.file_importer import FileImporter

_MINUTE = 60


class Steam(FileImporter):
    """Owned games. One that was never played waits in the backlog; of the others Steam does not
    know whether they were finished."""

    id = "steam"
    title = "Steam"
    instructions = (
        "Save the answer of Steam's web API to IPlayerService/GetOwnedGames with "
        "include_appinfo=1 as a JSON file, and upload that."
    )
    accepts = frozenset({".json"})

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        """Every game."""
        name = source.names[0]
        answer = source.document(name)
        if not isinstance(answer, dict) or "games" not in part(answer, "response"):
            raise PluginError("This is no list of owned games as Steam gives it.")
        for number, game in enumerate(rows(part(answer, "response"), "games"), start=1):
            yield _row(name, number, game)


def _row(file: str, number: int, game: Json) -> ImportRow:
    known, title = identifier(game, "appid"), text(game, "name")
    if not known and not title:
        return ImportRow(file=file, line=number, problem="No game is named here.")
    minutes, last = integer(game, "playtime_forever") or 0, integer(game, "rtime_last_played")
    return ImportRow(
        title, MediaKind.GAME, external_ids={"steam": known} if known else {}, file=file,
        line=number, platform="PC", seconds_played=minutes * _MINUTE,
        status=None if minutes else "backlog",
        noted_at=datetime.fromtimestamp(last, UTC) if last and last < 2**33 else None,
    )  # fmt: skip
