"""What the engine does beyond the contract, with a real aria2."""

from __future__ import annotations

import asyncio
import os
import random
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
from hypothesis import given
from hypothesis import strategies as st
from seen_engine_aria2.control import PIECE, read_control, write_control
from seen_engine_aria2.engine import Aria2Engine
from seen_engine_aria2.program import options_of
from seen_engine_aria2.states import trouble

from seen.plugin import AuthFailed, NotReady, PluginError, Unsupported
from seen.plugin.daemon import Daemon, free_port
from seen.plugin.models import DownloadSpec, EngineStatus
from seen.plugin.partial import Partial, Ranges, find_partials, write_partial
from seen.plugin.testing.engines import Engines, until
from seen.plugin.testing.fakes import FakeShared
from seen.plugin.testing.jobs import CONTENT
from seen.plugin.testing.swarm import Swarm, swarm
from seen.plugin.testing.webserver import Served, WebServer, web_server

Make = Engines[Aria2Engine]
SECRET = "a secret of mine"


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    async with web_server() as running:
        running.files["/film.mkv"] = Served(CONTENT)
        yield running


@pytest.fixture
async def peers() -> AsyncIterator[Swarm]:
    async with swarm() as running:
        yield running


@pytest.fixture
async def make(plugin_context: Callable[..., Any]) -> AsyncIterator[Make]:
    engines = Engines(Aria2Engine, plugin_context)
    yield engines
    await engines.stop()


@pytest.fixture
async def yours(tmp_path: Path) -> AsyncIterator[str]:
    """An aria2 that somebody else started."""
    port = free_port()
    daemon = Daemon("aria2", tmp_path / "plugin_data.log")
    daemon.start(["aria2c", "--no-conf", "--enable-rpc", f"--rpc-listen-port={port}",
                  f"--rpc-secret={SECRET}", "--enable-dht=false", "--enable-dht6=false",
                  f"--listen-port={free_port()}", "--auto-save-interval=1"])  # fmt: skip
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except ConnectionRefusedError:
            await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    os.kill(daemon.pid, signal.SIGKILL)
    await daemon.stop(1)


async def completed(engine: Aria2Engine, job: str = "job-1") -> EngineStatus:
    return await until(engine, lambda found: found.state == "completed", job)


async def failed(engine: Aria2Engine) -> EngineStatus:
    while (found := (await engine.status(["job-1"]))["job-1"]).state != "failed":
        await asyncio.sleep(0.02)
    return found


def link(server: WebServer, tmp_path: Path) -> DownloadSpec:
    return DownloadSpec("job-1", server.url("/film.mkv"), tmp_path / "downloads" / "job-1")


# --- sources -------------------------------------------------------------------------------------


async def test_a_magnet_link_becomes_its_content_under_one_id(
    make: Make, peers: Swarm, tmp_path: Path
) -> None:
    made = peers.add({"film.mkv": CONTENT, "more/notes.txt": b"notes"}, name="A film")
    peers.hold_after = 100_000
    engine = await make()
    folder = tmp_path / "downloads"
    known = await engine.add(DownloadSpec("job-1", made.magnet, folder))
    await until(engine, lambda found: found.bytes_done > 0)
    assert {each.path for each in await engine.files(known)} == {
        "A film/film.mkv", "A film/more/notes.txt",
    }  # fmt: skip
    os.kill(engine._own.pid if engine._own else 0, signal.SIGKILL)
    await asyncio.sleep(0.1)
    peers.gate.set()
    await completed(engine)
    assert (folder / "A film" / "film.mkv").read_bytes() == CONTENT
    assert [each.name for each in folder.iterdir()] == ["A film"]


async def test_what_peers_say_a_magnet_link_holds_is_checked(
    make: Make, peers: Swarm, tmp_path: Path
) -> None:
    """A length of pieces of 0 would end aria2."""
    made = peers.add({"film.mkv": CONTENT}, **{"piece length": 0, "pieces": b""})
    engine = await make()
    await engine.add(DownloadSpec("job-1", made.magnet, tmp_path / "downloads"))
    ended = await failed(engine)
    assert ended.final and "pieces cannot be right" in ended.message
    assert engine._own is not None and engine._own.runs


@pytest.mark.parametrize(
    ("source", "torrent"),
    [("ftp://host/film", None), ("magnet:?xt=urn:btih:zz", None), ("x", b"d4:infode"),
     ("x", b"d4:infod6:lengthi5e4:name1:x12:piece lengthi0e6:pieces0:ee")],
)  # fmt: skip
async def test_what_aria2_must_not_see_is_refused(
    make: Make, tmp_path: Path, source: str, torrent: bytes | None
) -> None:
    engine = await make()
    with pytest.raises((PluginError, Unsupported)):
        await engine.add(DownloadSpec("job-1", source, tmp_path, torrent))
    assert await engine.status(["job-1"]) == {}


