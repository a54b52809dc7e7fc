"""What the provider makes of answers, good and odd ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seen_metadata_igdb.dates import day_of, releases, seconds
from seen_metadata_igdb.games import Pictures, details, hits, time_to_beat
from seen_metadata_igdb.provider import IgdbProvider

from seen.plugin import MediaKind, NotFound, Unsupported
from seen.plugin.models import BrowseQuery, ExternalRef, KnownTitle, SearchQuery, TimeToBeat
from seen.plugin.testing.shapes import assert_plain_text

GAME = MediaKind.GAME
REF = ExternalRef("igdb", GAME, "11")
PICTURES = Pictures("https://pictures.example")


async def titles(provider: IgdbProvider, title: str, year: int | None = None) -> list[str]:
    return [each.title for each in await provider.search(SearchQuery(title, GAME, year))]


async def test_the_exact_name_comes_first_then_the_best_known(provider: IgdbProvider) -> None:
    assert await titles(provider, "harbour") == ["Harbour", "Harbour Quest", "The Slow Harbour"]


async def test_dlc_editions_and_erotic_games_stay_out_of_searches(provider: IgdbProvider) -> None:
    assert await titles(provider, "Harbour Quest") == ["Harbour Quest"]
    assert await titles(provider, "Lantern") == []


async def test_a_name_in_another_script_is_found(provider: IgdbProvider) -> None:
    assert await titles(provider, "港クエスト") == ["Harbour Quest"]


async def test_a_number_of_the_service_gives_that_game_alone(provider: IgdbProvider) -> None:
    for known, wanted in (("14", ["14"]), ("424242", []), ("1 | id > 0", []), ("0", [])):
        query = SearchQuery("", GAME, external_ids={"igdb": known})
        assert [each.ref.id for each in await provider.search(query)] == wanted


async def test_details_come_with_one_request(provider: IgdbProvider, standin: Any) -> None:
    await provider.start()
    found = await provider.details(REF)
    assert [endpoint for endpoint, _ in standin.asked] == ["multiquery"]
    assert (found.rating, found.votes, found.status) == (72, 200, "Early Access")
    assert (found.genres, found.keywords) == (("Role-playing (RPG)",), ("Fantasy",))
    assert found.companies == ("Tide Works", "Quay Press")
    assert (found.franchises, found.platforms) == (("Harbour", "Quests"), ("PC",))
    assert found.artwork.poster.endswith("/t_cover_big_2x/co11.jpg")
    assert found.artwork.backdrop.endswith("/t_1080p/ar1.jpg")
    assert [each.rsplit("/", 1)[1] for each in found.screenshots] == ["sc1.jpg"]
    assert found.time_to_beat == TimeToBeat(3600, 7200, None)
    assert [each.name for each in found.trailers] == ["Trailer"]
    assert (found.homepage, found.link) == (
        "https://quest.example.org", "https://www.igdb.com/games/harbour-quest"
    )  # fmt: skip
    assert found.validator == "1700000000"


async def test_what_belongs_to_a_game_is_told_apart(provider: IgdbProvider) -> None:
    found = await provider.details(REF)
    assert [each.title for each in found.similar] == ["Harbour"]
    assert [(each.relation, each.hit.title) for each in found.related] == [
        ("dlc", "Harbour Quest: Fog"), ("edition", "Harbour Quest: Golden Edition"),
    ]  # fmt: skip


async def test_dates_are_as_rough_as_they_are_known(provider: IgdbProvider) -> None:
    found = (await provider.details(REF)).releases
    assert [(str(e.day), e.precision, e.platform, e.region, e.note) for e in found] == [
        ("2023-11-14", "day", "PC", "", ""), ("2024-02-29", "month", "", "", "Early Access"),
        ("2030-06-30", "quarter", "", "JP", ""),
        ("2031-12-31", "year", "Handheld", "", "North America"),
        ("None", "unknown", "Console", "", ""),
    ]  # fmt: skip


def test_times_before_1970_and_nonsense_are_told_apart() -> None:
    assert day_of({"at": -86_400 * 31}, "at") == date(1969, 12, 1)
    for odd in (10**15, -(10**15), -(10**11), True, "1", None, 1.5):
        assert day_of({"at": odd}, "at") is None
    assert day_of({"at": seconds(date(2024, 2, 29))}, "at") == date(2024, 2, 29)
    assert releases({"release_dates": [{"date_format": 3, "y": 99_999}, {"y": 0}]})[0].day is None


def test_times_to_beat_that_nobody_told_are_none() -> None:
    assert time_to_beat({"hastily": 0, "normally": None, "completely": "x"}) is None
    assert time_to_beat({"completely": 10}) == TimeToBeat(None, None, 10)


async def test_a_list_comes_with_all_of_each_game(provider: IgdbProvider) -> None:
    page = await provider.feed("popular", GAME)
    assert [each.title for each in page.hits[:2]] == ["Harbour", "Harbour Quest"]
    assert {each.ref for each in page.details} == {each.ref for each in page.hits}
    quest = next(each for each in page.details if each.ref == REF)
    assert quest.time_to_beat and quest.releases and quest.similar
    assert page.next_page is None


async def test_lists_are_what_they_are_called(provider: IgdbProvider, standin: Any) -> None:
    anticipated = await provider.feed("most_anticipated", GAME)
    assert [each.title for each in anticipated.hits] == ["Tide"]
    trending = await provider.feed("trending", GAME)
    assert [each.title for each in trending.hits] == ["Harbour", "Harbour Quest"]
    rated = await provider.feed("top_rated", GAME)
    assert "The Slow Harbour" not in {each.title for each in rated.hits}
    with pytest.raises(Unsupported):
        await provider.feed("airing_today", GAME)
    with pytest.raises(Unsupported):
        await provider.feed("popular", MediaKind.MOVIE)


async def test_browsing_asks_by_genre_year_and_order(provider: IgdbProvider) -> None:
    assert await provider.genres(GAME) == ("Role-playing (RPG)", "Adventure")
    assert (await provider.browse(BrowseQuery(GAME, "Role-playing (RPG)"))).hits
    assert not (await provider.browse(BrowseQuery(GAME, "Adventure"))).hits
    assert not (await provider.browse(BrowseQuery(GAME, "Nonsense"))).hits
    old = await provider.browse(BrowseQuery(GAME, year=1969))
    assert [each.title for each in old.hits] == ["Old Pier"]
    assert not (await provider.browse(BrowseQuery(GAME, year=99_999))).hits


async def test_releases_name_additions_too(provider: IgdbProvider) -> None:
    found = await provider.releases(date(2023, 10, 1), date(2023, 11, 14), GAME)
    assert [each.title for each in found] == ["Harbour", "Harbour Quest: Fog", "Harbour Quest",
                                              "The Slow Harbour"]  # fmt: skip


async def test_changes_are_followed_to_the_end(
    provider: IgdbProvider, standin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seen_metadata_igdb import lists

    monkeypatch.setattr(lists, "MOST_ROWS", 3)
    monkeypatch.setattr("seen_metadata_igdb.apicalypse.MOST_ROWS", 3)
    standin.games = {n: {"id": n, "updated_at": 1000 + n // 2} for n in range(1, 12)}
    found = await provider.changes(datetime.fromtimestamp(1002, UTC), GAME)
    assert {int(each.id) for each in found} == set(range(4, 12))


async def test_what_became_of_games_costs_two_requests(
    provider: IgdbProvider, standin: Any
) -> None:
    await provider.start()
    known = [KnownTitle(ExternalRef("igdb", GAME, str(n)), at)
             for n, at in ((11, "1"), (12, "1700000000"), (15, "1700000000"))]  # fmt: skip
    found = {each.ref.id: each for each in await provider.refresh(known)}
    assert {known: each.state for known, each in found.items()} == {
        "11": "changed", "12": "unchanged", "15": "unchanged",
    }  # fmt: skip
    assert found["11"].details is not None and found["11"].details.validator == "1700000000"
    assert [endpoint for endpoint, _ in standin.asked] == ["games", "games", "game_time_to_beats"]


async def test_a_game_is_gone_when_it_is_missing_twice(
    provider: IgdbProvider, standin: Any
) -> None:
    await provider.start()
    gone = KnownTitle(ExternalRef("igdb", GAME, "424242"), "1")
    strangers = [KnownTitle(ExternalRef("other", GAME, "1")),
                 KnownTitle(ExternalRef("igdb", GAME, "1; drop"))]  # fmt: skip
    assert [each.state for each in await provider.refresh([gone, *strangers])] == ["gone"]
    assert len(standin.asked) == 2
    assert await provider.refresh(strangers) == ()


async def test_a_page_that_is_another_game_is_none(provider: IgdbProvider, standin: Any) -> None:
    with pytest.raises(NotFound):
        await provider.details(ExternalRef("igdb", GAME, "424242"))
    standin.always = [{"name": "game", "result": [{"id": 12, "name": "Harbour"}]}]
    with pytest.raises(Exception, match="cannot be read"):
        await provider.details(REF)


HOSTILE: list[Any] = [
    [], [None, 7, "x", [1]], [{}], [{"id": None, "name": None}], [{"id": "x", "name": {"a": 1}}],
    [{"id": 11, "name": "<script>alert(1)</script>\u202eQuest", "summary": "<p>a</p>\x00" * 900}],
    [{"id": 11, "name": "N", "cover": [1], "genres": "x", "release_dates": {"a": 1}}],
    [{"id": 11, "name": "N" * 100_000, "similar_games": [[[]]], "first_release_date": 10**30}],
    [{"name": None, "result": 7}, {"name": "game", "result": "x"}], [{"name": ["a"], "result": []}],
]  # fmt: skip


@pytest.mark.parametrize("answer", HOSTILE)
async def test_hostile_answers_never_break_anything(
    provider: IgdbProvider, standin: Any, answer: Any
) -> None:
    await provider.start()
    standin.always = answer
    assert_plain_text(await provider.search(SearchQuery("Harbour", GAME)))
    page = await provider.feed("popular", GAME)
    assert_plain_text(page)
    assert_plain_text(await provider.refresh([KnownTitle(REF, "1")]))
    assert_plain_text(await provider.changes(datetime(2024, 1, 1, tzinfo=UTC), GAME))
    assert_plain_text(await provider.similar(REF))
    assert_plain_text(await provider.genres(GAME))


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "date", "image_id", "company"]), inner)
    ),
    max_leaves=8,
)
KEYS = ["id", "name", "cover", "artworks", "screenshots", "genres", "themes", "platforms",
        "franchise", "franchises", "collections", "involved_companies", "videos", "websites",
        "release_dates", "similar_games", "dlcs", "parent_game", "total_rating", "hypes",
        "total_rating_count", "first_release_date", "updated_at", "game_status", "slug",
        "alternative_names", "summary", "url"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), ODD), ODD)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_no_row_however_odd_makes_it_stumble(row: dict[str, Any], odd: Any) -> None:
    whole = {"id": 5, "name": "T", **row}
    assert_plain_text(details(whole, PICTURES, time_to_beat({"hastily": odd})))
    assert_plain_text(hits([row, whole], PICTURES))
    releases({"release_dates": [row, {"date": odd, "date_format": odd, "y": odd, "m": odd}]})
