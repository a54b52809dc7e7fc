"""Kills what brings downloads at random moments, and counts what was lost or came twice.

    python bench/download_faults.py [ROUNDS] [JOBS] [ENGINE]

ROUNDS kills (30) hit a process of the server, or a daemon that an engine runs, while JOBS downloads
(20) are under way with ENGINE (engine_http). Two processes with the roles worker and downloader run
at any time. Serves the files itself, on loopback and slowly. Ends with status 1 if anything was
lost, doubled, or taken up later than 60 s after a kill.
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
from itertools import pairwise
from pathlib import Path
from typing import Any

from aiohttp import web

from seen.compose import Server, open_server
from seen.core.migrate import migrate
from seen.core.settings import load_settings
from seen.core.viewer import Viewer
from seen.downloads.model.states import WAYS
from seen.downloads.service import Request
from seen.stack.embedded import EmbeddedPostgres

SIZE = 3_000_000
STEP = 8_192
LONGEST_TAKE_UP = 60.0
ENGINES = ("engine_http", "engine_aria2", "engine_libtorrent", "engine_transmission")


class Slow:
    """Serves bytes that depend on the name alone, at a pace that a bench can change."""

    def __init__(self) -> None:
        self.pause = 0.05
        self.url = ""

    @staticmethod
    def body(name: str) -> bytes:
        return random.Random(name).randbytes(SIZE)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = self.body(request.match_info["name"])
        span = request.http_range
        start, stop = span.start or 0, min(span.stop or len(body), len(body))
        whole = "Range" not in request.headers
        response = web.StreamResponse(status=200 if whole else 206, headers={
            "Accept-Ranges": "bytes", "ETag": '"1"', "Content-Length": str(stop - start),
        })  # fmt: skip
        if not whole:
            response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
        # Whoever asked may be killed meanwhile.
        with contextlib.suppress(ConnectionError):
            await response.prepare(request)
            while start < stop:
                await response.write(body[start : min(start + STEP, stop)])
                start += STEP
                await asyncio.sleep(self.pause)
        return response


class Bench:
    """The database, the processes, and what was seen of the jobs."""

    def __init__(self, server: Server, environ: dict[str, str], chance: random.Random) -> None:
        self.server = server
        self.environ = environ
        self.chance = chance
        self.running: list[asyncio.subprocess.Process] = []
        self.troubles: list[str] = []
        self.slowest = 0.0
        self._bytes: dict[Any, int] = {}

    async def start_worker(self) -> None:
        self.running.append(await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("seen"), "worker", env=self.environ,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        ))  # fmt: skip

    async def kill_something(self) -> str:
        """Kill a daemon of an engine, or a whole process with what it runs."""
        doomed = self.chance.choice(self.running)
        daemons = [pid for pid in children(doomed.pid) if is_daemon(pid)]
        if daemons and self.chance.random() < 0.5:
            os.kill(self.chance.choice(daemons), signal.SIGKILL)
            return "daemon"
        for pid in [doomed.pid, *children(doomed.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await doomed.wait()
        self.running.remove(doomed)
        await self.taken_up(doomed.pid)
        await self.start_worker()
        return "process"

    async def taken_up(self, pid: int) -> None:
        """Wait until no job belongs to a process that was killed; leases name their process."""
        started = time.monotonic()
        while await self.server.db.fetchval(
            "select exists (select 1 from download_jobs where lease_owner like '%:' || $1 || ':%'"
            " and (status in ('preparing', 'downloading') or needs_release))",
            str(pid),
        ):
            if time.monotonic() - started > LONGEST_TAKE_UP:
                self.troubles.append("leases were not taken up in time")
                break
            await asyncio.sleep(0.2)
        self.slowest = max(self.slowest, time.monotonic() - started)

    async def look(self) -> None:
        """No job may know fewer bytes than before."""
        for row in await self.server.db.fetch(
            "select id, bytes_downloaded as n from download_jobs"
        ):
            if row["n"] < self._bytes.get(row["id"], 0):
                self.troubles.append(f"{row['id']} forgot bytes")
            self._bytes[row["id"]] = row["n"]

    async def judge(self, jobs: int, media: Path, slow: Slow) -> None:
        """Read every story, and every file that came of it."""
        stories: dict[Any, list[tuple[str, str]]] = {}
        for row in await self.server.db.fetch(
            "select job_id, status, payload->>'reason' as reason from download_events order by id"
        ):
            stories.setdefault(row["job_id"], []).append((row["status"], row["reason"]))
        doubled = lost = wrong = 0
        for story in stories.values():
            reasons = Counter(reason for _, reason in story)
            doubled += reasons["completed"] > 1
            lost += reasons["completed"] == 0 or reasons["submitted"] == 0
            wrong += any(
                one != other and other not in WAYS[one]  # type: ignore[index]  # states of the table
                for (one, _), (other, _) in pairwise(story)
            )
        whole = [
            path for path in media.glob("*/*.bin") if path.read_bytes() == slow.body(path.name)
        ]
        print(f"jobs {jobs}, told of {len(stories)}, files whole {len(whole)}")
        print(f"lost {lost + jobs - len(stories)}, doubled {doubled}, impossible ways {wrong}")
        print(f"slowest take-up {self.slowest:.1f} s")
        if lost or doubled or wrong or len(stories) != jobs or len(whole) != jobs:
            self.troubles.append("something was lost or came twice")


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


async def run(rounds: int, jobs: int, engine: str, work: Path) -> int:
    postgres = EmbeddedPostgres(work / "postgresql")
    await postgres.start()
    await asyncio.to_thread(migrate, postgres.dsn)
    slow = Slow()
    app = web.Application()
    app.router.add_get("/{name}", slow.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slow.url = "http://127.0.0.1:{1}".format(*runner.addresses[0])
    given = {
        "database_url": postgres.dsn, "data_dir": str(work / "data"), "secret_key": "k" * 40,
        "egress_allow": "127.0.0.1", "catalog_sync": "false", "log_level": "error",
        "download_disk_reserve": "0", "download_max_active": "5",
    }  # fmt: skip
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SEEN_")}
    environ |= {f"SEEN_{name.upper()}": value for name, value in given.items()}
    try:
        async with open_server(load_settings(**given, roles=("api",)), works=False) as server:
            bench = Bench(server, environ, random.Random(rounds))
            await prepare(server, engine, slow, jobs)
            await asyncio.gather(bench.start_worker(), bench.start_worker())
            for number in range(rounds):
                await asyncio.sleep(bench.chance.uniform(1, 6))
                await bench.look()
                print(f"round {number + 1}: killed a {await bench.kill_something()}", flush=True)
            slow.pause = 0
            await finish(server)
            await bench.look()
            await bench.judge(jobs, server.settings.downloads, slow)
            for process in bench.running:
                process.terminate()
                await process.wait()
        for each in bench.troubles:
            print(each)
        return 1 if bench.troubles else 0
    finally:
        await runner.cleanup()
        await postgres.stop()


async def prepare(server: Server, engine: str, slow: Slow, jobs: int) -> None:
    """One engine, an admin, and the downloads."""
    await server.host.overview()
    for each in ENGINES:
        await server.db.execute(
            "insert into plugin_instances (id, plugin, enabled) values ($1, $1, $2)"
            " on conflict (id) do update set enabled = excluded.enabled", each, each == engine,
        )  # fmt: skip
    user = await server.accounts.create_first_admin("a@example.org", "long enough", "A")
    viewer = Viewer(user.id, user.id, user.email, "A", "admin")
    for number in range(jobs):
        await server.downloads.submit(viewer, Request("http", f"{slow.url}/{number}.bin"))


async def finish(server: Server) -> None:
    """Wait until all have ended and no engine holds any of them."""
    while await server.db.fetchval(
        "select exists (select 1 from download_jobs where status not in ('completed', 'failed')"
        " or needs_release)"
    ):
        await asyncio.sleep(0.5)


def main() -> None:
    given = sys.argv[1:]
    rounds = int(given[0]) if given else 30
    jobs = int(given[1]) if len(given) > 1 else 20
    engine = given[2] if len(given) > 2 else ENGINES[0]
    work = Path(tempfile.mkdtemp(prefix="seen-bench-"))
    try:
        status = asyncio.run(run(rounds, jobs, engine, work))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    raise SystemExit(status)


if __name__ == "__main__":
    main()
