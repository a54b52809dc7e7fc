"""What the provider makes of answers, good and odd ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seen_metadata_tmdb.details import details, episodes
from seen_metadata_tmdb.provider import TmdbProvider
from seen_metadata_tmdb.rows import Lookup, hits

from seen.plugin import MediaKind, Unavailable, Unsupported
from seen.plugin.models import BrowseQuery, ExternalRef, KnownTitle, SearchQuery
from seen.plugin.testing.shapes import assert_plain_text

REF = ExternalRef("tmdb", MediaKind.MOVIE, "101")
SHOW = ExternalRef("tmdb", MediaKind.SHOW, "201")
LOOKUP = Lookup("https://pictures.example/", {18: "Drama"})


async def test_a_year_without_a_hit_falls_back_to_the_name(provider: TmdbProvider) -> None:
    found = await provider.search(SearchQuery("The Slow Harbour", MediaKind.MOVIE, 1999))
    assert {each.year for each in found} == {2013, 1987}


async def test_without_a_kind_people_are_left_out(provider: TmdbProvider) -> None:
    found = await provider.search(SearchQuery("Harbour"))
    assert {each.ref.id for each in found} == {"101", "102", "104"}


@pytest.mark.parametrize(
    ("ids", "kind", "wanted"),
    [
        ({"tmdb": "102"}, MediaKind.MOVIE, ["102"]),
        ({"imdb": "tt0000101"}, MediaKind.MOVIE, ["101"]),
        ({"imdb": "tt0000777"}, MediaKind.SHOW, ["201"]),
        ({"tmdb": "102"}, None, ["102"]),
        ({"tmdb": "424242"}, MediaKind.MOVIE, []),
        ({"tmdb": "../configuration"}, MediaKind.MOVIE, []),
        ({"imdb": "tt0000101"}, MediaKind.SHOW, []),
    ],
)
async def test_an_id_in_the_question_is_answered_exactly(
    provider: TmdbProvider, ids: dict[str, str], kind: MediaKind | None, wanted: list[str]
) -> None:
    found = await provider.search(SearchQuery("", kind, external_ids=ids))
    assert [each.ref.id for each in found] == wanted


async def test_details_come_with_one_question(provider: TmdbProvider, standin: Any) -> None:
    await provider.search(SearchQuery("Harbour"))  # which learns where pictures are
    before = len(standin.asked)
    found = await provider.details(REF)
    assert len(standin.asked) == before + 1
    assert (found.runtime_seconds, found.rating, found.content_rating) == (118 * 60, 72, "PG")
    assert [each.name for each in found.credits] == ["Jon Reed", "Mara Quill", "Ann Vale"]
    assert found.trailers[0].url.endswith("abc-DEF_1")
    assert found.external_ids == {"imdb": "tt0000101", "tvdb": "555"}
    assert (found.genres, found.keywords) == (("Drama",), ("sea",))
    assert found.artwork.poster == "https://pictures.example/t/p/w500/p101.jpg"


async def test_the_rating_of_the_viewers_country_comes_first(provider: TmdbProvider) -> None:
    assert (await provider.details(REF, "de-DE")).content_rating == "12"


async def test_a_text_without_translation_is_asked_for_in_english(
    provider: TmdbProvider, standin: Any
) -> None:
    standin.untranslated = True
    found = await provider.details(REF, "de-DE")
    assert found.overview == "About The Slow Harbour."
    assert found.tagline == "Wait."


async def test_all_seasons_come_with_one_question(provider: TmdbProvider, standin: Any) -> None:
    await provider.search(SearchQuery("Lanterns"))
    before = len(standin.asked)
    numbers = [[each.number for each in await provider.episodes(SHOW, at)] for at in range(4)]
    assert numbers == [[1], [1, 2], [1], []]
    assert len(standin.asked) == before + 1


async def test_episodes_are_counted_through_the_seasons(provider: TmdbProvider) -> None:
    assert [each.absolute_number for each in await provider.episodes(SHOW, 2)] == [3]
    assert [each.absolute_number for each in await provider.episodes(SHOW, 0)] == [None]


async def test_feeds_end_at_page_500_and_give_each_title_once(provider: TmdbProvider) -> None:
    page = await provider.feed("popular", MediaKind.MOVIE, 500)
    assert [each.ref.id for each in page.hits] == ["101", "103"]
    assert page.next_page is None
    with pytest.raises(Unsupported):
        await provider.feed("most_anticipated", MediaKind.MOVIE)


async def test_similar_is_used_where_nothing_is_recommended(provider: TmdbProvider) -> None:
    assert [each.ref.id for each in await provider.similar(REF)] == ["103"]


async def test_own_picture_address_goes_before_the_services(
    standin: Any, plugin_context: Callable[..., Any]
) -> None:
    config = {"api_key": "test-key", "base_url": standin.url, "image_url": "http://127.0.0.1/p"}
    provider = TmdbProvider(plugin_context(config))
    found = await provider.search(SearchQuery("The Slow Harbour", MediaKind.MOVIE))
    assert found[0].poster == "http://127.0.0.1/p/w342/p101.jpg"
    await provider.stop()


async def test_a_row_says_what_a_card_shows(provider: TmdbProvider) -> None:
    (found,) = await provider.search(SearchQuery("The Slow Harbour", MediaKind.MOVIE, 2013))
    assert (found.release_date, found.rating, found.original_language) == (
        date(2013, 6, 12), 72, "en"
    )  # fmt: skip
    assert (found.genres, found.backdrop) == (("Drama",), "")


async def test_releases_of_all_kinds_come_for_the_viewers_country(provider: TmdbProvider) -> None:
    found = (await provider.details(REF)).releases
    assert [(str(each.day), each.kind, each.region) for each in found] == [
        ("2013-06-01", "premiere", "US"), ("2013-06-12", "theatrical", "US"),
        ("2013-10-02", "digital", "US"),
    ]  # fmt: skip
    assert found[0].note == "Harbour Festival"
    german = (await provider.details(REF, "de-DE")).releases
    assert [(str(each.day), each.region) for each in german] == [("2013-08-01", "DE")]
    nowhere = (await provider.details(REF, "fr-FR")).releases
    assert {each.region for each in nowhere} == {"US"}


async def test_where_to_watch_carries_the_credit_of_its_source(provider: TmdbProvider) -> None:
    (found,) = (await provider.details(REF)).watch
    assert (found.country, found.credit) == ("US", "JustWatch")
    assert found.link == "https://www.example.org/watch"
    assert [(each.name, each.way) for each in found.offers] == [
        ("Lantern+", "stream"), ("Harbour Store", "rent"),
    ]  # fmt: skip
    assert found.offers[0].logo.endswith("/w92/l.jpg")
    (german,) = (await provider.details(REF, "de-DE")).watch
    assert (german.offers[0].way, german.link) == ("ads", "")
    assert (await provider.details(REF, "fr-FR")).watch == ()


async def test_the_country_of_the_setting_goes_before_that_of_the_language(
    standin: Any, plugin_context: Callable[..., Any]
) -> None:
    config = {"api_key": "test-key", "base_url": standin.url, "region": "DE",
              "timezone": "Europe/Berlin"}  # fmt: skip
    provider = TmdbProvider(plugin_context(config))
    found = await provider.details(REF, "en-US")
    assert (found.content_rating, found.watch[0].country) == ("12", "DE")
    await provider.feed("upcoming", MediaKind.MOVIE)
    await provider.feed("airing_today", MediaKind.SHOW)
    asked = dict(standin.asked)
    assert asked["/3/movie/upcoming"]["region"] == "DE"
    assert asked["/3/tv/airing_today"]["timezone"] == "Europe/Berlin"
    await provider.stop()


async def test_details_hold_what_belongs_to_the_title(provider: TmdbProvider) -> None:
    found = await provider.details(REF)
    assert found.franchises == ("The Harbour Collection",)
    assert found.companies == ("Tide Films",)
    assert [each.ref.id for each in found.similar] == ["103", "102"]
    assert found.screenshots == ("https://pictures.example/t/p/w780/b1.jpg",)
    assert found.link == "https://www.themoviedb.org/movie/101"
    show = await provider.details(SHOW)
    assert show.companies == ("Winter Channel",)
    assert show.next_episode is not None
    assert (show.next_episode.season, str(show.next_episode.air_date)) == (3, "2031-02-03")


async def test_adult_titles_leak_into_no_list(
    provider: TmdbProvider, standin: Any, plugin_context: Callable[..., Any]
) -> None:
    page = await provider.feed("popular", MediaKind.MOVIE)
    assert "109" not in {each.ref.id for each in page.hits}
    wanted = {"api_key": "test-key", "base_url": standin.url, "include_adult": True}
    other = TmdbProvider(plugin_context(wanted))
    page = await other.feed("popular", MediaKind.MOVIE)
    assert "109" in {each.ref.id for each in page.hits}
    await other.stop()


async def test_browsing_asks_by_genre_year_and_order(provider: TmdbProvider, standin: Any) -> None:
    query = BrowseQuery(MediaKind.MOVIE, "Drama", 2013, "top_rated", 2)
    assert [each.ref.id for each in (await provider.browse(query)).hits] == ["101"]
    asked = dict(standin.asked)["/3/discover/movie"]
    assert (asked["with_genres"], asked["primary_release_year"]) == ("18", "2013")
    assert (asked["sort_by"], asked["page"]) == ("vote_average.desc", "2")
    assert not (await provider.browse(BrowseQuery(MediaKind.MOVIE, "Nonsense"))).hits
    assert await provider.genres(MediaKind.SHOW) == ("Drama", "Action & Adventure")


NASTY = "<script>alert(1)</script>\u202eTitle\x00"
NOTHING: dict[str, Any] = dict.fromkeys(
    ["title", "name", "genres", "credits", "aggregate_credits", "videos", "images", "keywords",
     "seasons", "external_ids", "release_dates", "watch/providers", "similar", "runtime",
     "recommendations", "release_date", "first_air_date", "poster_path", "vote_average"]
)  # fmt: skip
HOSTILE: list[Any] = [
    [], {}, {"results": [None, 7, "x", [1], {}]}, {"results": {"a": 1}, "total_pages": "x"},
    {"id": 101, **NOTHING}, {"results": [{"id": 101, **NOTHING}]}, {"id": "x", "title": {"a": 1}},
    {"id": 101, "title": NASTY, "overview": f"<p>{NASTY}" * 900, "tagline": NASTY, "status": NASTY,
     "videos": {"results": [{"site": "YouTube", "key": NASTY, "name": NASTY, "type": "Trailer"}]},
     "credits": {"cast": [{"id": 1, "name": NASTY, "character": NASTY}]},
     "watch/providers": {"results": {"US": {"link": "javascript:alert(1)",
                                            "flatrate": [{"provider_name": NASTY}]}}}},
    {"results": [{"id": 101, "title": NASTY, "name": NASTY, "media_type": "movie"}],
     "genres": [{"id": 1, "name": NASTY}], "episodes": [{"episode_number": 1, "name": NASTY}]},
    {"id": 10**30, "title": "T" * 100_000, "genres": [[[]]] * 900, "seasons": [{"x": 1}] * 900,
     "total_pages": 10**30, "results": [{"id": 5, "title": "N" * 100_000}] * 3},
]  # fmt: skip


@pytest.mark.parametrize("answer", HOSTILE)
async def test_hostile_answers_never_break_anything(
    provider: TmdbProvider, standin: Any, answer: Any
) -> None:
    standin.everywhere = answer
    for ask in (
        lambda: provider.search(SearchQuery("Harbour")), lambda: provider.details(REF),
        lambda: provider.details(SHOW), lambda: provider.episodes(SHOW, 1),
        lambda: provider.feed("popular", MediaKind.MOVIE), lambda: provider.similar(REF),
        lambda: provider.refresh([KnownTitle(REF, "1")]),
        lambda: provider.genres(MediaKind.MOVIE),
        lambda: provider.changes(datetime(2024, 1, 1, tzinfo=UTC), MediaKind.MOVIE),
    ):  # fmt: skip
        try:
            found: Any = await ask()
        except Unavailable:
            continue
        assert_plain_text(found)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "results", "cast", "name", "title"]), inner)
    ),
    max_leaves=8,
)
KEYS = ["watch/providers", "images", "similar", "recommendations", "next_episode_to_air",
        "belongs_to_collection", "networks", "production_companies", "genre_ids", "adult",
        "id", "title", "name", "release_date", "overview", "poster_path", "vote_average",
        "vote_count", "credits", "aggregate_credits", "seasons", "genres", "keywords", "videos",
        "runtime", "episode_run_time", "external_ids", "results", "episodes", "created_by",
        "last_episode_to_air", "release_dates", "content_ratings", "homepage"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), ODD), st.sampled_from(["movie", "show"]))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_no_answer_however_odd_makes_it_stumble(answer: dict[str, Any], kind: str) -> None:
    whole = {"id": 5, "title": "T", **answer}
    assert_plain_text(details(whole, MediaKind(kind), "US", LOOKUP))
    hits({"results": [answer, whole]}, None, LOOKUP)
    episodes({"episodes": [answer, {"episode_number": 1, **answer}]}, 1, LOOKUP)


def test_a_title_without_a_day_is_a_title() -> None:
    assert details({"id": 1, "title": "A", "release_date": ""}, MediaKind.MOVIE, "US", LOOKUP)


def test_a_day_that_does_not_exist_is_left_out() -> None:
    for written, wanted in (("2013-02-31", None), ("2013-02-28", date(2013, 2, 28))):
        answer = {"id": 1, "title": "A", "release_date": written}
        made = details(answer, MediaKind.MOVIE, "", LOOKUP)
        assert made is not None and made.release_date == wanted