async def test_a_missing_file_is_told_and_tried_again_when_it_is_added_again(
    make: Make, server: WebServer, tmp_path: Path
) -> None:
    server.files["/film.mkv"].failures = [404]
    engine = await make()
    await engine.add(link(server, tmp_path))
    ended = await failed(engine)
    assert (ended.message, ended.final) == ("The server does not have this file", True)
    await engine.add(link(server, tmp_path))
    await completed(engine)


def test_no_option_comes_from_a_job() -> None:
    options = options_of({"connections": 7}, "http://seen:x@127.0.0.1:1")
    assert options["all-proxy"] == "http://seen:x@127.0.0.1:1" and options["no-proxy"] == ""
    assert options["follow-torrent"] == options["follow-metalink"] == "false"
    assert "all-proxy" not in options_of({}, "")


@pytest.mark.parametrize(
    ("said", "sentence", "final"),
    [
        ({"errorCode": "22", "errorMessage": "The response status is not successful. status=470"},
         "The address is private; an admin can allow it with SEEN_EGRESS_ALLOW", True),
        ({"errorCode": "9"}, "The disk is full", False),
        ({"errorCode": "99", "errorMessage": " odd\nthings "}, "aria2 gave up: odd things", False),
        ({}, "aria2 gave up: error ", False),
    ],
)  # fmt: skip
def test_errors_become_sentences(said: dict[str, str], sentence: str, final: bool) -> None:
    assert trouble(said) == (sentence, final)


# --- moving --------------------------------------------------------------------------------------


@given(
    st.integers(1, 3 * PIECE + 5),
    st.lists(st.tuples(st.integers(0, 3 * PIECE), st.integers(0, 2 * PIECE))),
)
def test_a_control_file_tells_whole_blocks(total: int, given: list[tuple[int, int]]) -> None:
    there = Ranges((start, start + size) for start, size in given).within(total)
    size, found = read_control(write_control(total, there))
    assert size == total and found.covered <= there.covered
    assert found.covered >= there.covered - 2 * 16_384 * len(list(there))
    both = Ranges([*there, *found])
    assert list(both) == list(there)


@pytest.mark.parametrize("damaged", [b"", b"\0\1" + bytes(40), b"\0\2" + bytes(40), b"x" * 60])
def test_a_damaged_control_file_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="control file"):
        assert read_control(damaged)[0] == 0
        raise ValueError("an empty control file")


async def test_ranges_that_another_engine_left_are_kept(
    make: Make, server: WebServer, tmp_path: Path
) -> None:
    body = random.Random(3).randbytes(3 * PIECE)
    served = server.files["/film.mkv"] = Served(body)
    spec = link(server, tmp_path)
    path = spec.folder / "another name.mkv"
    path.parent.mkdir(parents=True)
    path.write_bytes(body[:PIECE] + bytes(PIECE) + body[2 * PIECE :])
    there = ((0, PIECE), (2 * PIECE, 3 * PIECE))
    write_partial(path, Partial(spec.source, len(body), served.tag, durable=there))
    engine = await make()
    await engine.adopt(spec, spec.folder)
    await completed(engine)
    assert path.read_bytes() == body
    assert served.sent == PIECE
    assert [each.name for each in spec.folder.iterdir()] == ["another name.mkv"]


async def test_a_file_that_changed_since_is_fetched_anew(
    make: Make, server: WebServer, tmp_path: Path
) -> None:
    spec = link(server, tmp_path)
    path = spec.folder / "film.mkv"
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(150_000))
    partial = Partial(spec.source, len(CONTENT), '"another"', durable=((0, 150_000),))
    write_partial(path, partial)
    engine = await make()
    await engine.adopt(spec, spec.folder)
    await completed(engine)
    assert path.read_bytes() == CONTENT


async def test_what_is_left_behind_tells_what_is_there(
    make: Make, server: WebServer, tmp_path: Path
) -> None:
    served = server.files["/film.mkv"]
    served.gate, served.piece = asyncio.Event(), 150_000
    spec = link(server, tmp_path)
    engine = await make()
    await engine.add(spec)
    await until(engine, lambda found: found.bytes_done > 0)
    await engine.remove("job-1", False)
    served.gate.set()
    (found,) = find_partials(spec.folder, spec.source).values()
    assert found.bytes_total == len(CONTENT)
    assert found.verified(2**40).covered == 147_456


# --- the daemon ----------------------------------------------------------------------------------


async def test_a_program_that_is_not_installed_is_told_at_the_start(make: Make) -> None:
    with pytest.raises(NotReady, match="no-such-aria2 is not installed"):
        await make(program="no-such-aria2")


