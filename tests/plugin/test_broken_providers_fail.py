"""Each broken promise of a metadata provider fails at the check that names it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from failing import fails
from good_plugins import (
    AwayProvider,
    GoodProvider,
)

from seen.plugin import MediaKind, NotFound
from seen.plugin.models import (
    BrowseQuery,
    Episode,
    ExternalRef,
    FeedPage,
    KnownTitle,
    Offer,
    Refreshed,
    Release,
    SearchHit,
    SearchQuery,
    TitleDetails,
    WhereToWatch,
)
from seen.plugin.testing.conformance import (
    CapabilitySuite,
    MetadataProviderSuite,
)


class Shows(MetadataProviderSuite):
    __test__ = False
    known_title = "Winter Lanterns"
    known_kind = MediaKind.SHOW


class Forgetful(GoodProvider):
    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        return []


class Repeating(GoodProvider):
    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        return [SearchHit(self.ref, "Winter Lanterns")] * 2


class Eager(GoodProvider):
    """Answers a question for nothing, or for an id it cannot know, with a guess."""

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        return [SearchHit(self.ref, "Winter Lanterns")]


class Crashing(GoodProvider):
    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        query.title.encode()
        if "\x00" in query.title:
            raise ValueError("embedded null")
        return await super().search(query)


class Marked(GoodProvider):
    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        return replace(await super().details(ref, language), overview="<p>A village</p>")


class Nulls(GoodProvider):
    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        return replace(await super().details(ref, language), tagline=None)  # type: ignore[arg-type]  # the fault


class Careless(GoodProvider):
    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        return await super().details(self.ref, language)


class Unsorted(GoodProvider):
    async def episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        return [Episode(season, 2), Episode(season, 1)]


class Relative(GoodProvider):
    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        found = await super().search(query)
        return [replace(each, poster="poster.jpg") for each in found]


class Doubtful(GoodProvider):
    """Numbers and days that cannot be."""

    hit = replace(GoodProvider.hit, rating=720, release_date=date(1999, 1, 1))


class Vain(GoodProvider):
    """Similar to itself."""

    async def similar(self, ref: ExternalRef) -> Sequence[SearchHit]:
        return [self.hit]


def _with(**changes: Any) -> type[GoodProvider]:
    """A provider whose details are right but for some of them."""

    class Different(GoodProvider):
        async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
            return replace(await super().details(ref, language), **changes)

    return Different


Rough = _with(releases=(Release(date(2031, 1, 1), "year"),))
Timeless = _with(releases=(Release(None, "month"),))
Creditless = _with(watch=(WhereToWatch("US", (Offer("Lantern+", "stream"),), " "),))
Pathless = _with(screenshots=("shot.jpg",))
Selfish = _with(similar=(GoodProvider.hit,))
Linked = _with(link="javascript:alert(1)")
OtherWords = _with(genres=("Dramatic",))


class Listless(GoodProvider):
    """Has every list for every kind, each without end and with every title twice."""

    async def feed(self, feed: Any, kind: MediaKind, page: int = 1) -> FeedPage:
        return FeedPage((self.hit, self.hit), page + 1, (await self.details(self.ref),))


class Telling(GoodProvider):
    """Tells all of titles that are not on the page."""

    async def feed(self, feed: Any, kind: MediaKind, page: int = 1) -> FeedPage:
        found = await super().feed(feed, kind, page)
        return replace(found, hits=(self.other,) if found.hits else ())


class Browsing(GoodProvider):
    """Gives the same page whatever is asked for."""

    async def browse(self, query: BrowseQuery) -> FeedPage:
        return FeedPage((self.hit, replace(self.other, genres=("Comedy",))))

    async def genres(self, kind: MediaKind) -> Sequence[str]:
        return ["Drama", "Drama", " "]


class Empty(GoodProvider):
    async def browse(self, query: BrowseQuery) -> FeedPage:
        return FeedPage(())


class Anytime(GoodProvider):
    async def releases(self, start: date, end: date, kind: MediaKind) -> Sequence[SearchHit]:
        return [replace(self.other, year=None, release_date=date(1901, 1, 1))]

    async def changes(self, since: datetime, kind: MediaKind) -> Sequence[ExternalRef]:
        return [ExternalRef("archive", MediaKind.MOVIE, "1")]


class Certain(GoodProvider):
    """Knows of nothing that changed, of everything that it is gone."""

    async def refresh(
        self, known: Sequence[KnownTitle], language: str = "en-US"
    ) -> Sequence[Refreshed]:
        return [Refreshed(each.ref, "gone") for each in known] or [Refreshed(self.ref, "gone")]


class Restless(GoodProvider):
    """Whatever it is asked about has changed."""

    async def refresh(
        self, known: Sequence[KnownTitle], language: str = "en-US"
    ) -> Sequence[Refreshed]:
        details = await self.details(self.ref)
        return [Refreshed(each.ref, "changed", details) for each in known]


class Misled(AwayProvider):
    """Takes an outage for news."""

    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        raise NotFound("Nothing came")

    async def refresh(
        self, known: Sequence[KnownTitle], language: str = "en-US"
    ) -> Sequence[Refreshed]:
        return [Refreshed(each.ref, "gone") for each in known]


class Unnamed(GoodProvider):
    """Has no source, and does not know its own ids."""

    source = "the archive"

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        return [self.hit] if query.title else []


BROKEN: list[tuple[Callable[[], Any], str]] = [
    (Unnamed, "test_source_and_kinds_are_said"),
    (Unnamed, "test_search_by_the_providers_own_id_gives_that_title_alone"),
    (Forgetful, "test_search_finds_a_known_title"),
    (Repeating, "test_search_gives_each_title_once"),
    (Eager, "test_search_for_nothing_finds_nothing"),
    (Eager, "test_search_for_an_id_it_cannot_look_up_finds_nothing"),
    (Eager, "test_search_for_a_kind_it_does_not_know_finds_nothing"),
    (Doubtful, "test_hits_are_titles_of_the_service"),
    (Marked, "test_texts_are_plain"),
    (Nulls, "test_details_are_those_of_the_title_found"),
    (Selfish, "test_details_are_those_of_the_title_found"),
    (Linked, "test_details_are_those_of_the_title_found"),
    (Careless, "test_details_of_a_title_that_is_gone_raise_not_found"),
    (Careless, "test_details_of_another_services_title_raise_not_found"),
    (Unsorted, "test_episodes_come_in_order_and_belong_to_the_season"),
    (Unsorted, "test_episodes_of_an_unknown_season_are_none"),
    (Relative, "test_pictures_are_addresses_or_files"),
    (Pathless, "test_pictures_are_addresses_or_files"),
    (Rough, "test_a_rough_date_is_the_last_day_it_can_mean"),
    (Timeless, "test_a_rough_date_is_the_last_day_it_can_mean"),
    (Creditless, "test_where_to_watch_names_who_says_so"),
    (Vain, "test_similar_titles_are_other_titles"),
    (Listless, "test_feeds_are_pages_or_unsupported"),
    (Telling, "test_feeds_are_pages_or_unsupported"),
    (Listless, "test_a_page_behind_the_last_is_empty"),
    (Listless, "test_lists_of_a_kind_it_does_not_know_are_unsupported"),
    (Browsing, "test_genres_are_names_each_once"),
    (OtherWords, "test_genres_of_details_are_among_those_of_the_service"),
    (Empty, "test_browsing_gives_pages_in_every_order"),
    (Browsing, "test_browsing_by_genre_gives_titles_of_that_genre"),
    (Browsing, "test_browsing_by_year_gives_titles_of_that_year"),
    (Browsing, "test_browsing_where_nothing_is_gives_an_empty_page"),
    (Anytime, "test_releases_are_titles_of_those_days"),
    (Anytime, "test_changes_are_references"),
    (Certain, "test_a_title_nothing_is_known_of_comes_with_its_details"),
    (Restless, "test_a_title_that_is_known_as_it_is_has_not_changed"),
    (Restless, "test_a_title_that_the_service_does_not_have_is_gone"),
    (Restless, "test_another_services_title_is_left_out"),
    (Certain, "test_nothing_to_ask_about_is_answered_with_nothing"),
    (Restless, "test_fifty_titles_are_asked_about_at_once"),
    (Misled, "test_an_outage_never_means_that_a_title_is_gone"),
]


@pytest.mark.parametrize(("broken", "check"), BROKEN)
async def test_a_broken_provider_fails(broken: Callable[[], Any], check: str) -> None:
    await fails(Shows(), check, broken())


def test_every_promise_of_a_provider_is_broken_by_somebody() -> None:
    """A check that nothing fails may check nothing."""
    promises = {each for each in dir(MetadataProviderSuite) if each.startswith("test_")}
    checked = {check for _, check in BROKEN} | {"test_search_survives_hostile_titles"}
    assert promises - set(dir(CapabilitySuite)) == checked


async def test_a_provider_that_stumbles_over_titles_fails() -> None:
    await fails(Shows(), "test_search_survives_hostile_titles", Crashing(), "a\x00b")
    await fails(Shows(), "test_search_survives_hostile_titles", Crashing(), "\udcff")
