"""The widgets keep the contract of widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
from seen_widgets_home import seen_widgets
from seen_widgets_home.widgets import (
    ActiveDownloads,
    ContinueWatching,
    NextUp,
    PlayingNow,
    RecentlyAdded,
    Row,
)

from seen.plugin.capabilities import ShelfKind, WidgetRequest
from seen.plugin.models import DownloadLine, GameLine, Shelf
from seen.plugin.testing.conformance import WidgetSuite
from seen.plugin.testing.conformance.widget import CARDS
from seen.plugin.testing.fakes import FakeShelves


class TestContinueWatching(WidgetSuite):
    package = "seen_widgets_home"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> ContinueWatching:
        return ContinueWatching(plugin_context())

    async def test_the_title_played_last_comes_first(self, running: Any) -> None:
        found = await running.data(WidgetRequest("me", FakeShelves(in_progress=CARDS)))
        assert found.data["cards"] == CARDS[:20]

    async def test_with_nothing_in_progress_it_still_stands(self, running: Any) -> None:
        found = await running.data(WidgetRequest("me", FakeShelves()))
        assert found.data["cards"] == () and not found.empty


class TestNextUp(WidgetSuite):
    package = "seen_widgets_home"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> NextUp:
        return NextUp(plugin_context({"length": 5}))

    async def test_it_is_left_out_when_nothing_is_next(self, running: Any) -> None:
        assert (await running.data(WidgetRequest("me", FakeShelves()))).empty

    async def test_the_row_is_as_long_as_the_admin_wants(self, running: Any) -> None:
        found = await running.data(WidgetRequest("me", FakeShelves(upcoming=CARDS)))
        assert len(found.data["cards"]) == 5


class TestActiveDownloads(WidgetSuite):
    package = "seen_widgets_home"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> ActiveDownloads:
        return ActiveDownloads(plugin_context())

    async def test_it_is_left_out_when_nothing_comes(self, running: Any) -> None:
        assert (await running.data(WidgetRequest("me", FakeShelves()))).empty

    async def test_a_few_downloads_are_enough(self, running: Any) -> None:
        lines = [DownloadLine(str(n), f"Film {n}", "/app/downloads") for n in range(9)]
        found = await running.data(WidgetRequest("me", FakeShelves(coming=lines)))
        assert found.data["downloads"] == tuple(lines[:4]) and not found.empty


class TestRecentlyAdded(WidgetSuite):
    package = "seen_widgets_home"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> RecentlyAdded:
        return RecentlyAdded(plugin_context())


class TestPlayingNow(WidgetSuite):
    package = "seen_widgets_home"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> PlayingNow:
        return PlayingNow(plugin_context())

    async def test_a_few_games_are_enough(self, running: Any) -> None:
        games = [GameLine(str(n), f"Game {n}", "/app/games") for n in range(9)]
        found = await running.data(WidgetRequest("me", FakeShelves(games=games)))
        assert found.data["games"] == tuple(games[:3]) and not found.empty


class TestRows(WidgetSuite):
    package = "seen_widgets_home"

    @pytest.fixture(params=get_args(ShelfKind))
    def subject(self, request: Any, plugin_context: Callable[..., Any]) -> Row:
        """The row of each shelf."""
        found = seen_widgets(plugin_context())
        (row,) = [each for each in found if isinstance(each, Row) and each.kind == request.param]
        return row

    async def test_a_row_shows_its_own_shelf_and_says_why(self, running: Any) -> None:
        rows = {running.kind: Shelf(CARDS, "Because you finished Kestrel", "/app/discover")}
        found = await running.data(WidgetRequest("me", FakeShelves(rows=rows)))
        assert found.data["cards"] == CARDS[:20] and not found.empty
        assert found.data["heading"] == "Because you finished Kestrel"

    async def test_an_empty_row_is_left_out(self, running: Any) -> None:
        assert (await running.data(WidgetRequest("me", FakeShelves()))).empty
