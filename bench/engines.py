"""Races the download engines against the programs under them, in one run, case by case in turn.

    python bench/engines.py [ROUNDS] [MEGABYTES] [WORDS]

Only cases with WORDS in their names are raced where they are given, such as "libtorrent". Needs
``curl``, ``aria2c`` and ``transmission-daemon``. Each case brings the same payload over loopback
into a fresh folder, is checked by digest, and is timed from the call that begins it to the first
word that it is complete. Prints medians, and each engine's share of its rival's speed: that of the
medians, and in brackets the median of the rounds' own shares, which minds a busy machine less.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import aria2p
import libtorrent as lt
import transmission_rpc
from aiohttp import web
from seen_engine_aria2.engine import Aria2Engine
from seen_engine_http.engine import HttpEngine
from seen_engine_libtorrent.engine import LibtorrentEngine
from seen_engine_transmission.engine import TransmissionEngine
from seen_engine_transmission.program import settings_of

from seen.plugin.daemon import Daemon, free_port
from seen.plugin.models import DownloadSpec
from seen.plugin.testing.fakes import FakeContext
from seen.plugin.testing.torrents import bencode

SMALL_JOBS, SMALL_SIZE = 500, 20_000
LOOK = 0.02
TCP_ONLY: dict[str, Any] = {
    "listen_interfaces": "127.0.0.1:0", "enable_dht": False, "enable_lsd": False,
    "enable_upnp": False, "enable_natpmp": False, "enable_outgoing_utp": False,
    "enable_incoming_utp": False, "allow_multiple_connections_per_ip": True,
}  # fmt: skip
# A file server in a process of its own, with sendfile and ranges.
SERVER = """
import sys
from aiohttp import web
app = web.Application()
app.router.add_static("/", sys.argv[1])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[2]), access_log=None, print=None)
"""
# A seed in a process of its own, which dials the ports that it is told.
SEED = """
import json, sys, time
import libtorrent as lt
settings, torrent, folder = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
session = lt.session({**settings, "connection_speed": 500})
handle = None
for line in sys.stdin:
    # Added anew each time: it would not dial somebody again who was complete before.
    if handle is not None:
        session.remove_torrent(handle)
    params = lt.load_torrent_file(torrent)
    params.save_path = folder
    params.flags |= lt.torrent_flags.seed_mode
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    handle = session.add_torrent(params)
    while not handle.status().is_seeding:
        time.sleep(0.001)
    handle.connect_peer(("127.0.0.1", int(line)))
"""
After = Awaitable[None] | None
"""What a case leaves to be done when the clock has stopped."""
Case = Callable[[Path], Awaitable[After]]


class Stage:
    """What all cases share: the payload, who gives it, and the engines."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.served = folder / "served"
        self.served.mkdir()
        self.payload = self.served / "payload.bin"
        with self.payload.open("wb") as file:
            source = random.Random(1)
            for _ in range(size):
                file.write(source.randbytes(1024 * 1024))
        for n in range(SMALL_JOBS):
            (self.served / f"small-{n}.bin").write_bytes(random.Random(n).randbytes(SMALL_SIZE))
        self.digest = digest_of(self.payload)
        self.port = free_port()
        self.tracker = ""
        self.torrent = b""
        self.seed: subprocess.Popen[str] | None = None
        self._turn = 0

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"

    async def open(self, stack: AsyncExitStack) -> None:
        """Start the file server, the tracker and the seed."""
        server = subprocess.Popen([sys.executable, "-c", SERVER, self.served, str(self.port)])
        stack.callback(server.kill)
        app = web.Application()
        app.router.add_get("/announce", self._announce)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.tracker = f"http://127.0.0.1:{runner.addresses[0][1]}/announce"
        path = self.folder / "payload.torrent"
        path.write_bytes(self._make_torrent())
        self.torrent = path.read_bytes()
        command = [sys.executable, "-c", SEED, json.dumps(TCP_ONLY), str(path), str(self.served)]
        self.seed = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
        stack.callback(self.seed.kill)
        await asyncio.sleep(1)

    def _make_torrent(self) -> bytes:
        piece, hashes = 256 * 1024, []
        with self.payload.open("rb") as file:
            while data := file.read(piece):
                hashes.append(hashlib.sha1(data).digest())
        info = {"name": self.payload.name, "length": self.payload.stat().st_size,
                "piece length": piece, "pieces": b"".join(hashes)}  # fmt: skip
        return bencode({"announce": self.tracker, "info": info})

    async def _announce(self, request: web.Request) -> web.Response:
        given = parse_qs(request.raw_path.partition("?")[2], encoding="latin-1")
        begins = given.get("event", [""])[0] == "started" and given["left"][0] != "0"
        if begins and self.seed and self.seed.stdin:
            self.seed.stdin.write(given["port"][0] + "\n")
            self.seed.stdin.flush()
        return web.Response(body=bencode({"interval": 1800, "peers": b""}))

    def spec(self, folder: Path, *, torrent: bool) -> DownloadSpec:
        self._turn += 1
        source = "payload.torrent" if torrent else self.url("payload.bin")
        return DownloadSpec(f"{self._turn}", source, folder, self.torrent if torrent else None)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def engine(kind: Any, folder: Path, stack: AsyncExitStack, **config: Any) -> Any:
    """A started engine with a place of its own."""
    folder.mkdir()
    context = FakeContext(config, folder)
    stack.push_async_callback(context.close)
    made = kind(context)
    await made.start()
    stack.push_async_callback(made.stop)
    return made


