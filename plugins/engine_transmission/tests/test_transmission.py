"""What the engine does beyond the contract, with a real Transmission."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from seen_engine_transmission.engine import TransmissionEngine
from seen_engine_transmission.program import settings_of
from seen_engine_transmission.states import Job, is_complete, local_trouble, status_of

from seen.plugin import AuthFailed, NotReady, PluginError, Unsupported
from seen.plugin.daemon import Daemon, free_port
from seen.plugin.models import DownloadSpec
from seen.plugin.testing.engines import Engines, until
from seen.plugin.testing.fakes import FakeShared
from seen.plugin.testing.jobs import CONTENT
from seen.plugin.testing.swarm import Swarm, swarm
from seen.plugin.testing.torrents import PIECE
from seen.plugin.testing.webserver import Served, web_server

Make = Engines[TransmissionEngine]
PASSWORD = "a password of mine"


@pytest.fixture
async def peers() -> AsyncIterator[Swarm]:
    async with swarm() as running, web_server() as server:
        running.beside = server
        yield running


@pytest.fixture
async def make(plugin_context: Callable[..., Any]) -> AsyncIterator[Make]:
    engines = Engines(TransmissionEngine, plugin_context)
    yield engines
    await engines.stop()


@pytest.fixture
async def yours(tmp_path: Path) -> AsyncIterator[str]:
    """A Transmission that somebody else started."""
    folder = tmp_path / "plugin_data_yours"
    folder.mkdir()
    port = free_port()
    (folder / "settings.json").write_text(json.dumps(settings_of({}, port, PASSWORD)))
    daemon = Daemon("daemon", folder / "log")
    daemon.start(["transmission-daemon", "--foreground", "--config-dir", str(folder)])
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except ConnectionRefusedError:
            await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    os.kill(daemon.pid, signal.SIGKILL)
    await daemon.stop(1)


def seeded(peers: Swarm, tmp_path: Path) -> DownloadSpec:
    """A job for a torrent that a web server has."""
    peers.beside.files["/film.mkv"] = Served(CONTENT, piece=PIECE)
    made = peers.add({"film.mkv": CONTENT}, [], web_seeds=[peers.beside.url("/film.mkv")])
    return DownloadSpec("job-1", "x.torrent", tmp_path / "downloads" / "job-1", made.encoded)


async def test_a_magnet_link_becomes_its_content_through_a_tracker_and_a_peer(
    make: Make, peers: Swarm, tmp_path: Path
) -> None:
    made = peers.add({"film.mkv": CONTENT, "more/notes.txt": b"notes"}, name="A film")
    engine = await make()
    folder = tmp_path / "downloads"
    await engine.add(DownloadSpec("job-1", made.magnet, folder))
    await until(engine, lambda found: found.state == "completed")
    assert (folder / "A film" / "film.mkv").read_bytes() == CONTENT
    assert peers.announced[0]["info_hash"].encode("latin-1") == made.info_hash


async def test_the_same_torrent_is_brought_once(make: Make, peers: Swarm, tmp_path: Path) -> None:
    engine = await make()
    spec = seeded(peers, tmp_path)
    await engine.add(spec)
    with pytest.raises(PluginError, match="Another download"):
        await engine.add(replace(spec, job_id="job-2", folder=tmp_path / "job-2"))
    assert set(await engine.status(["job-1", "job-2"])) == {"job-1"}


@pytest.mark.parametrize(
    ("source", "torrent"),
    [("http://host/film", None), ("magnet:?xt=urn:btih:zz", None), ("x", b"d4:infode")],
)
async def test_what_transmission_must_not_see_is_refused(
    make: Make, tmp_path: Path, source: str, torrent: bytes | None
) -> None:
    engine = await make()
    with pytest.raises((PluginError, Unsupported)):
        await engine.add(DownloadSpec("job-1", source, tmp_path, torrent))
    assert await engine.status(["job-1"]) == {}


# --- the daemon ----------------------------------------------------------------------------------


async def test_a_program_that_is_not_installed_is_told_at_the_start(make: Make) -> None:
    with pytest.raises(NotReady, match="no-such-program is not installed"):
        await make(program="no-such-program")


async def test_a_program_that_is_not_transmission_is_told(
    make: Make, peers: Swarm, tmp_path: Path
) -> None:
    program = tmp_path / "plugin_data_program"
    program.write_text("#!/bin/sh\necho something is wrong\n")
    program.chmod(0o755)
    engine = await make(program=str(program))
    with pytest.raises(NotReady, match="Transmission ended at once: something is wrong"):
        await engine.add(seeded(peers, tmp_path))


async def test_nothing_is_started_before_there_is_something_to_do(make: Make) -> None:
    engine = await make()
    assert (await engine.health()).state == "healthy"
    assert engine._own is None


async def test_what_the_gate_refuses_stands_on_its_list(make: Make) -> None:
    engine = await make()
    engine._ctx.allow = ("192.168.7.0/24",)
    await engine._opened()
    folder = engine._book.store.folder / "transmission"
    listed = (folder / "blocklists" / "seen.p2p").read_text().splitlines()
    assert "private:10.0.0.0-10.255.255.255" in listed
    assert not any("192.168.7." in each for each in listed)
    assert (folder / "settings.json").stat().st_mode & 0o777 == 0o600


def test_its_settings_are_private() -> None:
    found = settings_of({}, 1, "x")
    for name in ("dht-enabled", "lpd-enabled", "pex-enabled", "utp-enabled",
                 "port-forwarding-enabled", "rename-partial-files"):  # fmt: skip
        assert found[name] is False
    assert found["rpc-bind-address"] == "127.0.0.1" and found["blocklist-enabled"]


def test_it_ends_with_a_killed_server(tmp_path: Path) -> None:
    """The engine runs in another process, which is killed."""
    script = f"""
