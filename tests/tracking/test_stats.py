"""Numbers about what somebody watched and played."""

from __future__ import annotations

from datetime import UTC, date, datetime
from xml.etree import ElementTree

from seen.compose import Server
from seen.tracking.model.opinions import Part
from seen.tracking.model.stats import heat_map, longest_streak
from tests.conftest import Person
from tests.titles import add_game, add_movie, add_show


def test_a_streak_is_broken_by_a_day_without_anything() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 4), date(2026, 1, 5)]
    assert longest_streak([*days, date(2026, 1, 6)]) == 3
    assert longest_streak([]) == 0


def test_the_picture_of_a_year_has_each_day_once_and_its_fullest_day_darkest() -> None:
    cells = heat_map([(date(2024, 2, 29), 7200), (date(2024, 3, 1), 0)], 2024)
    assert len(cells) == 366 and len({(each.week, each.weekday) for each in cells}) == 366
    levels = {each.day: each.level for each in cells if each.level}
    assert levels == {date(2024, 2, 29): 4, date(2024, 3, 1): 1}
    assert cells[0].weekday == date(2024, 1, 1).weekday() and cells[0].week == 0


async def test_a_year_counts_what_was_in_it_for_its_own_person(
    server: Server, user: Person, other_user: Person
) -> None:
    movie, game = await add_movie(server), await add_game(server)
    show, episodes = await add_show(server, seasons=(2,))
    last_year = datetime(2025, 3, 1, 20, tzinfo=UTC)
    watching = server.tracks.watching
    await watching.mark_watched(user.viewer, movie, watched_at=last_year)
    await watching.mark_watched(user.viewer, show, season=1, watched_at=last_year)
    await watching.mark_watched(user.viewer, movie, again=True)
    await server.tracks.states.log_session(user.viewer, game, 3600, started_at=last_year)
    await server.tracks.opinions.rate(user.viewer, Part(movie), 80)
    status, year = await user.call("GET", "/stats?year=2025")
    assert status == 200
    assert (year["movies"], year["episodes"], year["shows"], year["games"]) == (1, 2, 1, 1)
    assert (year["secondsWatched"], year["secondsPlayed"]) == (6000 + 2 * 3000, 3600)
    assert year["days"] == [{"day": "2025-03-01", "seconds": 12_000 + 3600}]
    _, ever = await user.call("GET", "/stats")
    assert ever["movies"] == 1 and ever["secondsWatched"] == 18_000
    assert ever["ratings"][8] == 1 and ever["meanRating"] == 80
    assert {"name": "Drama", "count": 1} in ever["genres"]
    _, nothing = await other_user.call("GET", "/stats")
    assert nothing["movies"] == 0 and nothing["days"] == []
    assert len(episodes) == 2


async def test_a_year_is_drawn_as_one_picture_without_anything_from_outside(
    server: Server, user: Person
) -> None:
    await server.tracks.watching.mark_watched(
        user.viewer, await add_movie(server, "<b>"), watched_at=datetime(2025, 3, 1, tzinfo=UTC)
    )
    async with user.client.get("/app/statistics/2025/picture.svg", headers=user.headers) as answer:
        text = await answer.text()
    assert answer.status == 200 and answer.content_type == "image/svg+xml"
    ElementTree.fromstring(text)
    assert "My 2025" in text and "href" not in text and "<script" not in text
    async with user.client.get("/app/statistics/nil/picture.svg", headers=user.headers) as answer:
        assert answer.status == 404


async def test_numbers_are_seen_by_others_only_where_somebody_shares_them(
    server: Server, user: Person, other_user: Person
) -> None:
    await server.tracks.watching.mark_watched(user.viewer, await add_movie(server))
    address = f"/stats?person={user.viewer.user_id}"
    assert (await other_user.call("GET", address))[0] == 404
    assert (await other_user.call("GET", "/stats/shared"))[1] == {"items": []}
    await user.call("PATCH", "/settings", json={"shareStatistics": True})
    status, found = await other_user.call("GET", address)
    assert status == 200 and found["movies"] == 1
    _, sharers = await other_user.call("GET", "/stats/shared")
    assert sharers["items"] == [{"id": str(user.viewer.user_id), "name": "User"}]
    page = f"/app/statistics?person={user.viewer.user_id}"
    async with user.client.get(page, headers=other_user.headers) as answer:
        text = await answer.text()
    assert answer.status == 200 and "User lets you see these." in text
    assert "picture.svg" not in text
    await user.call("PATCH", "/settings", json={"shareStatistics": False})
    assert (await other_user.call("GET", address))[0] == 404
