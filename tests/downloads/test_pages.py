"""The pages of downloads without a browser: what they show, to whom, and what they send."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
import pytest

from seen.compose import Server
from seen.core.ids import new_id
from seen.tracking.model.opinions import Part
from tests.conftest import PASSWORD, Person
from tests.downloads.conftest import add, reaches, until
from tests.downloads.puppet import Stage
from tests.downloads.torrents import torrent
from tests.titles import add_movie

Client = aiohttp.ClientSession
OURS = {"Sec-Fetch-Site": "same-origin"}


@asynccontextmanager
async def browser(person: Person, email: str) -> AsyncIterator[Client]:
    """A browser of somebody, beside the program that uses their token."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with Client(person.client.make_url("/"), cookie_jar=jar) as session:
        entry = {"email": email, "password": PASSWORD}
        async with session.post("/app/login", data=entry, headers=OURS) as answer:
            assert answer.status == 200
        yield session


@pytest.fixture
async def as_user(user: Person) -> AsyncIterator[Client]:
    """A browser of somebody who is not an admin."""
    async with browser(user, "user@example.org") as opened:
        yield opened


@pytest.fixture
async def as_admin(admin: Person) -> AsyncIterator[Client]:
    """A browser of the admin."""
    async with browser(admin, "admin@example.org") as opened:
        yield opened


async def get(client: Client, path: str) -> tuple[int, str]:
    async with client.get(path) as answer:
        return answer.status, await answer.text()


async def post(client: Client, path: str, data: Any = None) -> tuple[int, str]:
    async with client.post(path, data=data, headers=OURS) as answer:
        return answer.status, await answer.text()


async def fill(server: Server, user: Person, count: int) -> None:
    """Many downloads in all states, as if they had been there for long."""
    await server.downloader.stop()
    await server.db.execute(
        "insert into download_jobs (id, user_id, source_type, source, scheme, title, status,"
        " progress_percent, queue_position, import_state, error_message)"
        " select gen_random_uuid(), $1, 'http', 'http://example.org/' || n, 'http', 'Film ' || n,"
        "  s, case s when 'completed' then 100 else n % 100 end, n,"
        "  case s when 'completed' then 'imported' end, ''"
        " from (select n, (array['queued', 'completed', 'failed', 'cancelled'])[1 + n % 4] as s"
        "   from generate_series(1, $2::int) n) x",
        user.viewer.user_id,
        count,
    )


async def test_a_link_and_a_file_are_added_without_script(server: Server, as_user: Client) -> None:
    await server.downloader.stop()
    status, page = await post(as_user, "/app/downloads", {"source": "http://example.org/Film.mkv"})
    assert status == 200 and "Film.mkv" in page and "Next in line" in page
    form = aiohttp.FormData()
    form.add_field("source", "")
    form.add_field("torrent", torrent(), filename="film.torrent")
    status, page = await post(as_user, "/app/downloads", form)
    assert status == 200 and "1 before it · 50 kB" in page
    for source, said in (("http://10.0.0.1/x", "10.0.0.1 is a private address"), ("", "not a link"),
                         ("magnet:?dn=x", "does not say which content")):  # fmt: skip
        status, page = await post(as_user, "/app/downloads", {"source": source})
        assert status == 422 and said in page


async def test_a_download_may_be_added_for_a_title(server: Server, as_user: Client) -> None:
    await server.downloader.stop()
    media_id = await add_movie(server, "Tidewater")
    _, page = await get(as_user, f"/app/downloads?media={media_id}")
    assert "For Tidewater (2019)" in page
    status, page = await post(
        as_user, "/app/downloads", {"source": "http://example.org/x.mkv", "media": str(media_id)}
    )
    assert status == 200 and re.search(r"<h2[^>]*><a[^>]*>Tidewater</a>", page)


