"""Lists: feeds, genres, browsing, what comes out, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest

from seen.plugin import MediaKind, Unsupported
from seen.plugin.models import BrowseOrder, BrowseQuery, ExternalRef, FeedKind, FeedPage, SearchHit
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.conformance.metadata.known import KnownTitleSuite
from seen.plugin.testing.conformance.metadata.sane import assert_hits, assert_page
from seen.plugin.testing.shapes import assert_plain_text, assert_shape

BEHIND = 100_000
"""A page that no list has."""


@asynchronous
class ListChecks(KnownTitleSuite):
    """The promises of ``feed``, ``genres``, ``browse``, ``releases`` and ``changes``."""

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
                assert_page(page, running.source, 1, f"feed {feed}")
                assert all(each.ref.kind == kind for each in page.hits)
        assert supported, "feed is announced, but there is no list"

    async def test_a_page_behind_the_last_is_empty(self, running: Any) -> None:
        self._needs(running, "feed")
        for feed in get_args(FeedKind):
            try:
                page = await running.feed(feed, self.known_kind, BEHIND)
            except Unsupported:
                continue
            assert not page.hits and page.next_page is None

    async def test_lists_of_a_kind_it_does_not_know_are_unsupported(self, running: Any) -> None:
        self._needs(running, "feed")
        for kind in set(MediaKind) - set(running.kinds):
            with pytest.raises(Unsupported):
                await running.feed("popular", kind, 1)

    async def test_genres_are_names_each_once(self, running: Any) -> None:
        self._needs(running, "genres")
        for kind in running.kinds:
            found = await running.genres(kind)
            assert_shape(found, Sequence[str], "genres")
            assert_plain_text(found)
            assert found and all(each.strip() == each != "" for each in found)
            assert len(set(found)) == len(found)

    async def test_genres_of_details_are_among_those_of_the_service(self, running: Any) -> None:
        self._needs(running, "genres")
        self._needs(running, "details")
        details = await self._details(running)
        assert set(details.genres) <= set(await running.genres(self.known_kind))

    async def test_browsing_gives_pages_in_every_order(self, running: Any) -> None:
        self._needs(running, "browse")
        for kind in running.kinds:
            for order in get_args(BrowseOrder):
                page = await running.browse(BrowseQuery(kind, order=order))
                assert_shape(page, FeedPage, f"browse by {order}")
                assert_plain_text(page)
                assert_page(page, running.source, 1, f"browse by {order}")
                assert page.hits and all(each.ref.kind == kind for each in page.hits)

    async def test_browsing_by_genre_gives_titles_of_that_genre(self, running: Any) -> None:
        self._needs(running, "browse")
        for genre in list(await running.genres(self.known_kind))[:3]:
            page = await running.browse(BrowseQuery(self.known_kind, genre))
            assert all(genre in each.genres for each in page.hits if each.genres), genre

    async def test_browsing_by_year_gives_titles_of_that_year(self, running: Any) -> None:
        self._needs(running, "browse")
        known = await self._known(running)
        page = await running.browse(BrowseQuery(self.known_kind, year=known.year))
        assert all(each.year in (None, known.year) for each in page.hits)

    async def test_browsing_where_nothing_is_gives_an_empty_page(self, running: Any) -> None:
        self._needs(running, "browse")
        nowhere = BrowseQuery(self.known_kind, "no such genre")
        pages = (BrowseQuery(self.known_kind, page=number) for number in (0, BEHIND))
        for query in (nowhere, *pages):
            page = await running.browse(query)
            assert not page.hits and page.next_page is None

    async def test_releases_are_titles_of_those_days(self, running: Any) -> None:
        self._needs(running, "releases")
        start, end = date(2013, 1, 1), date(2013, 12, 31)
        found = await running.releases(start, end, self.known_kind)
        assert_shape(found, Sequence[SearchHit], "releases")
        assert_plain_text(found)
        assert_hits(found, running.source, "releases")
        assert all(start <= each.release_date <= end for each in found if each.release_date)

    async def test_changes_are_references(self, running: Any) -> None:
        self._needs(running, "changes")
        since = datetime.now(UTC) - timedelta(days=2)
        found = await running.changes(since, self.known_kind)
        assert_shape(found, Sequence[ExternalRef], "changes")
        assert len(set(found)) == len(found)
        assert {(each.source, each.kind) for each in found} <= {(running.source, self.known_kind)}
