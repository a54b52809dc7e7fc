"""This server's own export: a zip file of JSON lines, each line one row as it is."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, get_args

from seen.plugin import MediaKind, PluginError
from seen.plugin.importing import ImportSource
from seen.plugin.models import ImportList, ImportRow, TitleStatus, ViewingOrigin
from seen.plugin.reading import Json, integer, part
from seen_import_files.cells import moment
from seen_import_files.file_importer import FileImporter

_ABOUT = "seen.json"
_FORMAT = "seen-export"
_VERSIONS = (1,)
_LINES = ".jsonl"
_KINDS = {each.value: each for each in MediaKind}
_STATUSES: dict[Any, TitleStatus] = {each: each for each in get_args(TitleStatus)}
_ORIGINS: dict[Any, ViewingOrigin] = {each: each for each in get_args(ViewingOrigin)}
_TOP = 100


class OwnExport(FileImporter):
    """Everything that a person kept on a server like this one."""

    id = "seen"
    title = "/seen/"
    instructions = (
        "On another server like this one: Settings, Import & export, Download everything."
    )
    accepts = frozenset({".zip"})

    async def rows(self, source: ImportSource) -> AsyncIterator[ImportRow]:
        """Every line of every file."""
        about = source.document(_ABOUT) if _ABOUT in source.names else None
        if not isinstance(about, dict) or about.get("format") != _FORMAT:
            raise PluginError("This is no export of a server like this one.")
        if about.get("version") not in _VERSIONS:
            raise PluginError(
                "This export was written by a newer server. Bring this one up to date."
            )
        for name in source.names:
            if name.endswith(_LINES):
                for number, line in source.items(name):
                    yield _row(name, number, line)


def _row(file: str, number: int, line: Json) -> ImportRow:
    named = _text(line, "title") or part(line, "list").get("name")
    if not named:
        return ImportRow(file=file, line=number, problem="No title and no list is named here.")
    rating, percent = integer(line, "rating"), integer(line, "completionPercent")
    return ImportRow(
        _text(line, "title"), _KINDS.get(_text(line, "kind")), integer(line, "year"),
        {source: known for source, known in part(line, "ids").items() if isinstance(known, str)},
        integer(line, "season"), integer(line, "episode"), file=file, line=number,
        watched=line.get("watched") is True, watched_at=_when(line, "watchedAt"),
        origin=_ORIGINS.get(_text(line, "origin")),
        noted_at=_when(line, "notedAt"), rating=rating if rating in range(_TOP + 1) else None,
        watch_later=line.get("watchLater") is True, favorite=line.get("favorite") is True,
        note=_text(line, "note"), status=_STATUSES.get(_text(line, "status")),
        platform=_text(line, "platform"), seconds_played=integer(line, "secondsPlayed"),
        completion_percent=percent if percent in range(_TOP + 1) else None,
        session_seconds=integer(line, "sessionSeconds"),
        position_seconds=_number(line, "positionSeconds"),
        duration_seconds=_number(line, "durationSeconds"),
        dismissed=line.get("dismissed") is True, on_list=_list(part(line, "list")),
    )  # fmt: skip


def _list(given: Json) -> ImportList | None:
    filter_ = given.get("filter")
    return ImportList(
        _text(given, "name"), _text(given, "description"), given.get("shared") is True,
        filter_ if isinstance(filter_, dict) else None, given.get("cover") is True,
    ) if _text(given, "name") else None  # fmt: skip


def _text(line: Json, key: str) -> str:
    value = line.get(key)
    return value if isinstance(value, str) else ""


def _number(line: Json, key: str) -> float | None:
    value = line.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


def _when(line: Json, key: str) -> datetime | date | None:
    return moment(_text(line, key))