async def test_a_program_that_is_not_aria2_is_told(
    make: Make, server: WebServer, tmp_path: Path
) -> None:
    program = tmp_path / "plugin_data_program"
    program.write_text("#!/bin/sh\necho something is wrong\n")
    program.chmod(0o755)
    engine = await make(program=str(program))
    with pytest.raises(NotReady, match="aria2 ended at once: something is wrong"):
        await engine.add(link(server, tmp_path))


async def test_nothing_is_started_before_there_is_something_to_do(make: Make) -> None:
    engine = await make()
    assert (await engine.health()).state == "healthy"
    assert engine._own is None


def test_it_ends_with_a_killed_server(tmp_path: Path) -> None:
    """The engine runs in another process, which is killed."""
    script = f"""
import asyncio
from pathlib import Path
from seen.plugin.testing.engines import Engines, until
from seen.plugin.testing.fakes import FakeContext
from seen_engine_aria2.engine import Aria2Engine
async def main():
    engine = Aria2Engine(FakeContext({{}}, Path({str(tmp_path)!r})))
    await engine.start()
    await engine._opened()
    print(engine._own.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        pid = int(running.stdout.readline())
        assert Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"/")
        running.kill()
    while Path(f"/proc/{pid}").exists() and b"aria2" in Path(f"/proc/{pid}/cmdline").read_bytes():
        pass


async def test_the_secret_stands_in_no_command_line(make: Make) -> None:
    engine = await make()
    await engine._opened()
    assert engine._own is not None
    folder = engine._book.store.folder / "aria2"
    assert (folder / "aria2.conf").stat().st_mode & 0o777 == 0o600
    command = Path(f"/proc/{engine._own.pid}/cmdline").read_bytes()
    assert b"rpc-secret" not in command and b"--conf-path" in command


# --- an aria2 of yours ---------------------------------------------------------------------------


async def test_jobs_in_your_aria2_are_known_to_every_process(
    make: Make, yours: str, server: WebServer, tmp_path: Path
) -> None:
    served, shared = server.files["/film.mkv"], FakeShared()
    served.gate, served.piece = asyncio.Event(), 150_000
    first = await make(shared=shared, url=yours, secret=SECRET)
    assert "shared" in first.features
    await first.add(link(server, tmp_path))
    await until(first, lambda found: found.bytes_done > 0)
    await first.stop()
    second = await make(shared=shared, url=yours, secret=SECRET)
    assert (await second.status(["job-1"]))["job-1"].bytes_done > 0
    served.gate.set()
    await completed(second)
    assert (tmp_path / "downloads" / "job-1" / "film.mkv").read_bytes() == CONTENT
    await second.remove("job-1", True)
    third = await make(shared=shared, url=yours, secret=SECRET)
    assert await third.status(["job-1"]) == {}


async def test_files_that_the_server_cannot_see_are_told(
    make: Make, yours: str, server: WebServer, tmp_path: Path
) -> None:
    engine = await make(url=yours, secret=SECRET)
    spec = replace(link(server, tmp_path), folder=tmp_path / "plugin_data_x" / "job-1")
    await engine.add(spec)
    await asyncio.sleep(0.3)
    (spec.folder / "film.mkv").unlink()
    assert "under the same path" in (await failed(engine)).message


async def test_a_wrong_secret_is_told(make: Make, yours: str) -> None:
    engine = await make(url=yours, secret="wrong")
    health = await engine.health()
    assert (health.state, health.message) == ("failed", "aria2 refuses the secret")
    with pytest.raises(AuthFailed):
        await engine.add(DownloadSpec("job-1", "http://127.0.0.1/", Path("/nowhere")))


async def test_nobody_at_the_address_is_told(make: Make) -> None:
    engine = await make(url=f"http://127.0.0.1:{free_port()}")
    assert (await engine.health()).message == "aria2 does not answer"


@pytest.mark.parametrize(
    "answer",
    [b"hello", b"[]", b"{}", b'{"result": 5}', b'{"result": [7]}', b'{"result": []}', b"\xff",
     b'{"result": [[1], [2]]}', b'{"error": {}}', b'{"result": [{"odd": 1}]}'],
)  # fmt: skip
async def test_what_is_not_aria2_is_told(make: Make, answer: bytes) -> None:
    async def talk(_: web.Request) -> web.Response:
        return web.Response(body=answer)

    app = web.Application()
    app.router.add_post("/jsonrpc", talk)
    async with TestServer(app) as other:
        engine = await make(url=f"http://127.0.0.1:{other.port}")
        health = await engine.health()
    assert health.state == "failed" and "aria2" in health.message
