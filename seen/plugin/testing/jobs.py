"""Jobs for the suite of download engines, from servers that are started for each test.

``class TestEngine(WebJobs, DownloadEngineSuite)`` needs no more than a ``subject``.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio

from seen.plugin.models import DownloadSpec
from seen.plugin.testing.swarm import Swarm, swarm
from seen.plugin.testing.torrents import PIECE, TestTorrent
from seen.plugin.testing.webserver import Served, WebServer, web_server

CONTENT = random.Random(1).randbytes(300_000)
_HALF = 150_000
# Blocks that a peer may have sent when the work is cut off, and that nobody got to read.
_IN_FLIGHT = 6 * PIECE


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job whose source gives some of its bytes and then waits.

    ``release`` lets it give the rest. ``given`` says how many bytes of content it gave so far, to
    anybody. ``slack`` is how many bytes may be given twice when the work is cut off: what was on
    its way, and what can only be checked as a whole.
    """

    spec: DownloadSpec
    release: Callable[[], None]
    given: Callable[[], int]
    slack: int = 0


class WebJobs:
    """Jobs for engines that take http. ``slack`` is that of the held job, ``count`` how many are
    many."""

    slack: int = 0
    count: int = 12

    @pytest_asyncio.fixture
    async def server(self) -> AsyncIterator[WebServer]:
        """A web server with a film."""
        async with web_server() as running:
            running.files["/film.mkv"] = Served(CONTENT)
            yield running

    @pytest.fixture
    def spec(self, server: WebServer, tmp_path: Path) -> DownloadSpec:
        return _job(tmp_path, "job-1", server.url("/film.mkv"))

    @pytest.fixture
    def many(self, server: WebServer, tmp_path: Path) -> Sequence[DownloadSpec]:
        return [_job(tmp_path, f"job-{n}", server.url("/film.mkv")) for n in range(self.count)]

    @pytest.fixture
    def held(self, server: WebServer, tmp_path: Path) -> HeldJob:
        gate = asyncio.Event()
        served = server.files["/held.mkv"] = Served(CONTENT, piece=_HALF, gate=gate)
        spec = _job(tmp_path, "held", server.url("/held.mkv"))
        return HeldJob(spec, gate.set, lambda: served.sent, self.slack)

    @pytest.fixture
    def hostile(self, server: WebServer, tmp_path: Path) -> Sequence[DownloadSpec]:
        for path, name in (("/a", "../../evil"), ("/b", "/tmp/evil"), ("/c", "x" * 5000)):
            disposition = f'attachment; filename="{name}.mkv"'
            server.files[path] = Served(CONTENT, disposition=disposition)
        server.files["/..\\..\\evil"] = server.files["/../../evil"] = Served(CONTENT)
        asked = ("/a", "/b", "/c", "/..%5C..%5Cevil", "/..%2F..%2Fevil", "/missing", "/")
        return [
            DownloadSpec(f"../../job-{n}", server.url(path), tmp_path / "hostile" / str(n))
            for n, path in enumerate(asked)
        ]


class TorrentJobs:
    """Jobs for engines that take torrents, or magnet links where ``as_magnet`` says so. The bytes
    come from a peer, or, where ``web_seeded`` says so, from a web server that the torrents name."""

    as_magnet: bool = False
    web_seeded: bool = False
    slack: int = _IN_FLIGHT
    count: int = 12

    @pytest_asyncio.fixture
    async def peers(self) -> AsyncIterator[Swarm]:
        """A swarm that has whatever is added to it."""
        async with swarm() as running, web_server() as server:
            running.dials = not self.web_seeded
            running.beside = server
            yield running

    @pytest.fixture
    def spec(self, peers: Swarm, tmp_path: Path) -> DownloadSpec:
        files = {"film.mkv": CONTENT, "more/notes.txt": b"notes"}
        return self.job(tmp_path, "job-1", self.torrent(peers, files, "A film"))

    @pytest.fixture
    def many(self, peers: Swarm, tmp_path: Path) -> Sequence[DownloadSpec]:
        named = {n: {f"film {n}.mkv": CONTENT[n * 1000 :]} for n in range(self.count)}
        return [
            self.job(tmp_path, f"job-{n}", self.torrent(peers, files)) for n, files in named.items()
        ]

    @pytest.fixture
    def held(self, peers: Swarm, tmp_path: Path) -> HeldJob:
        spec = self.job(tmp_path, "held", self.torrent(peers, {"held.mkv": CONTENT}))
        if self.web_seeded:
            served = peers.beside.files["/held.mkv"]
            served.gate, served.hold_after = peers.gate, _HALF
            return HeldJob(spec, peers.gate.set, lambda: served.sent, self.slack)
        peers.hold_after = _HALF
        return HeldJob(spec, peers.gate.set, lambda: peers.served, self.slack)

    @pytest.fixture
    def hostile(self, peers: Swarm, tmp_path: Path) -> Sequence[DownloadSpec]:
        made = [
            peers.add({"../../evil": CONTENT, "film.mkv": CONTENT[1:]}, name="film"),
            peers.add({"film.mkv": CONTENT[2:]}, name="../../evil"),
            peers.add({"/tmp/evil": CONTENT[3:], "film.mkv": CONTENT[4:]}, name="film"),
        ]
        specs = [self.job(tmp_path, f"../../job-{n}", each) for n, each in enumerate(made)]
        if not self.as_magnet:
            damaged = DownloadSpec(
                "damaged", "x.torrent", tmp_path / "downloads" / "x", b"d4:infod"
            )
            specs.append(damaged)
        return specs

    def torrent(self, peers: Swarm, files: dict[str, bytes], name: str = "") -> TestTorrent:
        """A torrent whose content somebody has."""
        if not self.web_seeded:
            return peers.add(files, name=name)
        for path, data in files.items():
            served = f"/{name}/{path}" if name else f"/{path}"
            peers.beside.files[served] = Served(data, piece=PIECE)
        seed = (
            peers.beside.url("/")
            if name or len(files) > 1
            else peers.beside.url(f"/{next(iter(files))}")
        )
        return peers.add(files, name=name, web_seeds=[quote(seed, safe=":/")])

    def job(self, tmp_path: Path, job_id: str, made: TestTorrent) -> DownloadSpec:
        """A job for a torrent."""
        if self.as_magnet:
            return _job(tmp_path, job_id, made.magnet)
        # The server names the content by a link too; what is in the file counts.
        return _job(tmp_path, job_id, made.magnet, made.encoded)


def _job(tmp_path: Path, job_id: str, source: str, torrent: bytes | None = None) -> DownloadSpec:
    folder = tmp_path / "downloads" / job_id.replace("../", "")
    return DownloadSpec(job_id, source, folder, torrent)
