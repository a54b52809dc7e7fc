"""What the provider makes of answers, good and odd ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seen_metadata_tvmaze.provider import TvmazeProvider
from seen_metadata_tvmaze.shows import Pictures, details, episodes, hit

from seen.plugin import MediaKind, Unavailable, Unsupported
from seen.plugin.models import ExternalRef, KnownTitle, SearchQuery
from seen.plugin.testing.shapes import assert_plain_text

SHOW = MediaKind.SHOW
REF = ExternalRef("tvmaze", SHOW, "1")
PICTURES = Pictures("https://pictures.example")


async def test_shows_of_the_asked_year_come_first(provider: TvmazeProvider) -> None:
    for year, wanted in ((2014, ["1", "2"]), (1999, ["2", "1"])):
        found = await provider.search(SearchQuery("Winter Lanterns", SHOW, year))
        assert [each.ref.id for each in found] == wanted


async def test_a_hit_carries_the_ids_by_which_others_know_the_show(
    provider: TvmazeProvider,
) -> None:
    found = (await provider.search(SearchQuery("Winter Lanterns", SHOW)))[0]
    assert found.external_ids == {"imdb": "tt0000001", "tvdb": "501"}
    assert found.overview == "A village & its lights.\nAnd a lake."
    assert (found.genres, found.rating, found.year) == (("Drama", "Science Fiction"), 72, 2014)
    assert found.poster == "https://pictures.example/medium/1/s1.jpg"
    assert not found.side_car


@pytest.mark.parametrize(
    ("ids", "wanted"),
    [
        ({"tvmaze": "3"}, ["3"]), ({"imdb": "tt0000002"}, ["2"]), ({"tvdb": "501"}, ["1"]),
        ({"imdb": "tt9999999", "tvdb": "502"}, ["2"]), ({"imdb": "tt9999999"}, []),
        ({"tvmaze": "424242"}, []), ({"tvmaze": "../shows/1"}, []), ({"tmdb": "1"}, []),
    ],
)  # fmt: skip
async def test_an_id_in_the_question_is_answered_exactly(
    provider: TvmazeProvider, ids: dict[str, str], wanted: list[str]
) -> None:
    found = await provider.search(SearchQuery("", SHOW, external_ids=ids))
    assert [each.ref.id for each in found] == wanted


async def test_details_come_with_one_request(provider: TvmazeProvider, standin: Any) -> None:
    found = await provider.details(REF)
    assert len(standin.asked) == 1
    assert (found.runtime_seconds, found.status, found.original_language) == (
        42 * 60, "Running", "en"
    )  # fmt: skip
    assert found.alternative_titles == ("Zimní lucerny",)
    assert [(each.name, each.role) for each in found.credits] == [
        ("Mara Quill", "Ida, Older Ida"), ("Ida Brook", "Creator"),
    ]  # fmt: skip
    assert [(each.number, each.title, each.episode_count) for each in found.seasons] == [
        (1, "Frost", 2), (2, "", 0),
    ]  # fmt: skip
    assert found.artwork.backdrop == "https://pictures.example/original_untouched/9/b.jpg"
    assert found.companies == ("Winter Channel",)
    assert found.next_episode is not None and found.next_episode.air_date == date(2031, 2, 3)
    assert found.link == "https://www.tvmaze.com/shows/1"
    assert found.homepage == "https://lanterns.example.org"


async def test_all_episodes_come_with_one_request_and_specials_have_no_number(
    provider: TvmazeProvider, standin: Any
) -> None:
    first = await provider.episodes(REF, 1)
    second = await provider.episodes(REF, 2)
    assert len(standin.asked) == 1
    assert [(each.number, each.title, each.absolute_number) for each in first] == [
        (1, "Ice", 1), (2, "Thaw", 2),
    ]  # fmt: skip
    assert [each.absolute_number for each in second] == [3]
    assert (first[1].overview, first[1].runtime_seconds) == ("It melts.", 41 * 60)
    assert (first[0].runtime_seconds, second[0].air_date) == (None, None)
    assert await provider.episodes(REF, 0) == ()


async def test_what_is_on_comes_from_channels_and_the_web_the_weightiest_first(
    provider: TvmazeProvider, standin: Any
) -> None:
    page = await provider.feed("airing_today", SHOW)
    assert [each.title for each in page.hits] == ["The Pier", "Winter Lanterns"]
    assert page.next_page is None
    asked = len(standin.asked)
    trending = await provider.feed("trending", SHOW)
    assert [each.title for each in trending.hits] == ["The Pier", "Winter Lanterns"]
    assert len(standin.asked) == asked + 2, "today is known, yesterday is not"
    week = await provider.feed("on_the_air", SHOW, 7)
    assert week.hits and week.next_page is None


async def test_what_is_popular_comes_from_the_index(provider: TvmazeProvider, standin: Any) -> None:
    popular = await provider.feed("popular", SHOW)
    assert [each.ref.id for each in popular.hits] == ["3", "2", "1", "4"]
    rated = await provider.feed("top_rated", SHOW)
    assert [each.ref.id for each in rated.hits] == ["2", "1", "3"]
    for unknown, kind in (("upcoming", SHOW), ("popular", MediaKind.MOVIE)):
        with pytest.raises(Unsupported):
            await provider.feed(unknown, kind)  # type: ignore[arg-type]  # a list of the contract


async def test_what_became_of_shows_costs_one_request_and_one_for_each_that_changed(
    provider: TvmazeProvider, standin: Any
) -> None:
    refs = [ExternalRef("tvmaze", SHOW, str(known)) for known in (1, 2, 3)]
    known = [KnownTitle(each, (await provider.details(each)).validator) for each in refs]
    standin.asked.clear()
    assert {each.state for each in await provider.refresh(known)} == {"unchanged"}
    assert [path for path, _ in standin.asked] == ["/updates/shows"]
    standin.shows[1] = {**standin.shows[1], "updated": 1_800_000_000, "name": "Summer Lanterns"}
    await provider.stop()
    found = {each.ref.id: each for each in await provider.refresh(known)}
    assert {ref: each.state for ref, each in found.items()} == {
        "1": "changed", "2": "unchanged", "3": "unchanged",
    }  # fmt: skip
    assert found["1"].details is not None and found["1"].details.title == "Summer Lanterns"


async def test_where_nobody_says_what_changed_each_show_is_asked_about_with_its_etag(
    provider: TvmazeProvider, standin: Any
) -> None:
    known = KnownTitle(REF, (await provider.details(REF)).validator)
    standin.tells_updates = False
    assert [each.state for each in await provider.refresh([known])] == ["unchanged"]
    assert standin.seen["304"] == 1
    strangers = [KnownTitle(ExternalRef("other", SHOW, "1")),
                 KnownTitle(ExternalRef("tvmaze", SHOW, "x"))]  # fmt: skip
    assert await provider.refresh(strangers) == ()
    with pytest.raises(Unavailable):
        await provider.changes(datetime.now(UTC), SHOW)


async def test_changes_are_asked_for_the_span_that_is_needed(
    provider: TvmazeProvider, standin: Any
) -> None:
    now = datetime.now(UTC)
    for days, span in ((0.5, "day"), (3, "week"), (20, "month"), (90, None)):
        await provider.changes(now - timedelta(days=days), SHOW)
        assert standin.asked[-1][1].get("since") == span
    found = await provider.changes(datetime.fromtimestamp(1_700_000_002, UTC), SHOW)
    assert {each.id for each in found} == {"2", "3", "4"}


async def test_a_page_of_another_show_is_none(provider: TvmazeProvider, standin: Any) -> None:
    standin.always = {**standin.shows[2]}
    with pytest.raises(Unavailable):
        await provider.details(REF)
    query = SearchQuery("", SHOW, external_ids={"tvmaze": "1"})
    assert await provider.search(query) == ()


def test_pictures_come_from_the_known_place_whatever_host_is_named() -> None:
    for named, wanted in (
        ("http://evil.example/uploads/images/medium/1/2.jpg", f"{PICTURES.base}/medium/1/2.jpg"),
        ("http://evil.example/other/2.jpg", ""), ("file:///etc/passwd", ""), (7, ""),
        ("https://x/uploads/images/../../2.jpg", ""),
    ):  # fmt: skip
        assert PICTURES.at({"image": {"medium": named}}, "image", "medium") == wanted


HOSTILE: list[Any] = [
    [], {}, [None, 7, "x", [1]], [{}], [{"show": 7, "_embedded": []}],
    {"1": "x", "a": 5, "2": None},
    [{"id": 1, "show": {"id": 1, "name": "<script>alert(1)</script>\u202eShow"}}],
    {"id": 1, "name": "N" * 100_000, "summary": "<p>" * 50_000, "genres": "x", "rating": [],
     "externals": [1], "network": "x", "image": {"medium": 5}, "_embedded": {"cast": {"a": 1}}},
    {"id": 1, "name": {"a": 1}},
    {"id": 1, "name": "N", "_embedded": {"seasons": [[], {"number": -1}]}},
]  # fmt: skip


@pytest.mark.parametrize("answer", HOSTILE)
async def test_hostile_answers_never_break_anything(
    provider: TvmazeProvider, standin: Any, answer: Any
) -> None:
    standin.always = answer
    for ask in (
        lambda: provider.search(SearchQuery("Lanterns", SHOW)), lambda: provider.details(REF),
        lambda: provider.episodes(REF, 1), lambda: provider.feed("popular", SHOW),
        lambda: provider.feed("airing_today", SHOW), lambda: provider.refresh([KnownTitle(REF)]),
        lambda: provider.changes(datetime(2024, 1, 1, tzinfo=UTC), SHOW),
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
        | st.dictionaries(st.sampled_from(["name", "number", "season", "average", "medium"]), inner)
    ),
    max_leaves=8,
)
KEYS = ["id", "name", "premiered", "ended", "genres", "rating", "weight", "network", "externals",
        "image", "summary", "status", "averageRuntime", "runtime", "language", "officialSite",
        "updated", "season", "number", "airdate", "type", "person", "character"]  # fmt: skip
PARTS = ["akas", "cast", "crew", "images", "nextepisode", "seasons"]


@given(st.dictionaries(st.sampled_from(KEYS), ODD), st.dictionaries(st.sampled_from(PARTS), ODD))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_no_answer_however_odd_makes_it_stumble(row: dict[str, Any], more: dict[str, Any]) -> None:
    whole = {"id": 5, "name": "T", **row}
    lists = {each: [row, whole] for each in PARTS}
    for embedded in (more, lists, row):
        assert_plain_text(details({**whole, "_embedded": embedded}, PICTURES))
    assert_plain_text(hit(row, PICTURES))
    assert_plain_text(episodes([row, {"season": 1, "number": 1, **row}], PICTURES))
