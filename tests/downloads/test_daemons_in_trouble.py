"""The daemon of an engine is away, is something else, or has another password: downloads wait and
say so, and go on by themselves when it is back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from seen_engine_transmission.program import settings_of

from seen.compose import Server
from seen.plugin.daemon import Daemon, free_port
from seen.plugin.testing.swarm import swarm
from seen.plugin.testing.torrents import PIECE
from seen.plugin.testing.webserver import Served, WebServer, web_server
from tests.conftest import Person
from tests.downloads.conftest import add, history, reaches, until
from tests.downloads.puppet import Stage

BODY = os.urandom(600_000)
HALF = 300_000
RIGHT, WRONG = "the right password", "another password"
Ask = Callable[[], Awaitable[str]]


@pytest.fixture
def bundled() -> frozenset[str]:
    """The engines that ask a daemon."""
    return frozenset({"seen-engine-aria2", "seen-engine-transmission"})


@pytest.fixture
def stages(stages: dict[str, Stage]) -> dict[str, Stage]:
    """The puppets take nothing."""
    for each in stages.values():
        each.schemes = frozenset()
    return stages


class Place:
    """An address at which an admin's daemon may be, or something else, or nobody."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._daemon: Daemon | None = None
        self._other: web.AppRunner | None = None

    async def start(self, engine: str, password: str) -> None:
        """Start the daemon, and wait until somebody is at its address."""
        self._folder.mkdir(exist_ok=True)
        self._daemon = Daemon(engine, self._folder / "log")
        if engine == "aria2":
            command = ["aria2c", "--no-conf", "--enable-rpc", f"--rpc-listen-port={self.port}",
                       f"--rpc-secret={password}", "--enable-dht=false", "--enable-dht6=false",
                       f"--listen-port={free_port()}", "--auto-save-interval=1"]  # fmt: skip
        else:
            settings = json.dumps(settings_of({}, self.port, password))
            (self._folder / "settings.json").write_text(settings)
            command = ["transmission-daemon", "--foreground", "--config-dir", str(self._folder)]
        self._daemon.start(command)

        async def somebody() -> bool:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                return False
            writer.close()
            return True

        await until(somebody)

    async def kill(self) -> None:
        """End the daemon without a word."""
        if self._daemon is not None:
            os.kill(self._daemon.pid, signal.SIGKILL)
            await self._daemon.stop(1)
            self._daemon = None

    async def pretend(self) -> None:
        """Let something else answer there."""

        async def answer(_: web.Request) -> web.Response:
            return web.Response(body=b'{"result": ["what", {"is": "this"}]}')

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        self._other = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._other.setup()
        await web.TCPSite(self._other, "127.0.0.1", self.port).start()

    async def clear(self) -> None:
        """Let nobody be there."""
        await self.kill()
        if self._other is not None:
            await self._other.cleanup()
            self._other = None


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    made = Place(tmp_path / "theirs")
    yield made
    await made.clear()


@pytest.fixture
async def gate() -> asyncio.Event:
    """Lets the second half of what is downloaded come."""
    return asyncio.Event()


@pytest.fixture
async def files(gate: asyncio.Event) -> AsyncIterator[WebServer]:
    """A film, for a link and for a torrent that names the server as a web seed."""
    async with web_server() as running:
        running.files["/film.mkv"] = Served(BODY, piece=PIECE, gate=gate, hold_after=HALF)
        yield running


async def says(user: Person, job_id: str, *words: str) -> Any:
    """Wait until a download says something, and answer with it."""

    async def check() -> Any:
        _, body = await user.call("GET", f"/downloads/{job_id}")
        return body if all(each in body["message"] for each in words) else None

    return await until(check, 60)


CONFIG = {
    "aria2": {"secret": RIGHT},
    "transmission": {"username": "seen", "password": RIGHT},
}
REFUSES = {
    "aria2": "aria2 refuses the secret",
    "transmission": "Transmission refuses the name or the password",
}


@pytest.mark.parametrize("engine", ["aria2", "transmission"])
@pytest.mark.timeout(180)
async def test_downloads_wait_for_a_daemon_in_words_and_go_on_by_themselves(
    engine: str, server: Server, admin: Person, user: Person, place: Place, files: WebServer,
    gate: asyncio.Event,
) -> None:  # fmt: skip
    other = "transmission" if engine == "aria2" else "aria2"
    await admin.call("PATCH", f"/admin/plugins/engine_{other}", json={"enabled": False})
    await place.start(engine, RIGHT)
    config = {"url": place.url, **CONFIG[engine]}
    status, said = await admin.call(
        "PATCH", f"/admin/plugins/engine_{engine}", json={"config": config}
    )
    assert status == 200, said
    await place.kill()
    job_id = await ask_for_the_film(engine, user, files)
    waiting = await says(user, job_id, "does not answer")
    assert waiting["status"] == "queued"
    await place.pretend()
    await says(user, job_id, "is not", engine if engine == "aria2" else "Transmission")
    await place.clear()
    await place.start(engine, WRONG)
    waiting = await says(user, job_id, REFUSES[engine])
    assert waiting["status"] in ("queued", "retrying") and waiting["retryCount"] == 0
    await place.kill()
    await place.start(engine, RIGHT)

    async def half() -> bool:
        _, body = await user.call("GET", f"/downloads/{job_id}")
        return bool(body["bytesDownloaded"] >= HALF * 0.8)

    await until(half, 60)
    await place.kill()
    running = await says(user, job_id, "does not answer")
    assert running["status"] == "downloading" and running["bytesDownloaded"] >= HALF * 0.8
    gate.set()
    await place.start(engine, RIGHT)
    done = await reaches(user, job_id, "completed", seconds=60)
    assert done["retryCount"] == 0
    states = await history(user, job_id)
    assert states == ["queued", "preparing", "downloading", "completed"]
    assert (server.settings.downloads / job_id / "film.mkv").read_bytes() == BODY


async def ask_for_the_film(engine: str, user: Person, files: WebServer) -> str:
    """By its address, or by a torrent that names the address."""
    if engine == "aria2":
        return await add(user, files.url("/film.mkv"))
    async with swarm() as peers:
        made = peers.add({"film.mkv": BODY}, [], web_seeds=[files.url("/film.mkv")])
    status, body = await user.call("POST", "/downloads/torrents", data=made.encoded)
    assert status == 201, body
    return str(body["id"])
