"""Kills what brings downloads at random moments, and counts what was lost or came twice.

    python bench/download_faults.py [ROUNDS] [JOBS] [ENGINE[,ENGINE...]]

A server and a worker bring JOBS downloads (20) in each of ROUNDS rounds (30) with the engines that
are named (engine_http,engine_libtorrent): web links, magnet links and torrent files, as far as the
engines take them. At a random moment one of the two processes, both, or a daemon that an engine
runs is killed and started again. A round ends when all its downloads have. Serves everything
itself, on loopback and slowly. Ends with status 1 if anything was lost, came twice, or was taken up
later than 60 s after a kill.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle, islice, pairwise
from pathlib import Path
from uuid import UUID

from seen.compose import Server, open_server
from seen.core.migrate import migrate
from seen.core.settings import load_settings
from seen.core.viewer import Viewer
from seen.downloads.model.states import WAYS
from seen.downloads.service import Request
from seen.plugin.partial import Ranges, read_partial
from seen.plugin.testing.swarm import Swarm, swarm
from seen.plugin.testing.webserver import Served, WebServer, web_server
from seen.stack.embedded import EmbeddedPostgres

SIZE = 1_000_000
STEP, PAUSE = 16_384, 0.1
LATEST_KILL = 8.0
LONGEST_TAKE_UP, LONGEST_ROUND = 60.0, 300.0
TAKES = {
    "engine_http": ("web",),
    "engine_aria2": ("web", "magnet", "torrent"),
    "engine_libtorrent": ("magnet", "torrent"),
    "engine_transmission": ("magnet", "torrent"),
}


@dataclass
class Sources:
    """Gives what is asked for, at a pace: files over HTTP, and a peer that has every torrent."""

    web: WebServer
    peers: Swarm
    bodies: dict[UUID, tuple[str, bytes]] = field(default_factory=dict)
    """What each job of the round should bring: a file's name and its content."""

    async def submit(self, server: Server, viewer: Viewer, kind: str, name: str) -> None:
        """Make a file that is nowhere else, and ask for it."""
        body = random.randbytes(SIZE)
        if kind == "web":
            self.web.files[f"/{name}"] = Served(body, piece=STEP, pause=PAUSE)
            job = await server.downloads.submit(viewer, Request("http", self.web.url(f"/{name}")))
        else:
            made = self.peers.add({name: body})
            if kind == "magnet":
                job = await server.downloads.submit(viewer, Request("magnet", made.magnet))
            else:
                job = await server.downloads.submit_torrent(viewer, made.encoded, Request())
        self.bodies[job.id] = (name, body)

    @property
    def sent(self) -> int:
        """Bytes of content given since the last :meth:`forget`."""
        return self.peers.served + sum(each.sent for each in self.web.files.values())

    def forget(self) -> None:
        """The round is over."""
        self.bodies.clear()
        self.web.files.clear()
        self.peers.torrents.clear()
        self.peers.served = 0


