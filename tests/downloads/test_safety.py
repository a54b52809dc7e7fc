"""Nothing that a stranger made gets further than it may: not on the network, not on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from seen.compose import Server
from tests.conftest import Person
from tests.downloads.conftest import reaches, until
from tests.downloads.puppet import Held, Stage
from tests.downloads.torrents import info_of, torrent

MAGNET = "magnet:?xt=urn:btih:" + "ab" * 20


@dataclass
class Site:
    """A web server with torrent files."""

    server: TestServer
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async def answer(request: web.Request) -> web.Response:
        made.asked.append(request.path)
        if request.path == "/away":
            raise web.HTTPFound("http://[::1]:9/x.torrent")
        body = made.files.get(request.path)
        return web.Response(body=body) if body is not None else web.Response(status=404)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        made = Site(server)
        yield made


async def ask(person: Person, kind: str, source: str) -> str:
    status, body = await person.call(
        "POST", "/downloads", json={"sourceType": kind, "source": source}
    )
    assert status == 201, body
    return str(body["id"])


async def test_a_torrent_behind_an_address_is_fetched_checked_and_cleaned(
    server: Server, stage: Stage, user: Person, site: Site
) -> None:
    site.files["/film.torrent"] = torrent(announce=b"udp://192.168.0.9:1337")
    job_id = await ask(user, "torrent", site.url("/film.torrent"))
    held = await stage.held(job_id)
    assert held.spec.torrent and b"192.168" not in held.spec.torrent
    shown = await reaches(user, job_id, "downloading")
    assert (shown["title"], shown["bytesTotal"]) == ("film.mkv", 50_000)


async def test_a_torrent_behind_an_address_that_is_not_safe_fails_at_once(
    server: Server, stage: Stage, user: Person, site: Site
) -> None:
    site.files["/bad.torrent"] = torrent(info_of(b".."))
    site.files["/page.torrent"] = b"<html>no</html>"
    for path, said in (("/bad.torrent", "not safe"), ("/page.torrent", "not a torrent file"),
                       ("/none.torrent", "answers 404")):  # fmt: skip
        failed = await reaches(user, await ask(user, "torrent", site.url(path)), "failed")
        assert said in failed["errorMessage"] and failed["retryCount"] == 0
    assert not stage.asked["add"]


async def test_a_redirect_into_a_private_network_is_not_followed(
    server: Server, stage: Stage, user: Person, site: Site
) -> None:
    failed = await reaches(user, await ask(user, "torrent", site.url("/away")), "failed")
    assert "private address" in failed["errorMessage"]
    assert not stage.asked["add"]


async def test_files_that_would_lie_elsewhere_end_the_download_before_they_are_complete(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await ask(user, "magnet", MAGNET)
    held = await stage.held(job_id)
    (held.spec.folder / "part").write_bytes(b"x")
    held.contents = {"../../evil.mkv": b"x" * 100}
    held.total = 100
    failed = await reaches(user, job_id, "failed")
    assert failed["errorMessage"].startswith("It is not safe")
    assert job_id not in stage.jobs and not held.spec.folder.exists()


def _link(held: Held) -> None:
    target = held.spec.folder.parent / "secret"
    target.write_bytes(b"x" * 9)
    (held.spec.folder / "film.mkv").symlink_to(target)
    held.contents = {"film.mkv": b"x" * 9}


def _folder_link(held: Held) -> None:
    outside = held.spec.folder.parent / "elsewhere"
    outside.mkdir()
    (outside / "film.mkv").write_bytes(b"x" * 9)
    (held.spec.folder / "sub").symlink_to(outside)
    held.contents = {"sub/film.mkv": b"x" * 9}


def _absolute(held: Held) -> None:
    held.contents = {"/etc/hostname": b"x"}


@pytest.mark.parametrize("trick", [_link, _folder_link, _absolute])
async def test_files_are_inside_the_folder_or_not_at_all(
    server: Server, stage: Stage, user: Person, trick: Any
) -> None:
    job_id = await ask(user, "http", "http://127.0.0.1/film.mkv")
    held = await stage.held(job_id)
    trick(held)
    held.state = "completed"
    failed = await reaches(user, job_id, "failed")
    assert failed["errorMessage"].startswith("It is not safe")


async def test_a_file_that_is_not_where_the_engine_says_is_waited_for_in_words(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await ask(user, "http", "http://127.0.0.1/film.mkv")
    held = await stage.held(job_id)
    held.contents, held.state = {"film.mkv": b"x" * 9}, "completed"

    async def said() -> Any:
        _, body = await user.call("GET", f"/downloads/{job_id}")
        return "under another path" in body["message"]

    await until(said)
    held.finish({"film.mkv": b"x" * 9})
    await reaches(user, job_id, "completed")


async def test_a_full_disk_lets_downloads_rest_and_go_on(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await ask(user, "http", "http://127.0.0.1/film.mkv")
    held = await stage.held(job_id)
    await reaches(user, job_id, "downloading")
    server.downloader._reserve = server.downloader._dispatcher._reserve = 2**60

    async def rests() -> bool:
        return held.state == "paused"

    await until(rests)
    _, shown = await user.call("GET", f"/downloads/{job_id}")
    assert shown["message"].startswith("The disk is nearly full") and not shown["paused"]
    waiting = await ask(user, "magnet", MAGNET)
    await asyncio.sleep(0.3)
    assert waiting not in stage.jobs
    server.downloader._reserve = server.downloader._dispatcher._reserve = 0

    async def goes_on() -> bool:
        return held.state == "downloading" and waiting in stage.jobs

    await until(goes_on)


async def test_what_does_not_fit_waits_and_lets_others_pass(
    server: Server, stage: Stage, user: Person
) -> None:
    large, small = await ask(user, "magnet", MAGNET), ""
    await stage.held(large)
    await reaches(user, large, "downloading")
    await user.call("DELETE", f"/downloads/{large}")
    await server.downloader.stop()
    large = await ask(user, "magnet", MAGNET)
    await server.db.execute("update download_jobs set bytes_total = $1 where status = 'queued'",
                            2**60)  # fmt: skip
    small = await ask(user, "http", "http://127.0.0.1/film.mkv")
    await server.downloader.start()
    await stage.held(small)

    async def said() -> Any:
        _, body = await user.call("GET", f"/downloads/{large}")
        return body["message"].startswith("Needs") and body["status"] == "queued"

    await until(said)
