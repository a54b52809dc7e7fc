"""The catalog keeps the contract of metadata providers, and its file is in order."""

from __future__ import annotations

import re
from typing import Any

import pytest
from seen_metadata_starter.provider import StarterProvider

from seen.plugin import MediaKind
from seen.plugin.models import BrowseQuery, FeedPage
from seen.plugin.testing.conformance import MetadataProviderSuite


class TestStarter(MetadataProviderSuite):
    package = "seen_metadata_starter"
    known_title = "Metropolis"

    @pytest.fixture
    def subject(self) -> Any:
        return StarterProvider()


async def everything(kind: MediaKind) -> list[Any]:
    provider = StarterProvider()
    await provider.start()
    found: list[Any] = []
    page: int | None = 1
    while page is not None:
        answer: FeedPage = await provider.feed("popular", kind, page)
        found += answer.details
        page = answer.next_page
    return found


@pytest.mark.parametrize(
    ("kind", "least"), [(MediaKind.MOVIE, 50), (MediaKind.SHOW, 12), (MediaKind.GAME, 24)]
)
async def test_every_title_is_told_of_once_with_a_sentence(kind: MediaKind, least: int) -> None:
    titles = await everything(kind)
    assert len(titles) >= least
    assert len({each.ref for each in titles}) == len(titles)
    for each in titles:
        assert each.overview.endswith(".") and len(each.overview) < 140, each.title
        assert each.genres and all(re.fullmatch(r"[A-Z][\w -]+", g) for g in each.genres)
        assert all(re.fullmatch(r"tt\d{7}", each) for each in each.external_ids.values())


async def test_genres_lead_to_titles() -> None:
    provider = StarterProvider()
    await provider.start()
    for kind in MediaKind:
        for genre in await provider.genres(kind):
            assert (await provider.browse(BrowseQuery(kind, genre))).hits, genre