@dataclass
class Tally:
    """What was seen in all rounds."""

    killed: Counter[str] = field(default_factory=Counter)
    jobs: int = 0
    troubles: list[str] = field(default_factory=list)
    take_ups: list[float] = field(default_factory=list)
    twice: int = 0
    verified_again: int = 0

    def report(self) -> None:
        print(f"{self.jobs} jobs, kills: {dict(self.killed)}")
        if self.take_ups:
            middle = sorted(self.take_ups)[len(self.take_ups) // 2]
            print(f"take-up: {middle:.1f} s in the middle, {max(self.take_ups):.1f} s at most")
        share = self.twice / (self.jobs * SIZE) if self.jobs else 0
        print(f"given twice: {self.twice / 1e6:.1f} MB, {share:.1%} of all")
        print(f"asked for again though verified before a kill: {self.verified_again} bytes")
        print("\n".join(self.troubles) or "nothing lost, nothing twice")


class Bench:
    """The processes, and one round after the other."""

    def __init__(
        self, server: Server, viewer: Viewer, sources: Sources, environ: dict[str, str]
    ) -> None:
        self.tally = Tally()
        self._server = server
        self._viewer = viewer
        self._sources = sources
        self._environ = environ
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._verified: dict[str, tuple[Ranges, int]] = {}

    async def start(self, *names: str) -> None:
        for name in names:
            self._running[name] = await asyncio.create_subprocess_exec(
                Path(sys.executable).with_name("seen"), "serve" if name == "server" else name,
                env=self._environ, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip

    async def stop(self) -> None:
        for process in self._running.values():
            process.terminate()
            await process.wait()

    async def round(self, number: int, jobs: int, kinds: tuple[str, ...]) -> None:
        """Bring some downloads, kill something meanwhile, wait for the end, and judge."""
        began = time.monotonic()
        for at, kind in enumerate(islice(cycle(kinds), jobs)):
            await self._sources.submit(self._server, self._viewer, kind, f"{number}-{at}.bin")
        await asyncio.sleep(random.uniform(0.2, LATEST_KILL))
        before = await self._records()
        killed = await self._kill_something()
        if not await self._all_ended():
            self.tally.troubles.append(f"round {number}: not all have ended")
        await self._judge(number, before)
        self.tally.jobs += jobs
        self.tally.twice += max(0, self._sources.sent - jobs * SIZE)
        took = time.monotonic() - began
        print(f"round {number}: killed {killed}, ended after {took:.0f} s", flush=True)
        self._sources.forget()

    # --- killing --------------------------------------------------------------------------------

    async def _kill_something(self) -> str:
        daemons = [
            pid for each in self._running.values() for pid in children(each.pid) if is_daemon(pid)
        ]
        what = random.choice(["server", "worker", "both", *(["a daemon"] * 2 if daemons else [])])
        self.tally.killed[what] += 1
        if what == "a daemon":
            os.kill(random.choice(daemons), signal.SIGKILL)
            return what
        doomed = {
            name: process
            for name, process in self._running.items()
            if what in ("both", name)
        }  # fmt: skip
        for process in doomed.values():
            for pid in [process.pid, *children(process.pid)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await process.wait()
        self._remember_verified()
        began = time.monotonic()
        if what == "both":
            await self.start(*doomed)
        for process in doomed.values():
            await self._taken_up(process.pid, began)
        if what != "both":
            await self.start(*doomed)
        return what

    async def _taken_up(self, pid: int, began: float) -> None:
        """Wait until no job belongs to a process that was killed; leases name their process."""
        while await self._server.db.fetchval(
            "select exists (select 1 from download_jobs where lease_owner like '%:' || $1 || ':%'"
            " and (status in ('preparing', 'downloading') or needs_release))",
            str(pid),
        ):
            if time.monotonic() - began > LONGEST_TAKE_UP:
                self.tally.troubles.append("leases were not taken up in time")
                break
            await asyncio.sleep(0.1)
        self.tally.take_ups.append(time.monotonic() - began)

    def _remember_verified(self) -> None:
        """What side-cars say is there of files over HTTP, and how often each was asked for."""
        self._verified.clear()
        for path in self._server.settings.downloads.glob("*/*.seen-part"):
            file = path.with_name(path.name.removesuffix(".seen-part"))
            served = self._sources.web.files.get(f"/{file.name}")
            partial = read_partial(file)
            if partial is not None and served is not None and file.is_file():
                known = partial.verified(file.stat().st_size)
                self._verified[file.name] = (known, len(served.requests))

    # --- judging --------------------------------------------------------------------------------

    async def _records(self) -> dict[UUID, tuple[int, int, int]]:
        """What the database knows of each job: bytes, percent, and how many events."""
        rows = await self._server.db.fetch(
            "select id, bytes_downloaded as bytes, progress_percent as percent,"
            " (select count(*) from download_events where job_id = j.id) as events"
            " from download_jobs j"
        )
        return {row["id"]: (row["bytes"], row["percent"], row["events"]) for row in rows}

    async def _all_ended(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_ROUND):
                while await self._server.db.fetchval(
                    "select exists (select 1 from download_jobs"
                    " where status not in ('completed', 'failed') or needs_release)"
                ):
                    await asyncio.sleep(0.5)
                return True
        return False

    async def _judge(self, number: int, before: dict[UUID, tuple[int, int, int]]) -> None:
        """Read every story of the round, and every file that came of it."""
        after = await self._records()
        forgot = [each for each, was in before.items() if any(map(int.__gt__, was, after[each]))]
        stories: dict[UUID, list[tuple[str, str, str]]] = {
            each: [] for each in self._sources.bodies
        }
        for row in await self._server.db.fetch(
            "select job_id, status, payload->>'reason' as reason, message from download_events"
            " where job_id = any($1::uuid[]) order by id",
            list(stories),
        ):
            stories[row["job_id"]].append((row["status"], row["reason"], row["message"]))
        wrong = [f"forgot what it knew: {each}" for each in forgot]
        for job_id, story in stories.items():
            name, body = self._sources.bodies[job_id]
            path = self._server.settings.downloads / str(job_id) / name
            if why := fault_of(story):
                wrong.append(f"{why}: {name} {story}")
            elif not path.is_file() or path.read_bytes() != body:
                wrong.append(f"its file is not right: {name} {story}")
        self.tally.troubles += [f"round {number}: {each}" for each in wrong]
        self.tally.verified_again += sum(self._asked_again(name) for name in self._verified)

    def _asked_again(self, name: str) -> int:
        """Bytes of a file that were verified before the kill and asked for after it."""
        known, asked_before = self._verified[name]
        again = 0
        for headers in self._sources.web.files[f"/{name}"].requests[asked_before:]:
            start, _, last = headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
            stop = int(last) + 1 if last else SIZE
            again += sum(max(0, min(stop, e) - max(int(start), s)) for s, e in known)
        return again


def fault_of(story: list[tuple[str, str, str]]) -> str:
    """What is wrong with what happened to a job; "" if nothing is."""
    reasons = Counter(reason for _, reason, _ in story)
    if reasons["submitted"] != 1 or reasons["completed"] != 1 or story[-1][0] != "completed":
        return "not completed exactly once"
    for (here, _, _), (there, _, _) in pairwise(story):
        if here != there and there not in WAYS[here]:  # type: ignore[index]  # states of the table
            return f"went from {here} to {there}"
    return ""


def children(pid: int) -> list[int]:
    """All processes below one, from the kernel's own list."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def is_daemon(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().startswith(("aria2c", "transmission"))
    return False


async def run(rounds: int, jobs: int, engines: list[str], work: Path) -> int:
    async with AsyncExitStack() as stack:
        postgres = EmbeddedPostgres(work / "postgresql")
        await postgres.start()
        stack.push_async_callback(postgres.stop)
        await asyncio.to_thread(migrate, postgres.dsn)
        peers = await stack.enter_async_context(swarm())
        peers.pause = PAUSE
        sources = Sources(await stack.enter_async_context(web_server()), peers)
        given = {
            "database_url": postgres.dsn, "data_dir": str(work / "data"), "secret_key": "k" * 40,
            "egress_allow": "127.0.0.1", "catalog_sync": "false", "log_level": "error", "port": "0",
            "download_disk_reserve": "0", "download_max_active": "5",
        }  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SEEN_")}
        environ = kept | {f"SEEN_{name.upper()}": value for name, value in given.items()}
        settings = load_settings(**given, roles=("api",))
        server = await stack.enter_async_context(open_server(settings, works=False))
        bench = Bench(server, await prepare(server, engines), sources, environ)
        await bench.start("server", "worker")
        kinds = tuple(dict.fromkeys(kind for each in engines for kind in TAKES[each]))
        for number in range(1, rounds + 1):
            await bench.round(number, jobs, kinds)
        await bench.stop()
        bench.tally.report()
        return 1 if bench.tally.troubles or bench.tally.verified_again else 0


async def prepare(server: Server, engines: list[str]) -> Viewer:
    """The wanted engines, in this order, and somebody who asks for downloads."""
    await server.host.overview()
    for each in TAKES:
        await server.db.execute(
            "insert into plugin_instances (id, plugin, enabled) values ($1, $1, $2)"
            " on conflict (id) do update set enabled = excluded.enabled", each, each in engines,
        )  # fmt: skip
    user = await server.accounts.create_first_admin("a@example.org", "long enough", "A")
    return Viewer(user.id, user.id, user.email, "A", "admin")


def main() -> None:
    given = sys.argv[1:]
    rounds = int(given[0]) if given else 30
    jobs = int(given[1]) if len(given) > 1 else 20
    engines = (given[2] if len(given) > 2 else "engine_http,engine_libtorrent").split(",")
    work = Path(tempfile.mkdtemp(prefix="seen-bench-"))
    try:
        status = asyncio.run(run(rounds, jobs, engines, work))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    raise SystemExit(status)


if __name__ == "__main__":
    main()
