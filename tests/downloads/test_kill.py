"""Workers are killed and stopped in the middle of downloads; every job ends once, and whole."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from seen.compose import Server, open_server
from seen.core.settings import Settings, load_settings
from seen.core.viewer import Viewer
from seen.downloads.model.states import WAYS
from seen.downloads.service import Request
from tests.downloads.conftest import until
from tests.e2e.files import Files
from tests.library.test_kill import children
from tests.media import sample

JOBS = 5
ROUNDS = 3
QUICK = {
    "SEEN_DOWNLOAD_POLL_INTERVAL": "200ms", "SEEN_DOWNLOAD_RETRY_BACKOFF": "200ms",
    "SEEN_DOWNLOAD_DISK_RESERVE": "0", "SEEN_EGRESS_ALLOW": "127.0.0.1",
    "SEEN_CATALOG_SYNC": "false", "SEEN_LOG_LEVEL": "warning",
}  # fmt: skip


@pytest.fixture
def settings(database_dsn: str, tmp_path: Path) -> Settings:
    """Settings of a process that takes orders and does no work."""
    return load_settings(
        database_url=database_dsn, data_dir=tmp_path / "data", port=0, secret_key="k" * 40,
        egress_allow=("127.0.0.1",), catalog_sync=False, roles=("api",),
    )  # fmt: skip


@pytest.fixture
async def server(settings: Settings, tmp_path: Path) -> AsyncIterator[Server]:
    async with open_server(settings, works=False) as opened:
        (tmp_path / "media").mkdir()
        root = await opened.library.add_root(str(tmp_path / "media"))
        await opened.db.execute(
            "insert into server_settings (name, value) values ('downloads', $1)",
            {"roots": {"": str(root.id)}},
        )
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    folder = tmp_path / "served"
    folder.mkdir()
    for number in range(JOBS):
        body = sample().read_bytes() + bytes([number]) * 200_000
        (folder / f"Film.{number}.{1990 + number}.mp4").write_bytes(body)
    with Files(folder) as running:
        running.pace = 120_000
        yield running


class Workers:
    """Processes with the roles worker and downloader."""

    def __init__(self, settings: Settings) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SEEN_")}
        self._environ = {
            **kept, **QUICK, "SEEN_DATABASE_URL": settings.database_url,
            "SEEN_DATA_DIR": str(settings.data_dir), "SEEN_SECRET_KEY": settings.secret_key,
        }  # fmt: skip
        self.running: list[asyncio.subprocess.Process] = []

    async def start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("seen"), "worker", env=self._environ,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        self.running.append(process)
        return process

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        """End a process and all its children without a word."""
        for pid in [process.pid, *children(process.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        await process.wait()
        self.running.remove(process)


@pytest.fixture
async def workers(settings: Settings) -> AsyncIterator[Workers]:
    made = Workers(settings)
    yield made
    for process in list(made.running):
        os.kill(process.pid, signal.SIGCONT)
        await made.kill(process)


async def order(server: Server, files: Files, count: int) -> None:
    user = await server.accounts.create_first_admin("admin@example.org", "a long password", "A")
    viewer = Viewer(user.id, user.id, user.email, "A", "admin")
    for number in range(count):
        link = f"{files.url}/Film.{number}.{1990 + number}.mp4"
        await server.downloads.submit(viewer, Request("http", link))


async def states(server: Server) -> Counter[str]:
    rows = await server.db.fetch("select coalesce(import_state, status) as s from download_jobs")
    return Counter(row["s"] for row in rows)


async def all_there(server: Server, count: int, seconds: float) -> None:
    async def check() -> bool:
        return (await states(server))["imported"] == count

    try:
        await until(check, seconds)
    except TimeoutError:
        rows = await server.db.fetch("select * from download_jobs where import_state is null")
        raise AssertionError(f"{await states(server)}: {[dict(row) for row in rows]}") from None


async def check_stories(server: Server) -> None:
    """Nothing happened twice, nothing is missing, nothing went a way that there is not."""
    stories: dict[Any, list[tuple[str, str, int]]] = {}
    for row in await server.db.fetch(
        "select job_id, status, payload->>'reason' as reason, progress_percent as percent"
        " from download_events order by id"
    ):
        stories.setdefault(row["job_id"], []).append((row["status"], row["reason"], row["percent"]))
    for story in stories.values():
        reasons = Counter(reason for _, reason, _ in story)
        assert reasons["submitted"] == reasons["completed"] == reasons["import_imported"] == 1
        assert reasons["failed"] == 0
        for (here, _, before), (there, _, after) in pairwise(story):
            assert here == there or there in WAYS[here], story  # type: ignore[index]  # a status
            assert after >= before, story


def check_files(files: Files, media: Path) -> None:
    """Every file is in the library once, byte for byte."""
    served = {path.name: path.read_bytes() for path in files.folder.iterdir()}
    found = {path: path.read_bytes() for path in media.rglob("*") if path.is_file()}
    assert sorted(found.values()) == sorted(served.values())
    assert not [path for path in found if "(2)" in path.name]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the kernel's process list")
@pytest.mark.timeout(240)
async def test_workers_killed_at_random_moments_lose_and_double_nothing(
    server: Server, files: Files, workers: Workers, tmp_path: Path
) -> None:
    await order(server, files, JOBS)
    chance = random.Random(11)
    first = await workers.start()
    for at in range(ROUNDS):
        # Two run at the same time; one of them is killed, and another one takes its place.
        second = await workers.start()
        await asyncio.sleep(chance.uniform(1.0, 3.5))
        await workers.kill(first if at % 2 else second)
        first = workers.running[0]
    files.pace = None
    await all_there(server, JOBS, 90)
    await check_stories(server)
    check_files(files, tmp_path / "media")


@pytest.mark.timeout(240)
async def test_a_worker_that_was_stopped_beyond_its_lease_finds_its_jobs_gone(
    server: Server, files: Files, workers: Workers, tmp_path: Path
) -> None:
    await order(server, files, 3)
    first = await workers.start()

    async def half_way() -> bool:
        found = await server.db.fetchval(
            "select count(*) from download_jobs where progress_percent > 10"
        )
        return bool(found == 3)

    await until(half_way, 60)
    owner = await server.db.fetchval("select distinct lease_owner from download_jobs")
    os.kill(first.pid, signal.SIGSTOP)
    await workers.start()

    async def taken_over() -> bool:
        rows = await server.db.fetch("select lease_owner, status from download_jobs")
        return all(row["lease_owner"] not in (owner, None) for row in rows)

    await until(taken_over, 60)
    os.kill(first.pid, signal.SIGCONT)
    await asyncio.sleep(1)
    files.pace = None
    await all_there(server, 3, 60)
    await asyncio.sleep(1)
    await check_stories(server)
    check = {path.name: path.read_bytes() for path in files.folder.iterdir()}
    found = [path.read_bytes() for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert len(found) == 3 and set(found) <= set(check.values())
