"""The promises of a metadata provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, get_args

import pytest

from seen.plugin import MediaKind, NotFound, PluginError, Unsupported
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.models import (
    Episode,
    ExternalRef,
    FeedKind,
    FeedPage,
    SearchHit,
    SearchQuery,
    TitleDetails,
)
from seen.plugin.testing.conformance.capability import CapabilitySuite
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.shapes import assert_picture, assert_plain_text, assert_shape

FEATURES = (
    "search", "details", "episodes", "feed", "similar", "releases", "changes", "refresh", "genres",
    "browse",
)  # fmt: skip
HOSTILE_TITLES = (
    "", " ", "\x00", "a\x00b", "\udcff\udcfe", "x" * 5000, "%00../../etc/passwd", "' or 1=1 --",
    "<script>alert(1)</script>", "\u202e\u2066", "日本語", "💥" * 50, "?&=#/", "{}[]()", "\n\r\t",
)  # fmt: skip


@asynchronous
class MetadataProviderSuite(CapabilitySuite):
    """Besides ``subject``: ``known_title`` (and ``known_kind``) of a title the service has.

    ``unknown_id`` is an id in the service's own form that stands for nothing.
    """

    protocol = MetadataProvider
    optional: ClassVar = {name: name for name in FEATURES}
    known_title: str = ""
    known_kind: MediaKind = MediaKind.MOVIE
    unknown_id: str = "999999999"

    async def _known(self, running: Any) -> SearchHit:
        """The known title as the provider finds it; one that has no search has it in a list."""
        if "search" in running.features:
            hits = await running.search(self._query(running))
        else:
            page = await running.feed("popular", self.known_kind, 1)
            hits = [each for each in page.hits if each.title == self.known_title]
        assert hits, f"nothing found for {self.known_title!r}"
        first = hits[0]
        assert isinstance(first, SearchHit)
        return first

    def _query(self, running: Any) -> SearchQuery:
        return SearchQuery(self.known_title, self.known_kind)

    def _needs(self, running: Any, feature: str) -> None:
        if feature not in running.features:
            pytest.skip(f"the provider does not announce {feature}")

    async def test_source_and_kinds_are_said(self, subject: Any) -> None:
        assert isinstance(subject.source, str) and subject.source.isidentifier()
        assert subject.kinds and set(subject.kinds) <= set(MediaKind)

    async def test_search_finds_a_known_title(self, running: Any) -> None:
        self._needs(running, "search")
        hits = await running.search(self._query(running))
        assert_shape(hits, Sequence[SearchHit], "hits")
        assert 1 <= len(hits) <= 20
        assert all(each.ref.source == running.source for each in hits)
        assert all(each.ref.kind == self.known_kind for each in hits)
        assert all(each.title.strip() for each in hits)

    async def test_search_gives_each_title_once(self, running: Any) -> None:
        self._needs(running, "search")
        hits = await running.search(self._query(running))
        assert len({each.ref for each in hits}) == len(hits)

    async def test_search_by_the_providers_own_id_gives_that_title_alone(
        self, running: Any
    ) -> None:
        self._needs(running, "search")
        known = await self._known(running)
        query = SearchQuery("", known.ref.kind, external_ids={known.ref.source: known.ref.id})
        assert [each.ref for each in await running.search(query)] == [known.ref]

    async def test_search_for_nothing_finds_nothing(self, running: Any) -> None:
        self._needs(running, "search")
        assert not await running.search(SearchQuery("", self.known_kind))

    async def test_search_for_an_id_it_cannot_look_up_finds_nothing(self, running: Any) -> None:
        self._needs(running, "search")
        query = SearchQuery("", self.known_kind, external_ids={"nobody": "1"})
        assert not await running.search(query)

    async def test_search_for_a_kind_it_does_not_know_finds_nothing(self, running: Any) -> None:
        self._needs(running, "search")
        for kind in set(MediaKind) - set(running.kinds):
            assert not await running.search(SearchQuery(self.known_title, kind))

    @pytest.mark.parametrize("title", HOSTILE_TITLES)
    async def test_search_survives_hostile_titles(self, running: Any, title: str) -> None:
        self._needs(running, "search")
        try:
            hits = await running.search(SearchQuery(title, self.known_kind, 2001))
        except PluginError:
            return
        assert_shape(hits, Sequence[SearchHit], "hits")
        assert_plain_text(hits)

    async def test_details_are_those_of_the_title_found(self, running: Any) -> None:
        self._needs(running, "details")
        known = await self._known(running)
        details = await running.details(known.ref, "en-US")
        assert_shape(details, TitleDetails, "details")
        assert details.ref == known.ref
        assert details.title.strip()
        assert details.rating is None or 0 <= details.rating <= 100

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
        if "details" in running.features:
            details = await running.details(known.ref, "en-US")
            assert_picture(details.artwork.poster, "artwork.poster")
            assert_picture(details.artwork.backdrop, "artwork.backdrop")
            for each in details.credits:
                assert_picture(each.photo, f"photo of {each.name}")
            for season in details.seasons:
                assert_picture(season.poster, f"poster of season {season.number}")

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

    async def test_feeds_are_pages_or_unsupported(self, running: Any) -> None:
        self._needs(running, "feed")
        supported = 0
        for kind in running.kinds:
            for feed in get_args(FeedKind):
                try:
                    page = await running.feed(feed, kind, 1)
                except Unsupported:
                    continue
                supported += 1
                assert_shape(page, FeedPage, f"feed {feed}")
                assert_plain_text(page)
                assert all(each.ref.kind == kind for each in page.hits)
                assert page.next_page is None or page.next_page == 2
        assert supported, "feed is announced, but there is no list"

    async def test_a_page_behind_the_last_is_empty(self, running: Any) -> None:
        self._needs(running, "feed")
        for feed in get_args(FeedKind):
            try:
                page = await running.feed(feed, self.known_kind, 100_000)
            except Unsupported:
                continue
            assert not page.hits and page.next_page is None

    async def test_similar_titles_are_titles(self, running: Any) -> None:
        self._needs(running, "similar")
        known = await self._known(running)
        assert_shape(await running.similar(known.ref), Sequence[SearchHit], "similar")

    async def test_releases_are_titles(self, running: Any) -> None:
        self._needs(running, "releases")
        found = await running.releases(date(2013, 1, 1), date(2013, 12, 31), self.known_kind)
        assert_shape(found, Sequence[SearchHit], "releases")

    async def test_changes_are_references(self, running: Any) -> None:
        self._needs(running, "changes")
        since = datetime.now(UTC) - timedelta(days=2)
        found = await running.changes(since, self.known_kind)
        assert_shape(found, Sequence[ExternalRef], "changes")
        assert len(set(found)) == len(found)