async def test_a_title_tells_how_far_somebody_has_come(
    server: Server, stage: Stage, user: Person, as_user: Client
) -> None:
    media_id = await add_movie(server, "Tidewater")

    async def way() -> list[tuple[str, str]]:
        _, page = await get(as_user, f"/app/title/{media_id}")
        return re.findall(r'<li class="way-(\w+)"[^>]*>(?:<svg.*?</svg>)?([^<]+)', page)

    assert await way() == []
    job_id = await add(user, mediaId=str(media_id))
    held = await stage.held(job_id)
    await reaches(user, job_id, "downloading")
    assert await way() == [
        ("done", "Wanted"), ("now", "Downloading"), ("ahead", "In the library"),
        ("ahead", "Watched"), ("ahead", "Rated"),
    ]  # fmt: skip
    held.finish({"film.mkv": b"x" * 1000})
    await reaches(user, job_id, "completed")

    async def looked_at() -> bool:
        # No library folder was chosen.
        return (await way())[1:3] == [("done", "Downloaded"), ("stuck", "In the library")]

    await until(looked_at)
    await server.tracking.mark_watched(user.viewer, media_id)
    await server.tracks.opinions.rate(user.viewer, Part(media_id), 85)
    assert (await way())[3:] == [("done", "Watched"), ("done", "Rated 4 stars")]


async def test_others_see_nothing_of_it(server: Server, as_user: Client, admin: Person) -> None:
    await server.downloader.stop()
    theirs = await add(admin, "http://example.org/secret.mkv")
    _, page = await get(as_user, "/app/downloads?everyone=true")
    assert "secret.mkv" not in page and "Nothing is being downloaded" in page
    assert (await get(as_user, f"/app/downloads/{theirs}"))[0] == 404
    for action in ("pause", "cancel", "retry", "remove", "resume", "first"):
        assert (await post(as_user, f"/app/downloads/{theirs}/{action}"))[0] == 404
    await post(as_user, "/app/downloads/all", {"action": "cancel", "everyone": "true"})
    _, body = await admin.call("GET", f"/downloads/{theirs}")
    assert body["status"] == "queued"
    assert (await get(as_user, "/app/admin/downloads"))[0] == 403


async def test_the_page_of_a_download_tells_its_story(
    server: Server, stage: Stage, user: Person, as_user: Client
) -> None:
    job_id = await add(user)
    held = await stage.held(job_id)
    held.message, held.final, held.state = "The server has <no> such file", True, "failed"
    await reaches(user, job_id, "failed")
    _, page = await get(as_user, f"/app/downloads/{job_id}")
    assert "The server has &lt;no&gt; such file" in page and "First has begun" in page
    assert f"/app/downloads/{job_id}/retry" in page


async def test_five_thousand_downloads_are_a_page_and_a_few_queries(
    server: Server, user: Person, as_user: Client
) -> None:
    await fill(server, user, 5000)
    before = server.db.queries
    status, page = await get(as_user, "/app/downloads")
    assert status == 200 and server.db.queries - before <= 12
    assert page.count('class="job"') == 30 and len(page) < 120_000
    seen = set(re.findall(r'id="job-([\w-]+)"', page))
    for _ in range(3):
        more = re.search(r'class="button jobs-more" href="([^"]+)"', page)
        assert more
        path = more[1].replace("&amp;", "&")
        async with as_user.get(path, headers={"HX-Request": "true"}) as answer:
            page = await answer.text()
        found = set(re.findall(r'id="job-([\w-]+)"', page))
        assert len(found) == 30 and not found & seen
        seen |= found
    _, page = await get(as_user, "/app/downloads?show=failed")
    assert "Try all again" in page and page.count("Retry now") == 30


