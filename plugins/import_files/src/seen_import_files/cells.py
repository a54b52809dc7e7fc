"""Reads cells: times, ratings, lengths of time, ids."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_CLOCK = re.compile(r"(\d{1,6}):([0-5]?\d)(?::([0-5]?\d))?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_IMDB = re.compile(r"tt\d{5,12}")


def moment(text: str) -> datetime | date | None:
    """A time as ISO 8601 writes it; only a day where there is no more, None for anything else."""
    text = text.strip()
    if _DAY.fullmatch(text):
        return day(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def day(text: str) -> date | None:
    """A day as 2024-02-09; None where it is none, such as 2012-00-00."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def scaled(text: str, top: float) -> int | None:
    """A rating from 0 to ``top`` as 0 to 100; None where there is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return round(value / top * 100) if 0 <= value <= top else None


def whole(text: str) -> int | None:
    """A whole number that is not negative."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def seconds(clock: str) -> int | None:
    """Seconds of a time such as 3:05:00 (hours first) or 45:10 (minutes first)."""
    found = _CLOCK.fullmatch(clock.strip())
    if found is None:
        return None
    first, second, third = found.groups()
    if third is None:
        return int(first) * 60 + int(second)
    return int(first) * 3600 + int(second) * 60 + int(third)


def ids(**given: str) -> dict[str, str]:
    """Those of the ids that are such: numbers, for IMDb tt and a number."""
    return {
        source: known
        for source, text in given.items()
        if (known := text.strip())
        and (_IMDB.fullmatch(known) if source == "imdb" else known.isdecimal())
    }
