"""Reads dates: seconds since 1970, and release dates of which only the year may be known."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

from seen.plugin.models import DatePrecision, Release
from seen.plugin.reading import Json, part, rows, text

_EPOCH = date(1970, 1, 1)
_FIRST, _LAST = date(1900, 1, 1), date(2200, 1, 1)
# How the service numbers its date formats: a day, a month, a year, four quarters, nothing yet.
_DAY, _MONTH, _YEAR, _UNKNOWN = 0, 1, 2, 7
_QUARTERS = {3: 3, 4: 6, 5: 9, 6: 12}
"""The last month of each quarter."""
_COUNTRIES = {3: "AU", 4: "NZ", 5: "JP", 6: "CN", 9: "KR", 10: "BR"}
_REGIONS = {1: "Europe", 2: "North America", 7: "Asia"}
_CANCELLED = ("cancelled", "canceled")
MOST_RELEASES = 60


def seconds(day: date) -> int:
    """When a day begins, in seconds since 1970."""
    return (day - _EPOCH).days * 86_400


def day_of(source: Json, key: str) -> date | None:
    """The day of a time in seconds since 1970, before which it may lie."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**10:
        return None
    day = _EPOCH + timedelta(seconds=value)
    return day if _FIRST <= day < _LAST else None


def releases(source: Json) -> tuple[Release, ...]:
    """When a game comes out on which platform, first ones first, those without a day last."""
    found = dict.fromkeys(_releases(source))
    ordered = sorted(found, key=lambda each: (each.day or _LAST, each.platform, each.region))
    return tuple(ordered)[:MOST_RELEASES]


def _releases(source: Json) -> Iterator[Release]:
    for row in rows(source, "release_dates"):
        status = text(part(row, "status"), "name", longest=60)
        if status.lower() in _CANCELLED:
            continue
        day, precision = _when(row)
        region = number(row, "release_region", "region")
        notes = (_REGIONS.get(region or 0, ""), "" if status.startswith("Full") else status)
        yield Release(
            day, precision, "game", region=_COUNTRIES.get(region or 0, ""),
            platform=text(part(row, "platform"), "name", longest=100),
            note=", ".join(filter(None, notes)),
        )  # fmt: skip


def _when(row: Json) -> tuple[date | None, DatePrecision]:
    """The last day that a date can mean, and how much of it is known."""
    day = day_of(row, "date")
    year = number(row, "y") or (day.year if day else None)
    month = number(row, "m") or (day.month if day else None)
    written = number(row, "date_format", "category")
    if written == _UNKNOWN or not year or not _FIRST.year <= year < _LAST.year:
        return None, "unknown"
    if written == _YEAR:
        return date(year, 12, 31), "year"
    if written in _QUARTERS:
        return _end_of(year, _QUARTERS[written]), "quarter"
    if written == _MONTH and month:
        return _end_of(year, month), "month"
    return (day, "day") if day and written in (None, _DAY) else (None, "unknown")


def _end_of(year: int, month: int) -> date:
    month = min(max(month, 1), 12)
    return date(year, month, calendar.monthrange(year, month)[1])


def number(source: Json, *keys: str) -> int | None:
    """The first of the keys that holds a number, or a thing that has one as its id."""
    for key in keys:
        value = source.get(key)
        if isinstance(value, dict):
            value = value.get("id")
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None
