"""No engine connects to a private address that nobody allowed, whatever it is given.

The engines get jobs that the server has not looked at. What listens where nobody may go are
canaries, over TCP and UDP, on addresses of this machine beside the one that is allowed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from seen_engine_aria2.engine import Aria2Engine
from seen_engine_http.engine import HttpEngine
from seen_engine_libtorrent.engine import LibtorrentEngine
from seen_engine_transmission.engine import TransmissionEngine

from seen.plugin import PluginError
from seen.plugin.models import DownloadSpec, EngineStatus
from seen.plugin.testing.jobs import CONTENT
from seen.plugin.testing.swarm import Swarm, swarm
from seen.plugin.testing.torrents import PIECE
from seen.plugin.testing.webserver import Served, WebServer, web_server

SPELLINGS = (
    "127.0.0.2", "127.2", "2130706434", "017700000002", "0x7f000002", "0177.0.0.2", "0x7f.0.0.2",
    "127.0.0.2.", "user:secret@127.0.0.2", "example.org@127.0.0.2", "[::1]", "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "[64:ff9b::127.0.0.2]", "[64:ff9b::7f00:2]",
    "[::127.0.0.2]", "[2002:7f00:2::]", "\uff11\uff12\uff17.0.0.2", "rebinds.test",
)  # fmt: skip


@dataclass
class Canaries:
    """``visits`` tells who came. All listen on the same port."""

    port: int = 0
    visits: list[str] = field(default_factory=list)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, canaries: Canaries) -> None:
        self._canaries = canaries

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._canaries.visits.append(f"udp from {addr}")


@pytest.fixture
async def canaries() -> AsyncIterator[Canaries]:
    made = Canaries()

    def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.visits.append(f"tcp at {writer.get_extra_info('sockname')}")
        writer.close()

    loop = asyncio.get_running_loop()
    first = await asyncio.start_server(visited, "127.0.0.2", 0)
    made.port = first.sockets[0].getsockname()[1]
    second = await asyncio.start_server(visited, "::1", made.port)
    ears = [
        await loop.create_datagram_endpoint(lambda: _Ear(made), (host, made.port))
        for host in ("127.0.0.2", "::1")
    ]
    yield made
    for server in (first, second):
        server.close()
        await server.wait_closed()
    for transport, _ in ears:
        transport.close()


@pytest.fixture
def rebinding(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands for an address that is allowed, and from the second question on for the
    canary's."""
    asked: list[str] = []
    resolve = socket.getaddrinfo

    def answer(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host in ("rebinds.test", b"rebinds.test"):
            asked.append("rebinds.test")
            host = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    async with web_server() as running:
        yield running


@pytest.fixture
async def peers() -> AsyncIterator[Swarm]:
    async with swarm() as running:
        yield running


@pytest.fixture
async def make(plugin_context: Callable[..., Any]) -> AsyncIterator[Callable[..., Any]]:
    """Starts engines that may reach the rest of this machine as far as it is named."""
    made: list[Any] = []

    async def engine(kind: Any, allow: Sequence[str], **config: Any) -> Any:
        context = plugin_context(config)
        context.allow = tuple(allow)
        made.append(kind(context))
        await made[-1].start()
        return made[-1]

    yield engine
    for each in made:
        own = getattr(each, "_own", None)
        if own is not None and own.runs:
            os.kill(own.pid, signal.SIGKILL)
        await each.stop()


async def ended(engine: Any, specs: Sequence[DownloadSpec]) -> dict[str, EngineStatus]:
    """How jobs ended; those that were refused at once are left out."""
    known = []
    for each in specs:
        try:
            known.append(await engine.add(each))
        except PluginError:
            continue
    while True:
        found = dict(await engine.status(known))
        if all(each.state in ("completed", "failed") for each in found.values()):
            return found
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("kind", [HttpEngine, Aria2Engine])
async def test_no_link_and_no_redirect_leads_to_a_canary(
    kind: Any, make: Any, canaries: Canaries, server: WebServer, rebinding: None, tmp_path: Path
) -> None:
    specs = []
    for n, host in enumerate(SPELLINGS):
        target = f"http://{host}:{canaries.port}/secret"
        server.files[f"/{n}"] = Served(b"", location=target)
        for way, source in (("direct", target), ("redirect", server.url(f"/{n}"))):
            job = f"{way}-{n}"
            specs.append(DownloadSpec(job, source, tmp_path / "downloads" / job))
    specs.append(DownloadSpec("https", f"https://127.0.0.2:{canaries.port}/", tmp_path / "https"))
    engine = await make(kind, [f"127.0.0.1:{server.port}"])
    if kind is HttpEngine:
        engine._timing = type(engine._timing)(attempts=2, first_pause=0.01)
    found = await ended(engine, specs)
    assert {each.state for each in found.values()} == {"failed"}
    assert canaries.visits == []
    told = [each.message for each in found.values()]
    assert any("private" in each or "does not allow" in each for each in told)


@pytest.mark.parametrize("kind", [HttpEngine, Aria2Engine])
async def test_a_name_that_turns_private_between_two_parts_is_not_followed(
    kind: Any, make: Any, canaries: Canaries, rebinding: None, tmp_path: Path
) -> None:
    """The first connection goes where it may; the next one of the same download would not."""
    visits = []

    async def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\nAccept-Ranges: bytes\r\n"
                     b'ETag: "1"\r\n\r\n' + bytes(3000))  # fmt: skip
        await writer.drain()
        writer.close()

    inside = await asyncio.start_server(begin, "127.0.0.1", canaries.port)
    engine = await make(kind, [f"127.0.0.1:{canaries.port}"])
    if kind is HttpEngine:
        engine._timing = type(engine._timing)(attempts=2, first_pause=0.01)
    source = f"http://rebinds.test:{canaries.port}/film.mkv"
    found = await ended(engine, [DownloadSpec("job-1", source, tmp_path / "downloads")])
    inside.close()
    assert found["job-1"].state == "failed"
    assert visits and canaries.visits == []


