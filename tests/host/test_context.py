"""What a plugin is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from seen.core.cache import ProcessCache
from seen.core.settings import Settings
from seen.host.context import Surroundings, private_hosts
from seen.host.discovery import discover
from seen.host.life import ImportTurn, Life
from seen.plugin.models import SearchQuery
from tests.host.workshop import QUICK, MakeHost, Workshop, plugin_threads, provider

FIELDS = """
[[field]]
name = "base_url"
type = "url"
"""

WORKER = provider("""
async def search(self, query):
    wish, _, rest = query.title.partition(" ")
    answer = ""
    if wish == "get":
        try:
            async with self.ctx.http.get(rest) as response:
                answer = await response.text()
        except OSError as error:
            answer = f"refused: {error}"
    if wish == "cache":
        await self.ctx.cache.set("k", b"kept", 60)
        answer = (await self.ctx.cache.get("k")).decode()
        await self.ctx.cache.delete("gone")
    if wish == "blocking":
        def work(a, b): return f"{a + b} {threading.current_thread().name}"
        answer = await self.ctx.run_blocking(work, 1, b=2)
    if wish == "folder":
        (self.ctx.data_dir / "file").write_text("x")
        answer = str(self.ctx.data_dir)
    if wish == "resolve":
        await asyncio.get_running_loop().getaddrinfo("localhost", 80)
    if wish == "config":
        try: self.ctx.config["base_url"] = "x"
        except TypeError: answer = "read only"
    return [SearchHit(ExternalRef("test", MediaKind.MOVIE, "1"), answer)]
""")


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", hello)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


async def test_requests_reach_the_address_the_admin_named_and_nothing_else_private(
    workshop: Workshop, make_host: MakeHost, server: TestServer
) -> None:
    base = f"http://127.0.0.1:{server.port}"
    workshop.plugin("named", WORKER, fields=FIELDS)
    workshop.plugin("unnamed", WORKER, fields=FIELDS)
    host = await make_host(environ={"SEEN_NAMED_BASE_URL": base + "/"})
    await host.settled(5)
    for handle in host.metadata_providers():
        hits = await handle.call(lambda p: p.search(SearchQuery(f"get {base}/")))
        if handle.plugin == "named":
            assert hits[0].title == "hello"
        else:
            assert "refused" in hits[0].title and "private address" in hits[0].title


async def test_the_small_things_work_and_leave_nothing_behind(
    workshop: Workshop, settings: Settings
) -> None:
    workshop.plugin("worker", WORKER, fields=FIELDS)
    cache = ProcessCache()
    surroundings = Surroundings(asyncio.get_running_loop(), cache, settings.data_dir)
    found = discover()["worker"]
    life = Life(found, "worker", {"base_url": ""}, surroundings, ["metadata_providers"], QUICK,
                ImportTurn(QUICK))  # fmt: skip
    await life.bring_up()
    (member,) = life.members

    async def ask(wish: str) -> str:
        hits: list[object] = await member.handle.call(lambda p: p.search(SearchQuery(wish)))
        return str(getattr(hits[0], "title", ""))

    assert await ask("cache") == "kept"
    assert await cache.get("plugin:worker:k") == b"kept"
    assert await ask("blocking") == "3 plugin-worker-work-0"
    assert await ask("folder") == str(settings.data_dir / "plugins" / "worker")
    assert await ask("config") == "read only"
    assert await ask("resolve") == ""
    assert await life.take_down()
    assert await life.take_down()
    assert plugin_threads() == []


def test_the_hosts_an_admin_named_are_allowed_with_their_port() -> None:
    given = {"a": "http://media.lan", "b": "https://[::1]:8443/x", "c": "", "d": "https://x.org"}
    assert private_hosts(given, ("a", "b", "c", "d")) == ["media.lan:80", "[::1]:8443", "x.org:443"]


async def test_a_data_folder_is_only_made_when_asked_for(
    workshop: Workshop, make_host: MakeHost, settings: Settings
) -> None:
    workshop.plugin("good")
    host = await make_host()
    await host.settled(5)
    assert not Path(settings.data_dir / "plugins").exists()
