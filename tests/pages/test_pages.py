"""The pages on a real server without a browser: who gets in, what is said, what is asked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from seen.compose import Server
from seen.core.cookies import SESSION
from seen.core.ids import new_id
from seen.library.service import Choice
from tests.conftest import PASSWORD, Person
from tests.titles import add_movie, add_show

Client = TestClient[web.Request, web.Application]
FIRST = {"name": "Mara", "email": "mara@home.lan", "password": PASSWORD}


async def get(client: Client, path: str, **headers: str) -> tuple[int, str]:
    """Status and text, or where a redirect leads."""
    async with client.get(path, allow_redirects=False, headers=headers) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


async def post(client: Client, path: str, /, **form: str) -> tuple[int, str]:
    async with client.post(
        path, data=form, allow_redirects=False, headers={"Sec-Fetch-Site": "same-origin"}
    ) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


async def come_in(client: Client, email: str) -> None:
    """Sign the client in as a browser does."""
    status, _ = await post(client, "/app/login", email=email, password=PASSWORD)
    assert status == 303


@pytest.fixture
async def at_home(client: Client, admin: Person) -> AsyncIterator[Client]:
    """A browser of the admin."""
    await come_in(client, "admin@example.org")
    yield client


@pytest.fixture
async def as_guest(client: Client, user: Person) -> AsyncIterator[Client]:
    """A browser of somebody who is not an admin."""
    await come_in(client, "user@example.org")
    yield client


async def add_file(server: Server, media_id: Any, name: str, episode: Any = None) -> Any:
    """A file of a title, as a scan would have written it."""
    item_id = new_id()
    root = await server.db.fetchval(
        "insert into library_roots (id, path) values ($1, '/media') on conflict (path)"
        " do update set path = excluded.path returning id",
        new_id(),
    )
    await server.db.execute(
        "insert into library_items (id, root_id, media_id, absolute_path, file_name,"
        " file_size_bytes, modified_ns, container_format, video_codec, audio_codec,"
        " match_state, match_confidence, match_reason)"
        " values ($1, $2, $3, $4, $5, 1000000, 1, 'mp4', 'h264', 'aac', 'matched', 1, 'The name')",
        item_id, root, media_id, f"/media/{name}", name,
    )  # fmt: skip
    await server.db.execute(
        "insert into library_streams (id, library_item_id, stream_index, stream_type, codec)"
        " values ($1, $2, 0, 'video', 'h264')", new_id(), item_id,
    )  # fmt: skip
    if episode is not None:
        await server.db.execute(
            "insert into library_item_episodes values ($1, $2)", item_id, episode
        )
    return item_id


# --- the first run ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/app/dashboard", "/app/movies", "/app/login", "/app/settings"])
async def test_before_there_is_an_admin_every_page_leads_to_the_setup(
    client: Client, path: str
) -> None:
    assert await get(client, path) == (303, "/app/setup")


async def test_whoever_comes_first_is_the_admin_and_nobody_after(
    server: Server, client: Client
) -> None:
    assert await post(client, "/app/setup/admin", **FIRST) == (303, "/app/setup/folders")
    status, page = await get(client, "/app/setup/folders")
    assert status == 200 and "Where is your media?" in page
    client.session.cookie_jar.clear()
    again = {**FIRST, "email": "eve@home.lan"}
    assert await post(client, "/app/setup/admin", **again) == (303, "/app/login")
    assert [each.email for each in await server.accounts.users()] == ["mara@home.lan"]


async def test_what_is_wrong_with_the_first_account_is_said_beside_the_field(
    client: Client,
) -> None:
    status, page = await post(client, "/app/setup/admin", name="Mara", email="x", password="short")
    assert status == 422
    assert "This is not an email address" in page and 'value="Mara"' in page


async def test_the_demo_starts_with_one_press(server: Server, client: Client) -> None:
    assert await post(client, "/app/setup/demo", **FIRST) == (303, "/app/dashboard")
    run = await server.jobs.latest("demo")
    assert run is not None
    status, page = await get(client, "/app/dashboard")
    assert status == 200 and "Home" in page


async def test_the_steps_behind_the_first_need_the_admin(as_guest: Client) -> None:
    assert (await get(as_guest, "/app/setup/folders"))[0] == 403
    assert (await post(as_guest, "/app/setup/demo"))[0] == 403
    assert await get(as_guest, "/app/setup") == (303, "/app/dashboard")


async def test_a_folder_that_is_not_there_is_said_beside_its_path(
    at_home: Client, tmp_path: Path
) -> None:
    for path in ("/app/setup/folders", "/app/admin/roots"):
        status, page = await post(at_home, path, path=str(tmp_path / "nowhere"))
        assert status == 422 and "It does not exist" in page
    assert await post(at_home, "/app/setup/folders", path=str(tmp_path)) == (
        303, "/app/setup/folders",
    )  # fmt: skip
    status, page = await get(at_home, "/app/setup/folders")
    assert str(tmp_path) in page


# --- doors -----------------------------------------------------------------------------------


async def test_signing_in_makes_a_new_session_each_time(server: Server, at_home: Client) -> None:
    first = at_home.session.cookie_jar.filter_cookies(at_home.make_url("/"))[SESSION].value
    at_home.session.cookie_jar.clear()
    await come_in(at_home, "admin@example.org")
    second = at_home.session.cookie_jar.filter_cookies(at_home.make_url("/"))[SESSION].value
    assert first != second


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("/app/movies?genre=Drama", "/app/movies?genre=Drama"),
        ("https://elsewhere.example/app", "/app/dashboard"),
        ("//elsewhere.example/app", "/app/dashboard"),
        ("/app\\@elsewhere.example", "/app/dashboard"),
        ("javascript:alert(1)", "/app/dashboard"),
    ],
)
async def test_signing_in_leads_nowhere_else(
    client: Client, admin: Person, target: str, place: str
) -> None:
    found = await post(
        client, "/app/login", email="admin@example.org", password=PASSWORD, next=target
    )
    assert found == (303, place)


async def test_guessing_passwords_is_slow(client: Client, admin: Person) -> None:
    wanted = {"email": "admin@example.org", "password": "not this one"}
    statuses = [(await post(client, "/app/login", **wanted))[0] for _ in range(12)]
    assert statuses[:10] == [422] * 10 and statuses[10:] == [429, 429]


async def test_an_invitation_lets_one_person_in(at_home: Client) -> None:
    status, page = await post(at_home, "/app/admin/users/invitations", role="user")
    found = re.search(r"/app/register/[\w-]+", page)
    assert status == 200 and found
    at_home.session.cookie_jar.clear()
    status, page = await get(at_home, found.group())
    assert status == 200 and "Admin has invited you" in page
    guest = {"name": "Jonas", "email": "jonas@home.lan", "password": PASSWORD}
    assert await post(at_home, found.group(), **guest) == (303, "/app/dashboard")
    at_home.session.cookie_jar.clear()
    status, page = await get(at_home, found.group())
    assert "This invitation has ended." in page
    assert (await get(at_home, "/app/register/nobody-made-this"))[0] == 404


async def test_settings_are_kept_and_mistakes_are_said(at_home: Client) -> None:
    saved = await post(at_home, "/app/settings/playback", watched_percent="80")
    assert saved == (303, "/app/settings/playback?saved=1")
    status, page = await get(at_home, "/app/settings/playback?saved=1")
    assert 'value="80"' in page and "Saved." in page
    status, page = await post(
        at_home, "/app/settings/password", current="wrong", password="another long one"
    )
    assert status == 422 and "This is not your password" in page


# --- who sees what ---------------------------------------------------------------------------

ADMIN_PAGES = (
    "/app/admin", "/app/admin/roots", "/app/admin/plugins", "/app/admin/users",
    "/app/library/review",
)  # fmt: skip


@pytest.mark.parametrize("path", ADMIN_PAGES)
async def test_admin_pages_are_for_admins(as_guest: Client, path: str) -> None:
    assert (await get(as_guest, path))[0] == 403


@pytest.mark.parametrize("path", ADMIN_PAGES)
async def test_admin_pages_answer(at_home: Client, path: str) -> None:
    assert (await get(at_home, path))[0] == 200


async def test_people_see_no_paths(server: Server, as_guest: Client, admin: Person) -> None:
    media_id = await add_movie(server)
    await add_file(server, media_id, "Tidewater.mp4")
    for path in (f"/app/title/{media_id}", "/app/library", "/app/library?q=tide"):
        status, page = await get(as_guest, path)
        assert status == 200 and "/media/" not in page, path
    await come_in(as_guest, "admin@example.org")
    assert "/media/Tidewater.mp4" in (await get(as_guest, f"/app/title/{media_id}"))[1]


@pytest.mark.parametrize(
    "path",
    [
        "/app/title/x",
        "/app/title/0190aaaa-0000-7000-8000-000000000000",
        "/app/watch/1",
        "/app/settings/nothing",
    ],
)
async def test_what_is_not_there_is_said_in_the_shell(at_home: Client, path: str) -> None:
    status, page = await get(at_home, path)
    assert status == 404 and 'class="sidebar"' in page


# --- titles ----------------------------------------------------------------------------------


async def test_a_show_goes_on_with_the_first_unseen_episode(
    server: Server, at_home: Client
) -> None:
    media_id, episodes = await add_show(server, seasons=(2, 2))
    for number, episode in enumerate(episodes):
        await add_file(server, media_id, f"e{number}.mp4", episode)
    page = f"/app/title/{media_id}"
    assert "Play S1 E1" in (await get(at_home, page))[1]
    assert (await post(at_home, f"{page}/seen?episode={episodes[0]}", seen="true"))[0] == 303
    text = (await get(at_home, page))[1]
    assert "Play S1 E2" in text and "1 of 2" in text
    await post(at_home, f"{page}/seen?season=1", seen="true")
    assert "Play S2 E1" in (await get(at_home, page))[1]


async def test_the_search_finds_titles_and_file_names(server: Server, at_home: Client) -> None:
    media_id = await add_movie(server, "The Long Quiet", 2023)
    await add_file(server, media_id, "quiet_FINAL_v2.mp4")
    for words in ("long qui", "THE LONG", "final_v2"):
        assert "The Long Quiet" in (await get(at_home, f"/app/search?q={words}"))[1], words
    page = (await get(at_home, "/app/search?q=the long quite"))[1]
    assert "The Long Quiet" in page and "“the long quiet” finds" in page
    assert (await get(at_home, "/app/search?q=%25_%5C"))[0] == 200


@pytest.mark.parametrize("sort", ["title", "added", "year"])
async def test_a_grid_goes_on_where_the_page_before_ended(
    server: Server, at_home: Client, sort: str
) -> None:
    for number in range(65):
        media_id = await add_movie(server, f"Film {number:02}", 1950 + number % 7)
        await add_file(server, media_id, f"{number}.mp4")
    status, page = await get(at_home, f"/app/movies?sort={sort}")
    more = re.search(r'href="(/app/movies\?[^"]*cursor=[^"]+)"', page)
    assert status == 200 and more
    status, rest = await get(at_home, more[1].replace("&amp;", "&"), **{"HX-Request": "true"})
    titles = re.findall(r'card-title clip">(Film \d\d)<', page + rest)
    assert len(titles) == len(set(titles)) == 65 and "<html" not in rest


async def test_grids_are_filtered_by_what_was_seen(server: Server, at_home: Client) -> None:
    seen, other = await add_movie(server, "Low Sun"), await add_movie(server, "Meridian")
    for media_id in (seen, other):
        await add_file(server, media_id, f"{media_id}.mp4")
    await post(at_home, f"/app/title/{seen}/seen", seen="true")
    for wanted, title in (("seen", "Low Sun"), ("unseen", "Meridian")):
        page = (await get(at_home, f"/app/movies?seen={wanted}"))[1]
        assert re.findall(r'card-title clip">([^<]+)<', page) == [title]


async def test_the_number_of_queries_does_not_grow_with_the_library(
    server: Server, at_home: Client
) -> None:
    async def asked(path: str) -> int:
        before = server.db.queries
        status, _ = await get(at_home, path)
        assert status == 200
        return server.db.queries - before

    show, episodes = await add_show(server, seasons=(2,))
    for number, episode in enumerate(episodes):
        await add_file(server, show, f"e{number}.mp4", episode)
    first = await add_movie(server, "Film")
    item = await add_file(server, first, "film.mp4")
    paths = [
        "/app/dashboard", "/app/movies", "/app/shows", "/app/library", "/app/library?q=film",
        f"/app/title/{first}", f"/app/title/{show}", f"/app/watch/{item}", "/app/library/review",
        "/app/library?view=ignored",
    ]  # fmt: skip
    few = [await asked(path) for path in paths]
    for number in range(30):
        media_id = await add_movie(server, f"Film {number}", 1990)
        await add_file(server, media_id, f"{number}.mp4")
        other, more = await add_show(server, f"Show {number}", seasons=(3,))
        await add_file(server, other, f"s{number}.mp4", more[0])
        await post(at_home, f"/app/title/{other}/seen?episode={more[0]}", seen="true")
    many = [await asked(path) for path in paths]
    # One may be the look-up of the session, one the cards of a rail that was empty before.
    assert all(now <= then + 2 for now, then in zip(many, few, strict=True)), (few, many)
    # The first page asks for a dozen widgets and tells what was done last.
    assert max(many[1:]) <= 16 and many[0] <= 30


async def test_all_files_of_a_show_are_put_right_at_once(server: Server, at_home: Client) -> None:
    wrong, episodes = await add_show(server, "Northlight", seasons=(3,))
    right, _ = await add_show(server, "Northline", seasons=(3,))
    items = []
    for number, episode in enumerate(episodes, 1):
        item_id = await add_file(server, wrong, f"Northline S01E0{number}.mp4", episode)
        parsed = {"kind": "show", "title": "Northline", "season": 1, "episodes": [number]}
        await server.db.execute(
            "update library_items set evidence = $2 where id = $1", item_id, {"parsed": parsed}
        )
        items.append(item_id)
    page = (await get(at_home, f"/app/title/{wrong}"))[1]
    assert any(f"/app/library/review?file={each}" in page for each in items)
    assert await server.library.match_whole(items[0], Choice(right)) == 3
    assert "Not in your library" in (await get(at_home, f"/app/title/{wrong}"))[1]
    assert (await get(at_home, f"/app/title/{right}"))[1].count("Play episode") == 3
