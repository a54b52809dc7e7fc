"""Numbers and times read as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from seen.core.wording import counted, day, joined, length, since, size, until

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (640, "640 bytes"), (1_500_000, "2 MB"), (999_700_000, "1.0 GB"),
     (18_440_000_000, "18.4 GB"), (3_100_000_000_000, "3.1 TB")],
)  # fmt: skip
def test_sizes(count: int, said: str) -> None:
    assert size(count) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, ""), (0, ""), (0.4, "1 s"), (59, "59 s"), (2820, "47 min"), (7680, "2 h 08 m"),
     (3599, "1 h 00 m")],
)  # fmt: skip
def test_lengths(seconds: float | None, said: str) -> None:
    assert length(seconds) == said


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=70), "1 minute ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(hours=13), "yesterday"),
        (timedelta(days=11), "on 12 November"),
        (timedelta(days=700), "on 23 December 2024"),
    ],
)
def test_times_that_have_passed(ago: timedelta, said: str) -> None:
    assert since(NOW - ago, NOW) == said


def test_times_to_come_and_dates() -> None:
    assert until(NOW + timedelta(days=6), NOW) == "in 6 days"
    assert until(NOW + timedelta(minutes=5), NOW) == "in 1 hour"
    assert day(date(2026, 3, 1), NOW.date()) == "1 March"


def test_counts_and_lists() -> None:
    assert (counted(1, "movie"), counted(2204, "file")) == ("1 movie", "2,204 files")
    assert joined(["Drama", "Noir", "Western"]) == "Drama, Noir and Western"