def wires(canaries: Canaries) -> tuple[list[str], list[str]]:
    """Trackers and web seeds that lead to the canaries, in every spelling."""
    trackers = [f"{scheme}://{host}:{canaries.port}/announce"
                for host in SPELLINGS for scheme in ("http", "udp")]  # fmt: skip
    # Transmission spends half a second with each that it does not reach.
    seeds = [f"http://{host}:{canaries.port}/film.mkv" for host in SPELLINGS[::3]]
    return trackers, seeds


@pytest.mark.parametrize("kind", [LibtorrentEngine, Aria2Engine, TransmissionEngine])
async def test_no_tracker_web_seed_or_peer_of_a_torrent_leads_to_a_canary(
    kind: Any, make: Any, canaries: Canaries, peers: Swarm, server: WebServer, tmp_path: Path
) -> None:
    """What is allowed brings the content meanwhile, so everything else had its turn."""
    server.files["/film.mkv"] = Served(CONTENT, piece=PIECE)
    server.files["/moved.mkv"] = Served(b"", location=f"http://127.0.0.2:{canaries.port}/film.mkv")
    peers.peers = socket.inet_aton("127.0.0.2") + canaries.port.to_bytes(2, "big")
    trackers, seeds = wires(canaries)
    server.files["/announce"] = Served(b"", location=trackers[0])
    made = peers.add(
        {"film.mkv": CONTENT}, [peers.url, server.url("/announce"), *trackers],
        web_seeds=[*seeds, server.url("/moved.mkv"), server.url("/film.mkv")],
        beside={"nodes": [["127.0.0.2", canaries.port]], "httpseeds": seeds},
    )  # fmt: skip
    config = {"interface": "127.0.0.1"} if kind is LibtorrentEngine else {}
    engine = await make(kind, ["127.0.0.1"], **config)
    found = await ended(engine, [DownloadSpec("job-1", "x", tmp_path / "d", made.encoded)])
    assert found["job-1"].state == "completed", found
    assert peers.announced
    assert canaries.visits == []


@pytest.mark.parametrize("kind", [LibtorrentEngine, Aria2Engine, TransmissionEngine])
async def test_nothing_in_a_magnet_link_leads_to_a_canary(
    kind: Any, make: Any, canaries: Canaries, peers: Swarm, server: WebServer, tmp_path: Path
) -> None:
    peers.dials = False
    peers.peers = socket.inet_aton("127.0.0.2") + canaries.port.to_bytes(2, "big")
    trackers, seeds = wires(canaries)
    moved = Served(b"", location=trackers[0])
    server.files["/announce"] = server.files["/moved.mkv"] = moved
    announced = [peers.url, server.url("/announce"), *trackers]
    seeds.append(server.url("/moved.mkv"))
    link = peers.add({"film.mkv": CONTENT}, announced).magnet
    link += "".join(f"&ws={quote(each)}&as={quote(each)}&xs={quote(each)}" for each in seeds)
    link += f"&x.pe=127.0.0.2:{canaries.port}&x.pe=[::1]:{canaries.port}"
    config = {"interface": "127.0.0.1"} if kind is LibtorrentEngine else {}
    engine = await make(kind, ["127.0.0.1"], **config)
    known = await engine.add(DownloadSpec("job-1", link, tmp_path / "downloads"))
    while not peers.announced:
        await engine.status([known])
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.0)
    assert (await engine.status([known]))[known].state != "completed"
    assert canaries.visits == []


@pytest.mark.parametrize("kind", [LibtorrentEngine, Aria2Engine, TransmissionEngine])
async def test_where_an_admin_allows_it_they_go(
    kind: Any, make: Any, canaries: Canaries, peers: Swarm, tmp_path: Path
) -> None:
    """Otherwise the tests above would prove nothing."""
    made = peers.add({"film.mkv": CONTENT}, [f"http://127.0.0.2:{canaries.port}/announce"])
    config = {"interface": "127.0.0.1"} if kind is LibtorrentEngine else {}
    engine = await make(kind, ["127.0.0.0/8"], **config)
    known = await engine.add(DownloadSpec("job-1", "x", tmp_path / "downloads", made.encoded))
    while not canaries.visits:
        await engine.status([known])
        await asyncio.sleep(0.05)
