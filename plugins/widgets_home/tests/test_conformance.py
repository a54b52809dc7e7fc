"""The widgets keep the contract of widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from seen_widgets_home.widgets import ContinueWatching, NextUp, RecentlyAdded, clock

from seen.plugin.capabilities import WidgetRequest
from seen.plugin.testing.conformance import WidgetSuite
from seen.plugin.testing.conformance.widget import CARDS
from seen.plugin.testing.fakes import FakeShelves


class TestContinueWatching(WidgetSuite):
    package = "seen_widgets_home"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> ContinueWatching:
        return ContinueWatching(plugin_context())

    async def test_the_title_played_last_is_the_hero(self, running: Any) -> None:
        found = await running.data(WidgetRequest("me", FakeShelves(in_progress=CARDS)))
        current = found.data["current"]
        assert current["title"] == CARDS[0].title
        assert (current["left"], current["position"]) == ("18 min left", "31:12")
        assert found.data["others"][0] == CARDS[1]

    async def test_with_nothing_in_progress_there_is_no_hero(self, running: Any) -> None:
        found = await running.data(WidgetRequest("me", FakeShelves()))
        assert found.data["current"] is None and not found.empty


class TestNextUp(WidgetSuite):
    package = "seen_widgets_home"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> NextUp:
        return NextUp(plugin_context({"length": 5}))

    async def test_it_is_left_out_when_nothing_is_next(self, running: Any) -> None:
        assert (await running.data(WidgetRequest("me", FakeShelves()))).empty

    async def test_the_row_is_as_long_as_the_admin_wants(self, running: Any) -> None:
        found = await running.data(WidgetRequest("me", FakeShelves(upcoming=CARDS)))
        assert len(found.data["items"]) == 5


class TestRecentlyAdded(WidgetSuite):
    package = "seen_widgets_home"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> RecentlyAdded:
        return RecentlyAdded(plugin_context())


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (1872.4, "31:12"), (3727, "1:02:07"), (None, ""), (-1, "")]
)
def test_positions_read_like_a_players_clock(seconds: float | None, shown: str) -> None:
    assert clock(seconds) == shown
