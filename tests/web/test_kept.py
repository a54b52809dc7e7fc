"""A kept page is the page that would be drawn now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from seen.compose import Server
from seen.core.events import Event
from tests.conftest import Person
from tests.discover.test_discover import quiet
from tests.titles import add_movie

PATHS = ("/app/dashboard", "/app/discover")


async def page(person: Person, path: str, headers: Mapping[str, str] = {}) -> str:
    """A page as a browser gets it."""
    async with person.client.get(path, headers={**person.headers, **headers}) as answer:
        assert answer.status == 200
        return await answer.text()


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_is_drawn_once_until_something_happens(
    server: Server, user: Person, path: str
) -> None:
    first = await page(user, path)
    await quiet(server)
    await page(user, path)
    asked = server.db.queries
    assert await page(user, path) == first
    assert server.db.queries == asked
    for event in (Event("catalog"), Event("progress", user_id=str(user.viewer.user_id))):
        await server.events.emit(event)
        await asyncio.sleep(0.1)
        asked = server.db.queries
        await page(user, path)
        assert server.db.queries > asked, event


async def test_what_one_does_stands_on_the_next_page(server: Server, user: Person) -> None:
    film = await add_movie(server, "Tidewater")
    assert "Tidewater" not in await page(user, "/app/dashboard")
    for _ in range(5):
        assert (await user.call("POST", "/watch-later", json={"mediaId": str(film)}))[0] == 200
        assert "Tidewater" in await page(user, "/app/dashboard")
        assert (await user.call("DELETE", f"/watch-later/{film}"))[0] == 204
        assert "Tidewater" not in await page(user, "/app/dashboard")


async def test_a_page_is_of_one_person(
    server: Server, user: Person, other_user: Person, admin: Person
) -> None:
    await add_movie(server)
    for path in PATHS:
        names = [await page(each, path) for each in (user, other_user, admin)]
        assert ["/app/admin" in each for each in names] == [False, False, True]
        assert "User" in names[0] and "Other" in names[1]


async def test_a_word_about_what_was_done_is_said_once(server: Server, user: Person) -> None:
    film = await add_movie(server)
    await page(user, "/app/dashboard")
    async with user.client.post(
        f"/app/title/{film}/watch-later",
        data={"on": "true"},
        headers=user.headers,
        allow_redirects=False,
    ) as answer:
        act = answer.cookies["seen_act"].value
    cookie = {"Cookie": f"seen_act={act}"}
    assert "data-toast" in await page(user, "/app/dashboard", cookie)
    assert "data-toast" not in await page(user, "/app/dashboard")


async def test_who_may_not_come_in_gets_no_kept_page(
    client: TestClient[web.Request, web.Application], user: Person
) -> None:
    await page(user, "/app/dashboard")
    _, made = await user.call("POST", "/tokens", json={"name": "a script", "scopes": ["read"]})
    for headers in ({}, {"Authorization": f"Bearer {made['token']}"}):
        async with client.get("/app/dashboard", headers=headers, allow_redirects=False) as answer:
            assert answer.status in (303, 403)


async def test_many_who_ask_at_once_get_one_drawing(server: Server, user: Person) -> None:
    await page(user, "/app/discover")
    await quiet(server)

    async def cost(people: int) -> int:
        await server.events.emit(Event("catalog"))
        await asyncio.sleep(0.1)
        asked = server.db.queries
        await asyncio.gather(*(page(user, "/app/discover") for _ in range(people)))
        return server.db.queries - asked

    assert await cost(20) == await cost(1)


async def test_a_page_that_is_drawn_again_takes_no_more_room(
    server: Server, user: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seen.web.kept._SECONDS", 0.0)
    first = await page(user, "/app/discover")
    await quiet(server)
    # Room for one and a half: were the one that is too old still counted, both would have to go.
    monkeypatch.setattr("seen.web.kept._MOST_BYTES", len(first.encode()) * 3 // 2)
    await page(user, "/app/discover")
    monkeypatch.setattr("seen.web.kept._SECONDS", 60.0)
    await page(user, "/app/discover")
    asked = server.db.queries
    await page(user, "/app/discover")
    assert server.db.queries == asked