def by_engine(stage: Stage, made: Any, *, torrent: bool) -> Case:
    async def case(folder: Path) -> After:
        known = await made.add(stage.spec(folder, torrent=torrent))
        while (found := (await made.status([known]))[known]).state != "completed":
            if found.state == "failed":
                raise SystemExit(f"{made.id}: {found.message}")
            await asyncio.sleep(LOOK)
        forget: After = made.remove(known, False)
        return forget

    return case


def by_command(*command: str) -> Case:
    async def case(folder: Path) -> After:
        filled = [each.replace("{}", str(folder)) for each in command]
        running = await asyncio.create_subprocess_exec(*filled, stdout=subprocess.DEVNULL)
        if await running.wait():
            raise SystemExit(f"{command[0]} failed")
        return None

    return case


def by_libtorrent(stage: Stage) -> Case:
    settings = TCP_ONLY | {"alert_mask": lt.alert_category.storage}
    session = lt.session(settings)  # type: ignore[call-overload]  # a dictionary does

    async def let_go(handle: lt.torrent_handle) -> None:
        """Its first word that all is there comes before the last bytes are in the file."""
        session.pop_alerts()
        handle.flush_cache()
        while not any(isinstance(each, lt.cache_flushed_alert) for each in session.pop_alerts()):
            await asyncio.sleep(LOOK)
        session.remove_torrent(handle)

    async def case(folder: Path) -> After:
        params = lt.load_torrent_buffer(stage.torrent)
        params.save_path = str(folder)
        params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
        handle = session.add_torrent(params)
        while not handle.status().is_finished:
            await asyncio.sleep(LOOK)
        return let_go(handle)

    return case


async def by_aria2p(stage: Stage, folder: Path, stack: AsyncExitStack, *, torrent: bool) -> Case:
    """aria2, told by its client what the engine tells it, but for the gate: also to have on the
    disk what it says is there, at least once a second."""
    folder.mkdir()
    port, daemon = free_port(), Daemon("daemon", folder / "log")
    daemon.start(["aria2c", "--no-conf", "--enable-rpc", f"--rpc-listen-port={port}",
                  "--rpc-secret=x", "--enable-dht=false", "--enable-dht6=false", "--seed-time=0",
                  f"--listen-port={free_port()}", "--file-allocation=none", "--split=4",
                  "--max-connection-per-server=4", "--min-split-size=8M", "--disk-cache=0",
                  "--auto-save-interval=1", "--rpc-max-request-size=32M"])  # fmt: skip
    stack.push_async_callback(daemon.stop, 2)
    client = aria2p.Client("http://127.0.0.1", port, "x")
    await asyncio.sleep(0.5)
    metainfo = base64.b64encode(stage.torrent).decode("ascii")

    async def case(target: Path) -> After:
        options = {"dir": str(target)}
        if torrent:
            known = await asyncio.to_thread(client.add_torrent, metainfo, [], options)
        else:
            known = await asyncio.to_thread(client.add_uri, [stage.url("payload.bin")], options)
        while True:
            said = await asyncio.to_thread(client.tell_status, known, ["status"])
            if said["status"] == "complete":
                return None
            await asyncio.sleep(LOOK)

    return case


async def by_transmission(stage: Stage, folder: Path, stack: AsyncExitStack) -> Case:
    """Transmission, told by its client what the engine tells it, but for the gate."""
    folder.mkdir()
    port, daemon = free_port(), Daemon("daemon", folder / "log")
    settings = {**settings_of({}, port, "x"), "blocklist-enabled": False}
    (folder / "settings.json").write_text(json.dumps(settings))
    daemon.start(["transmission-daemon", "--foreground", "--config-dir", str(folder)])
    stack.push_async_callback(daemon.stop, 2)
    await asyncio.sleep(1)
    client = transmission_rpc.Client(port=port, username="seen", password="x")

    async def case(target: Path) -> After:
        added = await asyncio.to_thread(client.add_torrent, stage.torrent, download_dir=str(target))
        while True:
            said = await asyncio.to_thread(
                client.get_torrent, added.id, ["leftUntilDone", "status"]
            )
            if said.left_until_done == 0 and said.fields["status"] != 2:
                break
            await asyncio.sleep(LOOK)
        return asyncio.to_thread(client.remove_torrent, added.id)

    return case


