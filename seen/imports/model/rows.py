"""Lines of an import as they are kept, and which title a line means. No I/O, no clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

import msgspec

from seen.catalog.model import folded_title, sane_year
from seen.core.text import clean
from seen.plugin.models import ImportList, ImportRow, MediaKind
from seen.tracking.model.collections import Filter

_LONGEST_TITLE = 500
_LONGEST_NOTE = 20_000
_LONGEST_NAME = 200
_LONGEST_ID = 64
_MOST_IDS = 12
_LARGEST_NUMBER = 5_000
_LARGEST_INTEGER = 2**31 - 1
_HUNDRED = 100
_LONGEST_SECONDS = 2**40

N = TypeVar("N", int, float)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
# Clocks elsewhere may be wrong; what lies further ahead is a date that was misread.
_AHEAD = timedelta(days=366)

COLUMNS = (
    "number", "file", "line", "title", "kind", "folded", "year", "ids", "season", "episode",
    "episode_title", "watched", "watched_at", "watched_day", "rewatch", "origin", "noted_at",
    "rating", "watch_later", "favorite", "note", "status", "platform", "seconds_played",
    "completion_percent", "session_seconds", "position_seconds", "duration_seconds", "dismissed",
    "list_name", "list_description", "list_shared", "list_filter", "list_cover", "reason",
)  # fmt: skip


def record_of(row: ImportRow, number: int, now: datetime) -> tuple[Any, ...]:
    """A line as it is kept, cleaned, in the order of COLUMNS. ``number`` is its place among all."""
    if _has_odd_rule(row.on_list):
        row = ImportRow(row.title, file=row.file, line=row.line,
                        problem="The rule of this list cannot be read.")  # fmt: skip
    title = clean(row.title, _LONGEST_TITLE)
    watched_at, only_day = _moment(row.watched_at)
    noted_at, _ = _moment(row.noted_at)
    on_list = row.on_list or ImportList("")
    list_name = clean(on_list.name, _LONGEST_NAME)
    return (
        number, clean(row.file, _LONGEST_NAME), min(row.line, _LARGEST_INTEGER), title,
        row.kind.value if row.kind is not None else None, folded_title(title),
        sane_year(row.year), ids_text(row.external_ids), _small(row.season), _small(row.episode),
        folded_title(clean(row.episode_title, _LONGEST_TITLE)), row.watched, watched_at, only_day,
        row.rewatch, row.origin,
        noted_at if noted_at is not None and noted_at <= now + _AHEAD else None,
        _within(row.rating, _HUNDRED), row.watch_later, row.favorite,
        clean(row.note, _LONGEST_NOTE), row.status, clean(row.platform, _LONGEST_NAME),
        _within(row.seconds_played, _LONGEST_SECONDS), _within(row.completion_percent, _HUNDRED),
        _within(row.session_seconds, _LARGEST_INTEGER) or None,
        _within(row.position_seconds, _LONGEST_SECONDS),
        _within(row.duration_seconds, _LONGEST_SECONDS), row.dismissed, list_name,
        clean(on_list.description, _LONGEST_NOTE), on_list.shared, _rule(on_list), on_list.cover,
        _reason(row, title, list_name, now),
    )  # fmt: skip


def _rule(on_list: ImportList) -> str | None:
    """What a list that fills itself holds, as it is kept; None for one that is filled by hand."""
    if on_list.filter is None:
        return None
    found = msgspec.convert(on_list.filter, Filter)
    sane = msgspec.structs.replace(
        found, genre=clean(found.genre, _LONGEST_NAME),
        platform=clean(found.platform, _LONGEST_NAME), year=sane_year(found.year),
    )  # fmt: skip
    return msgspec.json.encode(sane).decode()


def _has_odd_rule(on_list: ImportList | None) -> bool:
    try:
        if on_list is not None:
            _rule(on_list)
    except msgspec.ValidationError:
        return True
    return False


def _reason(row: ImportRow, title: str, list_name: str, now: datetime) -> str:
    """Why a line cannot be used, whatever the catalog knows."""
    if row.problem:
        return clean(row.problem, _LONGEST_TITLE)
    if not title and not row.external_ids and not list_name:
        return "No title is named here."
    watched_at, _ = _moment(row.watched_at)
    if watched_at is not None and not _EARLIEST <= watched_at <= now + _AHEAD:
        return f"{watched_at:%d %B %Y} is no day on which anybody can have watched it."
    numbers = (row.season, row.episode)
    if any(each is not None and not 0 <= each <= _LARGEST_NUMBER for each in numbers):
        return "There is no season or episode of that number."
    part = row.season is not None or row.episode is not None or row.episode_title
    whole_show = row.kind is MediaKind.SHOW and not (row.episode_title or row.episode is not None)
    if part and row.kind is not MediaKind.SHOW:
        return "Only shows have seasons and episodes."
    if whole_show and (row.watched or row.position_seconds is not None):
        return "It is not said which episode was watched."
    return ""


def _moment(value: datetime | date | None) -> tuple[datetime | None, bool]:
    """A time, and whether only its day is known: then noon, the same day nearly everywhere."""
    if value is None or isinstance(value, datetime):
        return value, False
    return datetime.combine(value, time(12), UTC), True


def ids_text(given: Mapping[str, str]) -> str:
    """Ids as they are kept: JSON, equal for equal ids."""
    cleaned = {clean(source, _LONGEST_ID): clean(known) for source, known in given.items()}
    kept = {
        source: known for source, known in sorted(cleaned.items())[:_MOST_IDS]
        if known and len(known) <= _LONGEST_ID
    }  # fmt: skip
    return json.dumps(kept)


def ids_of(text: str) -> dict[str, str]:
    """Ids as they were kept."""
    found: dict[str, str] = json.loads(text)
    return found


def _small(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= _LARGEST_NUMBER else None


def _within(value: N | None, top: int) -> N | None:
    """A number from 0 to ``top``; None for anything else, also for what is no number to count."""
    return value if value is not None and 0 <= value <= top else None
