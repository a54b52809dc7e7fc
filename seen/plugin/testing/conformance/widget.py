"""The promises of a widget."""

from __future__ import annotations

import asyncio
import re
from typing import Any, ClassVar

from seen.plugin import MediaKind
from seen.plugin.capabilities import Widget, WidgetRequest
from seen.plugin.models import Card, WidgetData
from seen.plugin.testing.conformance.capability import CapabilitySuite
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.fakes import FakeShelves
from seen.plugin.testing.shapes import assert_plain_text, assert_shape

CARDS = tuple(
    Card(
        f"id-{at}", MediaKind.SHOW if at % 2 else MediaKind.MOVIE, f"Title {at}",
        f"/app/titles/{at}",
        2000 + at, caption="S1 E2 · The Thaw", progress=0.5, play_href=f"/app/play/{at}",
        detail="18 min left", position_seconds=1872, duration_seconds=3600,
    )
    for at in range(30)
)  # fmt: skip
SECONDS = 2.0


@asynchronous
class WidgetSuite(CapabilitySuite):
    """Needs only ``subject``."""

    protocol = Widget
    optional: ClassVar = {"data": "data"}

    async def _data(self, running: Any, shelves: FakeShelves) -> WidgetData:
        request = WidgetRequest("somebody", shelves)
        found = await asyncio.wait_for(running.data(request), SECONDS)
        assert_shape(found, WidgetData, "data")
        assert isinstance(found, WidgetData)
        return found

    async def test_it_says_where_it_stands_and_what_it_is_called(self, subject: Any) -> None:
        assert subject.slot in ("hero", "main", "side")
        assert subject.size in ("full", "half")
        assert subject.title.strip()
        assert all(isinstance(each, str) and each for each in subject.topics)

    async def test_data_comes_in_time_with_a_template(self, running: Any) -> None:
        found = await self._data(running, FakeShelves(CARDS, CARDS, CARDS))
        assert re.fullmatch(r"[a-z0-9_]+/[a-z0-9_]+\.html", found.template), found.template
        assert all(isinstance(key, str) and key.isidentifier() for key in found.data)

    async def test_data_holds_no_markup(self, running: Any) -> None:
        found = await self._data(running, FakeShelves(CARDS, CARDS, CARDS))
        assert_plain_text(found.data)

    async def test_empty_shelves_are_no_trouble(self, running: Any) -> None:
        await self._data(running, FakeShelves())

    async def test_one_title_is_no_trouble(self, running: Any) -> None:
        bare = (Card("id", MediaKind.MOVIE, "Title", "/app/titles/1"),)
        await self._data(running, FakeShelves(bare, bare, bare))

    async def test_the_same_shelves_show_the_same(self, running: Any) -> None:
        shelves = FakeShelves(CARDS, CARDS, CARDS)
        assert await self._data(running, shelves) == await self._data(running, shelves)