def small_by_engine(stage: Stage, made: Any) -> Case:
    async def case(folder: Path) -> After:
        turn = stage.spec(folder, torrent=False).job_id
        specs = [DownloadSpec(f"{turn}-{n}", stage.url(f"small-{n}.bin"), folder / str(n))
                 for n in range(SMALL_JOBS)]  # fmt: skip
        known = await asyncio.gather(*(made.add(each) for each in specs))
        while True:
            found = (await made.status(known)).values()
            if all(each.state == "completed" for each in found):
                return None
            await asyncio.sleep(LOOK)

    return case


def small_by_aria2c(stage: Stage) -> Case:
    async def case(folder: Path) -> After:
        listed = folder / "list"
        folder.mkdir(exist_ok=True)
        listed.write_text("".join(
            f"{stage.url(f'small-{n}.bin')}\n  dir={folder / str(n)}\n" for n in range(SMALL_JOBS)
        ))  # fmt: skip
        command = ["aria2c", "--no-conf", "-q", "-j20", "--file-allocation=none", "-i"]
        return await by_command(*command, str(listed))(folder)

    return case


async def timed(stage: Stage, name: str, case: Case) -> float:
    folder = stage.folder / "target"
    shutil.rmtree(folder, ignore_errors=True)
    os.sync()
    began = time.perf_counter()
    after = await case(folder)
    took = time.perf_counter() - began
    if after is not None:
        await after
    found = list(folder.rglob("payload.bin"))
    if not name.startswith("small") and (not found or digest_of(found[0]) != stage.digest):
        raise SystemExit(f"{name}: the bytes are not right")
    return took


async def main(rounds: int, size: int, words: str) -> None:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stage = Stage(folder, size)
        await stage.open(stack)
        own = {kind.id: await engine(kind, folder / kind.id, stack, **config) for kind, config in (
            (HttpEngine, {}), (LibtorrentEngine, {"interface": "127.0.0.1"}), (Aria2Engine, {}),
            (TransmissionEngine, {}),
        )}  # fmt: skip
        address = stage.url("payload.bin")
        cases: dict[str, Case] = {
            "http: curl": by_command("curl", "-s", "--create-dirs", "-o", "{}/payload.bin",
                                     address),
            "http: aria2c": by_command("aria2c", "--no-conf", "-q", "--file-allocation=none",
                                       "-d", "{}", address),
            "http: engine_http": by_engine(stage, own["http"], torrent=False),
            "http: aria2 by aria2p": await by_aria2p(stage, folder / "p1", stack, torrent=False),
            "http: engine_aria2": by_engine(stage, own["aria2"], torrent=False),
            "torrent: libtorrent": by_libtorrent(stage),
            "torrent: engine_libtorrent": by_engine(stage, own["libtorrent"], torrent=True),
            "torrent: aria2 by aria2p": await by_aria2p(stage, folder / "p2", stack, torrent=True),
            "torrent: engine_aria2": by_engine(stage, own["aria2"], torrent=True),
            "torrent: transmission by rpc": await by_transmission(stage, folder / "t1", stack),
            "torrent: engine_transmission": by_engine(stage, own["transmission"], torrent=True),
            "small: aria2c": small_by_aria2c(stage),
            "small: engine_http": small_by_engine(stage, own["http"]),
        }  # fmt: skip
        took: dict[str, list[float]] = {name: [] for name in cases if words in name}
        for _ in range(rounds):
            for name, times in took.items():
                times.append(await timed(stage, name, cases[name]))
        report(took, size)


RIVALS = {
    "http: engine_http": ("http: curl", "http: aria2c"),
    "http: engine_aria2": ("http: aria2 by aria2p",),
    "torrent: engine_libtorrent": ("torrent: libtorrent",),
    "torrent: engine_aria2": ("torrent: aria2 by aria2p",),
    "torrent: engine_transmission": ("torrent: transmission by rpc",),
    "small: engine_http": ("small: aria2c",),
}


def report(took: dict[str, list[float]], size: int) -> None:
    for name, times in took.items():
        seconds = statistics.median(times)
        rate = f"{SMALL_JOBS / seconds:7.0f} jobs/s" if name.startswith("small") else (
            f"{size / seconds:7.0f} MB/s")  # fmt: skip
        shares = [
            f"{statistics.median(took[each]) / seconds:.2f} of {each}"
            f" ({statistics.median(b / a for a, b in zip(times, took[each], strict=True)):.2f})"
            for each in RIVALS.get(name, ())
            if each in took
        ]
        print(f"{name:32}{seconds:8.2f} s {rate}   {', '.join(shares)}")


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(main(
        int(given[0]) if given else 3, int(given[1]) if len(given) > 1 else 200,
        given[2] if len(given) > 2 else "",
    ))  # fmt: skip
