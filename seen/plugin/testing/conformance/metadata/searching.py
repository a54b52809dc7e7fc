"""Finding titles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from seen.plugin import MediaKind, PluginError
from seen.plugin.models import SearchHit, SearchQuery
from seen.plugin.testing.conformance.marking import asynchronous
from seen.plugin.testing.conformance.metadata.known import KnownTitleSuite
from seen.plugin.testing.conformance.metadata.sane import assert_hits
from seen.plugin.testing.shapes import assert_plain_text, assert_shape

HOSTILE_TITLES = (
    "", " ", "\x00", "a\x00b", "\udcff\udcfe", "x" * 5000, "%00../../etc/passwd", "' or 1=1 --",
    "<script>alert(1)</script>", "\u202e\u2066", "日本語", "💥" * 50, "?&=#/", "{}[]()", "\n\r\t",
)  # fmt: skip


@asynchronous
class SearchChecks(KnownTitleSuite):
    """The promises of ``search``, and who is asked for what."""

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

    async def test_hits_are_titles_of_the_service(self, running: Any) -> None:
        self._needs(running, "search")
        assert_hits(await running.search(self._query(running)), running.source, "hits")

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