import asyncio
from pathlib import Path
from seen.plugin.testing.engines import Engines, until
from seen.plugin.testing.fakes import FakeContext
from seen_engine_transmission.engine import TransmissionEngine
async def main():
    engine = TransmissionEngine(FakeContext({{}}, Path({str(tmp_path)!r})))
    await engine.start()
    await engine._opened()
    print(engine._own.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        pid = int(running.stdout.readline())
        command = Path(f"/proc/{pid}/cmdline")
        assert b"transmission" in command.read_bytes()
        running.kill()
    while command.exists() and b"transmission" in command.read_bytes():
        pass


async def test_what_a_killed_transmission_forgot_lies_in_its_folder_again(
    make: Make, peers: Swarm, tmp_path: Path
) -> None:
    """It writes down late where a torrent belongs. The engine's own notes may be lost as well, when
    another process had the job meanwhile."""
    spec = seeded(peers, tmp_path)
    engine = await make()
    await engine.add(spec)
    assert engine._own is not None
    os.kill(engine._own.pid, signal.SIGKILL)
    while engine._own.runs:
        await asyncio.sleep(0.01)
    work = await engine._opened()
    (job,) = engine._book
    while await work.ask([job]) == [None]:
        await asyncio.sleep(0.01)
    engine._book._jobs.clear()
    await engine.adopt(spec, spec.folder)
    await until(engine, lambda found: found.state == "completed")
    assert (spec.folder / "film.mkv").read_bytes() == CONTENT


# --- a Transmission of yours ---------------------------------------------------------------------


async def test_jobs_in_your_transmission_are_known_to_every_process(
    make: Make, yours: str, peers: Swarm, tmp_path: Path
) -> None:
    config, shared = {"url": yours, "username": "seen", "password": PASSWORD}, FakeShared()
    spec = seeded(peers, tmp_path)
    first = await make(shared=shared, **config)
    assert "shared" in first.features
    await first.add(spec)
    await first.stop()
    second = await make(shared=shared, **config)
    await until(second, lambda found: found.state == "completed")
    assert (spec.folder / "film.mkv").read_bytes() == CONTENT
    strange = replace(spec, job_id="job-2", folder=tmp_path / "elsewhere")
    stranger = await make(**config)
    await stranger.add(strange)
    assert "already, in another folder" in (await stranger.status(["job-2"]))["job-2"].message
    await second.remove("job-1", True)
    assert not list(spec.folder.iterdir())


async def test_a_wrong_password_is_told(make: Make, yours: str) -> None:
    engine = await make(url=yours, username="seen", password="wrong")
    health = await engine.health()
    assert health.message == "Transmission refuses the name or the password"
    with pytest.raises(AuthFailed):
        await engine.add(DownloadSpec("job-1", f"magnet:?xt=urn:btih:{'a' * 40}", Path("/nowhere")))


async def test_nobody_at_the_address_is_told(make: Make) -> None:
    engine = await make(url=f"http://127.0.0.1:{free_port()}")
    assert (await engine.health()).message == "Transmission does not answer"


@pytest.mark.parametrize(
    "answer",
    [b"hello", b"[]", b"{}", b'{"result": 5}', b'{"result": "success"}', b"\xff", b"null",
     b'{"result": "success", "arguments": {}}', b'{"result": "success", "arguments": 5}'],
)  # fmt: skip
async def test_what_is_not_transmission_is_told(make: Make, answer: bytes) -> None:
    async def talk(_: web.Request) -> web.Response:
        return web.Response(body=answer)

    app = web.Application()
    app.router.add_post("/transmission/rpc", talk)
    async with TestServer(app) as other:
        engine = await make(url=f"http://127.0.0.1:{other.port}")
        health = await engine.health()
    assert health.state == "failed" and "is not Transmission" in health.message


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "state", "words"),
    [
        ({"status": 4, "metadataPercentComplete": 0.5}, "fetching_metadata", ""),
        ({"status": 2, "sizeWhenDone": 9}, "checking", ""),
        ({"status": 4, "sizeWhenDone": 9, "errorString": "not\nregistered"}, "downloading",
         "The tracker says: not registered"),
        ({"status": 0, "sizeWhenDone": 9}, "queued", ""),
        ({"status": "odd", "rateDownload": None}, "queued", ""),
    ],
)  # fmt: skip
def test_what_transmission_says_becomes_a_status(said: Any, state: str, words: str) -> None:
    found = status_of(Job("1", "x", "/x"), said)
    assert (found.state, found.message) == (state, words)


def test_progress_is_never_taken_back() -> None:
    job = Job("1", "x", "/x")
    assert status_of(job, {"status": 4, "sizeWhenDone": 9, "haveValid": 7}).bytes_done == 7
    assert status_of(job, {"status": 2, "sizeWhenDone": 9, "haveValid": 1}).bytes_done == 7


def test_only_what_has_been_looked_through_is_complete() -> None:
    assert is_complete({"status": 6, "sizeWhenDone": 9, "leftUntilDone": 0})
    assert not is_complete({"status": 2, "sizeWhenDone": 9, "leftUntilDone": 0})
    assert not is_complete({"status": 4, "sizeWhenDone": 9, "leftUntilDone": 1})
    assert not is_complete({"status": 4, "metadataPercentComplete": 0, "leftUntilDone": 0})


def test_trouble_on_the_disk_is_told() -> None:
    assert local_trouble({"errorString": "No space left on device"}) == "The disk is full"
    assert local_trouble({"errorString": " odd\n"}) == "Transmission cannot go on: odd"
