"""All about a title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from seen.plugin import MediaKind, NotFound
from seen.plugin.models import Episode, ExternalRef, SearchHit, TitleDetails
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.conformance.metadata.known import KnownTitleSuite
from seen.plugin.testing.conformance.metadata.sane import (
    assert_details,
    assert_hits,
    assert_release,
    pictures,
)
from seen.plugin.testing.shapes import assert_picture, assert_plain_text, assert_shape


@asynchronous
class TitleChecks(KnownTitleSuite):
    """The promises of ``details``, ``episodes`` and ``similar``."""

    async def test_details_are_those_of_the_title_found(self, running: Any) -> None:
        self._needs(running, "details")
        known = await self._known(running)
        details = await running.details(known.ref, "en-US")
        assert_shape(details, TitleDetails, "details")
        assert details.ref == known.ref
        assert details.title.strip()
        assert_details(details)

    async def test_details_of_a_title_that_is_gone_raise_not_found(self, running: Any) -> None:
        self._needs(running, "details")
        for bad in (self.unknown_id, "", "../../configuration", "\x00", "1?x=1"):
            with pytest.raises(NotFound):
                await running.details(ExternalRef(running.source, self.known_kind, bad), "en-US")

    async def test_details_of_another_services_title_raise_not_found(self, running: Any) -> None:
        self._needs(running, "details")
        with pytest.raises(NotFound):
            await running.details(ExternalRef("nobody", self.known_kind, "1"), "en-US")

    async def test_texts_are_plain(self, running: Any) -> None:
        assert_plain_text(await self._known(running))
        if "details" in running.features:
            known = await self._known(running)
            assert_plain_text(await running.details(known.ref, "en-US"))

    async def test_pictures_are_addresses_or_files(self, running: Any) -> None:
        known = await self._known(running)
        assert_picture(known.poster, "poster")
        assert_picture(known.backdrop, "backdrop")
        if "details" in running.features:
            for address, what in pictures(await self._details(running)):
                assert_picture(address, what)

    async def test_a_rough_date_is_the_last_day_it_can_mean(self, running: Any) -> None:
        self._needs(running, "details")
        for release in (await self._details(running)).releases:
            assert_release(release)

    async def test_where_to_watch_names_who_says_so(self, running: Any) -> None:
        self._needs(running, "details")
        for offers in (await self._details(running)).watch:
            assert offers.credit.strip() and offers.country and offers.offers

    async def test_episodes_come_in_order_and_belong_to_the_season(self, running: Any) -> None:
        self._needs(running, "episodes")
        if self.known_kind is not MediaKind.SHOW:
            pytest.skip("the known title is no show")
        known = await self._known(running)
        details = await running.details(known.ref, "en-US")
        for season in details.seasons[:3]:
            episodes = await running.episodes(known.ref, season.number)
            assert_shape(episodes, Sequence[Episode], "episodes")
            assert_plain_text(episodes)
            numbers = [each.number for each in episodes]
            assert numbers == sorted(set(numbers))
            assert all(each.season == season.number for each in episodes)

    async def test_episodes_of_an_unknown_season_are_none(self, running: Any) -> None:
        self._needs(running, "episodes")
        known = await self._known(running)
        assert not await running.episodes(known.ref, 9876)

    async def test_similar_titles_are_other_titles(self, running: Any) -> None:
        self._needs(running, "similar")
        known = await self._known(running)
        found = await running.similar(known.ref)
        assert_shape(found, Sequence[SearchHit], "similar")
        assert_plain_text(found)
        assert_hits(found, running.source, "similar")
        assert known.ref not in {each.ref for each in found}
