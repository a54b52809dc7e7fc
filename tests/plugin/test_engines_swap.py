"""A job that moves from one engine to another half done keeps its bytes."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from seen_engine_aria2.engine import Aria2Engine
from seen_engine_http.engine import HttpEngine
from seen_engine_libtorrent.engine import LibtorrentEngine
from seen_engine_transmission.engine import TransmissionEngine

from seen.plugin.models import DownloadSpec, EngineStatus
from seen.plugin.testing.swarm import Swarm, swarm
from seen.plugin.testing.torrents import PIECE
from seen.plugin.testing.webserver import Served, WebServer, web_server

BODY = random.Random(5).randbytes(4 * 1024 * 1024)
HALF = 2 * 1024 * 1024


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    async with web_server() as running:
        yield running


@pytest.fixture
async def peers(server: WebServer) -> AsyncIterator[Swarm]:
    async with swarm() as running:
        yield running


@pytest.fixture
async def make(plugin_context: Callable[..., Any]) -> AsyncIterator[Callable[..., Any]]:
    made: list[Any] = []

    async def engine(kind: Any) -> Any:
        config = {"interface": "127.0.0.1"} if kind is LibtorrentEngine else {}
        made.append(kind(plugin_context(config)))
        await made[-1].start()
        return made[-1]

    yield engine
    for each in made:
        own = getattr(each, "_own", None)
        if own is not None and own.runs:
            os.kill(own.pid, signal.SIGKILL)
        await each.stop()


async def until(engine: Any, reached: Callable[[EngineStatus], bool], done: int = 0) -> int:
    """How many bytes are there as soon as it is as wished; never less than before."""
    while True:
        found: EngineStatus = (await engine.status(["job-1"]))["job-1"]
        if reached(found):
            return found.bytes_done
        assert found.state != "failed", found.message
        await asyncio.sleep(0.03)


@pytest.mark.parametrize(
    ("before", "after"), [(HttpEngine, Aria2Engine), (Aria2Engine, HttpEngine)]
)
async def test_no_verified_range_of_a_file_is_fetched_twice(
    before: Any, after: Any, make: Any, server: WebServer, tmp_path: Path
) -> None:
    gate = asyncio.Event()
    served = server.files["/film.mkv"] = Served(BODY, gate=gate, hold_after=HALF)
    spec = DownloadSpec("job-1", server.url("/film.mkv"), tmp_path / "downloads" / "job-1")
    first = await make(before)
    await first.add(spec)
    done = await until(first, lambda found: found.bytes_done >= HALF * 0.9)
    await first.remove("job-1", False)
    gate.set()
    second, given = await make(after), served.sent
    assert await second.adopt(spec, spec.folder) == "job-1"
    await until(second, lambda found: found.state == "completed")
    assert (spec.folder / "film.mkv").read_bytes() == BODY
    assert [each.name for each in spec.folder.iterdir()] == ["film.mkv"]
    # aria2 keeps its accounts in blocks of 16 KiB.
    assert served.sent - given <= len(BODY) - done + 16 * 1024


@pytest.mark.parametrize(
    ("before", "after"),
    [(LibtorrentEngine, Aria2Engine), (Aria2Engine, LibtorrentEngine),
     (LibtorrentEngine, TransmissionEngine)],
)  # fmt: skip
async def test_a_torrent_is_checked_and_what_is_right_is_kept(
    before: Any, after: Any, make: Any, server: WebServer, peers: Swarm, tmp_path: Path
) -> None:
    seeded = after is TransmissionEngine
    served = server.files["/film.mkv"] = Served(BODY, piece=PIECE)
    seeds = [server.url("/film.mkv")] if seeded else []
    made = peers.add({"film.mkv": BODY}, web_seeds=seeds, piece_length=64 * 1024)
    served.gate, served.hold_after, peers.hold_after = peers.gate, HALF, HALF
    peers.dials = not seeded
    spec = DownloadSpec("job-1", "x.torrent", tmp_path / "downloads" / "job-1", made.encoded)
    first = await make(before)
    await first.add(spec)
    done = await until(first, lambda found: found.bytes_done >= HALF * 0.7)
    await first.remove("job-1", False)
    await asyncio.sleep(0.1)
    peers.gate.set()
    second, given = await make(after), served.sent + peers.served
    assert await second.adopt(spec, spec.folder) == "job-1"
    await until(second, lambda found: found.state == "completed")
    assert (spec.folder / "film.mkv").read_bytes() == BODY
    # Pieces that were half there when it moved, and blocks that were on their way.
    assert served.sent + peers.served - given <= len(BODY) - done + 16 * 64 * 1024
