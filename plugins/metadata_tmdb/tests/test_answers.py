"""What the provider makes of answers, good and odd ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seen_metadata_tmdb.provider import TmdbProvider
from seen_metadata_tmdb.reading import plain
from seen_metadata_tmdb.titles import Pictures, details, episodes, hits

from seen.plugin import MediaKind, Unsupported
from seen.plugin.models import ExternalRef, SearchQuery
from seen.plugin.testing.shapes import assert_plain_text

REF = ExternalRef("tmdb", MediaKind.MOVIE, "101")
SHOW = ExternalRef("tmdb", MediaKind.SHOW, "201")
PICTURES = Pictures("https://pictures.example/")


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
    await provider.start()
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
    await provider.start()
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


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "results", "cast", "name", "title"]), inner)
    ),
    max_leaves=8,
)
KEYS = ["id", "title", "name", "release_date", "overview", "poster_path", "vote_average",
        "vote_count", "credits", "aggregate_credits", "seasons", "genres", "keywords", "videos",
        "runtime", "episode_run_time", "external_ids", "results", "episodes", "created_by",
        "last_episode_to_air", "release_dates", "content_ratings", "homepage"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), ODD), st.sampled_from(["movie", "show"]))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_no_answer_however_odd_makes_it_stumble(answer: dict[str, Any], kind: str) -> None:
    whole = {"id": 5, "title": "T", **answer}
    assert_plain_text(details(whole, MediaKind(kind), "US", PICTURES))
    hits({"results": [answer, whole]}, None, PICTURES)
    episodes({"episodes": [answer, {"episode_number": 1, **answer}]}, 1, PICTURES)


@given(st.text())
def test_texts_lose_markup_and_control_characters(text: str) -> None:
    assert_plain_text(plain(f"<b>{text}</b>\u202e"))


def test_entities_become_letters_and_a_heart_stays() -> None:
    assert plain("Tom &amp; Jerry &lt;script&gt;x <3 you") == "Tom & Jerry x <3 you"
    assert details({"id": 1, "title": "A", "release_date": ""}, MediaKind.MOVIE, "US", PICTURES)


def test_a_day_that_does_not_exist_is_left_out() -> None:
    for written, wanted in (("2013-02-31", None), ("2013-02-28", date(2013, 2, 28))):
        answer = {"id": 1, "title": "A", "release_date": written}
        made = details(answer, MediaKind.MOVIE, "", PICTURES)
        assert made is not None and made.release_date == wanted