async def test_settings_are_saved_and_mistakes_are_said(
    server: Server, admin: Person, as_admin: Client, tmp_path: Any
) -> None:
    root = await server.library.add_root(str(tmp_path))
    form = {"root_": str(root.id), "way": "copy", "movie_name": "{title}", "show_name": "x",
            "quota_jobs": "5", "quota_gigabytes": "20"}  # fmt: skip
    status, page = await post(as_admin, "/app/admin/downloads", form)
    assert status == 422 and "must name {episode}" in page
    form["show_name"] = "{title} {season} {episode}"
    status, page = await post(as_admin, "/app/admin/downloads", form)
    assert status == 200 and "Saved." in page and 'value="20"' in page
    path = f"/app/admin/downloads/people/{admin.viewer.user_id}"
    status, page = await post(as_admin, path, {"jobs": "7", "gigabytes": ""})
    assert status == 200 and 'value="7"' in page
    assert (await post(as_admin, path, {"jobs": "many", "gigabytes": ""}))[0] == 422
    assert (await post(as_admin, path.replace("people/", "people/0"), {}))[0] == 404


# --- live ----------------------------------------------------------------------------------------


class Ear:
    """What a page hears over its event stream."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.bytes = 0

    async def listen(self, client: Client) -> None:
        async with client.get("/app/events") as answer:
            async for line in answer.content:
                self.bytes += len(line)
                if line.startswith(b"data: "):
                    self.told.append(msgspec.json.decode(line[6:]))

    def of(self, topic: str) -> list[dict[str, Any]]:
        return [each for each in self.told if each["topic"] == topic]


@pytest.fixture
async def ear(as_user: Client) -> AsyncIterator[Ear]:
    made = Ear()
    task = asyncio.create_task(made.listen(as_user))
    await asyncio.sleep(0.2)
    yield made
    task.cancel()


async def test_a_page_hears_what_changes_and_nothing_else(
    server: Server, stage: Stage, user: Person, admin: Person, ear: Ear
) -> None:
    job_id = await add(user)
    held = await stage.held(job_id)
    held.total, held.done, held.speed = 1000, 400, 28_100_000
    theirs = await add(admin, "http://127.0.0.1/other.mkv")
    other = await stage.held(theirs)
    other.total, other.done = 1000, 900

    async def heard() -> bool:
        lines = [line for each in ear.of("download_progress") for line in each["jobs"]]
        return [job_id, 40, "Downloading 40%", "28.1 MB/s · 1 s left", 28_100_000] in lines

    await until(heard)
    told = len(ear.of("download_progress"))
    await asyncio.sleep(0.3)
    assert len(ear.of("download_progress")) <= told + 1  # nothing moves, nothing is told
    assert theirs not in str(ear.told)
    assert {each["subject"] for each in ear.of("downloads")} == {job_id}


async def test_among_five_thousand_an_idle_page_hears_next_to_nothing(
    server: Server, stage: Stage, user: Person, ear: Ear
) -> None:
    await fill(server, user, 5000)
    await server.db.execute("delete from download_jobs where status = 'queued'")
    await server.downloader.start()
    ids = [await add(user, f"http://127.0.0.1/{number}.mkv") for number in range(3)]
    for each in ids:
        held = await stage.held(each)
        held.total, held.done, held.speed = 10**9, 10**6, 10**6
        await reaches(user, each, "downloading")
    await asyncio.sleep(0.5)
    polls, before = stage.asked["status"], ear.bytes
    await asyncio.sleep(1)
    ticks = stage.asked["status"] - polls
    assert ticks and (ear.bytes - before) / ticks < 2000


async def test_an_admin_may_look_at_everybodys(
    server: Server, user: Person, as_admin: Client
) -> None:
    await server.downloader.stop()
    await add(user, "http://example.org/theirs.mkv")
    _, page = await get(as_admin, "/app/downloads")
    assert "theirs.mkv" not in page and "Everybody&#39;s" in page
    _, page = await get(as_admin, "/app/downloads?everyone=true")
    assert "theirs.mkv" in page and "data-everyone" in page
    assert (await get(as_admin, f"/app/downloads/{new_id()}"))[0] == 404
