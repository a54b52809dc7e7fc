"""What the server remembers of a person's watching."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from seen.compose import Server
from seen.core.errors import NotHere
from tests.conftest import Person
from tests.titles import add_movie, add_show


async def report(person: Person, media_id: UUID, position: float, **more: Any) -> tuple[int, Any]:
    body = {"mediaId": str(media_id), "positionSeconds": position, "durationSeconds": 6000, **more}
    return await person.call("POST", "/progress", json=body)


async def continue_watching(person: Person) -> list[dict[str, Any]]:
    status, answer = await person.call("GET", "/progress/continue-watching")
    assert status == 200
    items: list[dict[str, Any]] = answer["items"]
    return items


async def test_leaving_in_the_middle_is_remembered_to_the_second(
    server: Server, user: Person
) -> None:
    movie = await add_movie(server)
    assert await report(user, movie, 1872.5) == (200, {"verdict": "in_progress"})
    (card,) = await continue_watching(user)
    assert (card["title"], card["positionSeconds"]) == ("Tidewater", 1872.5)
    assert card["detail"] == "1 h 9 min left"
    await report(user, movie, 2000)
    (card,) = await continue_watching(user)
    assert card["positionSeconds"] == 2000


async def test_opening_by_accident_loses_neither_mark_nor_position(
    server: Server, user: Person
) -> None:
    movie = await add_movie(server)
    await user.call("POST", "/watched", json={"mediaId": str(movie)})
    await report(user, movie, 3)
    assert (await server.tracking.marks(user.viewer.user_id, [movie]))[movie].seen
    other = await add_movie(server, "Meridian", 2022)
    await report(user, other, 3000)
    await report(user, other, 3)
    (card,) = await continue_watching(user)
    assert card["positionSeconds"] == 3000


async def test_a_viewing_counts_once_however_often_its_end_is_reported(
    server: Server, user: Person
) -> None:
    movie = await add_movie(server)
    await report(user, movie, 3000)
    for position in (5600, 5700, 5900):
        assert (await report(user, movie, position))[1] == {"verdict": "watched"}
    await report(user, movie, 6000, state="ended")
    count = await server.db.fetchval("select count(*) from user_watched")
    assert count == 1
    assert await continue_watching(user) == []


async def test_dismissing_hides_a_title_until_it_is_played_again(
    server: Server, user: Person
) -> None:
    movie = await add_movie(server)
    await report(user, movie, 3000)
    status, _ = await user.call("DELETE", f"/progress/continue-watching/{movie}")
    assert status == 204
    assert await continue_watching(user) == []
    (row,) = await server.tracking.progress(user.viewer, movie)
    assert row.position_seconds == 3000
    await report(user, movie, 3100)
    assert len(await continue_watching(user)) == 1


async def test_next_up_is_the_first_unseen_episode_after_the_furthest_seen(
    server: Server, user: Person
) -> None:
    show, episodes = await add_show(server, seasons=(3, 2))
    for number in (0, 2):
        await user.call(
            "POST", "/watched", json={"mediaId": str(show), "episodeId": str(episodes[number])}
        )
    (following,) = await server.tracking.next_up(user.viewer.user_id, 10)
    assert following.episode_id == episodes[3]
    assert (following.season_number, following.number) == (2, 1)
    await report(user, show, 1000, episodeId=str(episodes[3]))
    assert await server.tracking.next_up(user.viewer.user_id, 10) == []


async def test_a_season_is_marked_in_one_act_and_taken_back_in_one(
    server: Server, user: Person
) -> None:
    show, _ = await add_show(server, seasons=(3, 2))
    body = {"mediaId": str(show), "season": 1}
    assert await user.call("POST", "/watched", json=body) == (200, {"changed": 3})
    assert await user.call("POST", "/watched", json=body) == (200, {"changed": 0})
    mark = (await server.tracking.marks(user.viewer.user_id, [show]))[show]
    assert (mark.episodes_seen, mark.episodes_total, mark.seen) == (3, 5, False)
    assert await user.call("DELETE", "/watched", json=body) == (200, {"changed": 3})
    mark = (await server.tracking.marks(user.viewer.user_id, [show]))[show]
    assert mark.episodes_seen == 0


async def test_a_show_needs_its_episode_and_an_episode_its_own_show(
    server: Server, user: Person
) -> None:
    show, episodes = await add_show(server)
    movie = await add_movie(server)
    status, problem = await report(user, show, 1000)
    assert (status, problem["code"]) == (422, "episode_needed")
    assert (await report(user, movie, 1000, episodeId=str(episodes[0])))[0] == 404
    assert (await report(user, uuid4(), 1000))[0] == 404


async def test_nobody_sees_the_progress_of_somebody_else(
    server: Server, admin: Person, user: Person
) -> None:
    movie = await add_movie(server)
    await report(user, movie, 3000)
    assert await continue_watching(admin) == []
    assert (await admin.call("GET", "/progress"))[1]["items"] == []
    assert (await admin.call("DELETE", f"/progress/continue-watching/{movie}"))[0] == 404


async def test_pages_of_progress_hold_every_row_once(server: Server, user: Person) -> None:
    for number in range(7):
        await report(user, await add_movie(server, f"Film {number}", 2000 + number), 3000)
    seen: list[str] = []
    cursor = ""
    for _ in range(4):
        _, page = await user.call("GET", f"/progress?limit=3&cursor={cursor}")
        seen += [each["mediaId"] for each in page["items"]]
        cursor = page["nextCursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 7
    status, problem = await user.call("GET", "/progress?cursor=rubbish")
    assert (status, problem["code"]) == (422, "bad_cursor")


async def test_the_dashboard_asks_the_same_number_of_questions_for_any_library(
    server: Server, user: Person
) -> None:
    await server.host.settled(20)

    async def questions() -> int:
        before = server.db.queries
        await server.dashboard.widgets(user.viewer)
        return server.db.queries - before

    movie = await add_movie(server)
    await report(user, movie, 3000)
    few = await questions()
    for number in range(12):
        await report(user, await add_movie(server, f"Film {number}", 2000 + number), 3000)
    assert await questions() == few


async def test_what_is_put_aside_does_not_go_on_until_it_is_played_again(
    server: Server, user: Person
) -> None:
    show, episodes = await add_show(server)
    watching, states = server.tracks.watching, server.tracks.states
    await watching.mark_watched(user.viewer, show, episode_id=episodes[0])
    assert len(await watching.next_up(user.viewer.user_id, 5)) == 1
    await states.set_status(user.viewer, [show], "paused")
    assert await watching.next_up(user.viewer.user_id, 5) == []
    await report(user, show, 3000, episodeId=str(episodes[1]))
    assert await states.state(user.viewer, show) is None
    assert len(await continue_watching(user)) == 1
    await states.set_status(user.viewer, [show], "dropped")
    assert await watching.continue_watching(user.viewer.user_id, 5) == []


async def test_of_those_who_want_no_history_nothing_that_plays_is_kept(
    server: Server, user: Person
) -> None:
    movie = await add_movie(server)
    await user.call("PATCH", "/settings", json={"keepHistory": False})
    await report(user, movie, 3000)
    await report(user, movie, 5900)
    assert await continue_watching(user) == []
    assert (await user.call("GET", "/history"))[1]["items"] == []
    await user.call("POST", "/watched", json={"mediaId": str(movie)})
    assert len((await user.call("GET", "/history"))[1]["items"]) == 1


async def test_a_history_is_cleared_in_one_act_and_changes_are_forgotten_for_good(
    server: Server, user: Person
) -> None:
    movie, other = await add_movie(server), await add_movie(server, "Other")
    await user.call(
        "POST", "/watched", json={"mediaId": str(movie), "watchedAt": "2020-01-01T20:00:00Z"}
    )
    await report(user, other, 3000)
    since = {"since": "2024-01-01T00:00:00Z"}
    assert await user.call("DELETE", "/history", params=since) == (200, {"cleared": 1})
    assert await user.call("DELETE", "/history") == (200, {"cleared": 1})
    _, acts = await user.call("GET", "/history/acts")
    assert acts["items"][0]["sentence"] == "Cleared 1 entry of your history"
    await user.call("POST", f"/history/acts/{acts['items'][0]['id']}/undo")
    assert len((await user.call("GET", "/history"))[1]["items"]) == 1
    assert (await user.call("DELETE", "/history/acts"))[1]["cleared"] == 4
    assert (await user.call("GET", "/history/acts"))[1]["items"] == []


async def test_the_day_of_a_viewing_changes_and_its_hour_does_not(
    server: Server, user: Person, other_user: Person
) -> None:
    movie = await add_movie(server)
    at = datetime(2026, 1, 2, 21, 30, tzinfo=UTC)
    await server.tracks.watching.mark_watched(user.viewer, movie, watched_at=at)
    (viewing,) = await server.tracks.history.viewings(user.viewer, 5, media_id=movie)
    await server.tracks.history.set_day(user.viewer, viewing.id, date(2025, 3, 4))
    (viewing,) = await server.tracks.history.viewings(user.viewer, 5)
    assert viewing.watched_at == datetime(2025, 3, 4, 21, 30, tzinfo=UTC)
    with pytest.raises(NotHere):
        await server.tracks.history.set_day(other_user.viewer, viewing.id, date(2024, 1, 1))
    async with user.client.get(f"/app/title/{movie}/marks", headers=user.headers) as answer:
        text = await answer.text()
    assert answer.status == 200 and 'value="2025-03-04"' in text
    async with user.client.get(f"/app/title/{uuid4()}/marks", headers=user.headers) as answer:
        assert answer.status == 404
