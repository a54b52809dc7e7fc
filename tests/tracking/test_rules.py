"""The rules of watching."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seen.tracking.model import EpisodeOrder, WatchRules, is_same_viewing, judge, next_after

RULES = WatchRules()


@pytest.mark.parametrize(
    ("position", "duration", "meaning"),
    [
        (0, 6000, "too_early"),
        (299, 6000, "too_early"),
        (300, 6000, "in_progress"),
        (5519, 6000, "in_progress"),
        (5520, 6000, "watched"),
        (7000, 6000, "watched"),
        (5, 9, "too_early"),
        (8.9, 9, "watched"),
        (100, 0, "too_early"),
    ],
)
def test_a_position_means_what_the_rules_say(
    position: float, duration: float, meaning: str
) -> None:
    assert judge(position, duration, RULES) == meaning


def test_playing_to_the_end_is_watched_whatever_the_length() -> None:
    assert judge(0, 0, RULES, ended=True) == "watched"


@given(
    st.floats(0, 1e6, allow_nan=False), st.floats(0, 1e6, allow_nan=False),
    st.floats(1, 1e6, allow_nan=False), st.integers(0, 50), st.integers(51, 100),
)  # fmt: skip
def test_going_on_never_means_less(
    one: float, other: float, duration: float, started: int, watched: int
) -> None:
    order = ["too_early", "in_progress", "watched"]
    rules = WatchRules(started, watched, 0)
    earlier, later = sorted((one, other))
    assert order.index(judge(earlier, duration, rules)) <= order.index(
        judge(later, duration, rules)
    )


def test_one_viewing_counts_once_and_a_second_one_counts_again() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert not is_same_viewing(None, now, 6000)
    assert is_same_viewing(now - timedelta(minutes=5), now, 6000)
    assert not is_same_viewing(now - timedelta(hours=3), now, 6000)


def test_after_the_last_episode_of_a_season_comes_the_next_season() -> None:
    order = [EpisodeOrder(uuid4(), s, n) for s, n in ((1, 1), (1, 2), (2, 1), (0, 1))]
    assert next_after(order, order[1].id) == order[2]
    assert next_after(order, order[2].id) is None, "specials do not follow the story"
    assert next_after(order, order[3].id) is None
    assert next_after(order, uuid4()) is None
