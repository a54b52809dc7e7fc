"""Times the list of downloads with many in it, and counts what an open page is sent meanwhile.

    python bench/downloads_list.py [JOBS] [REQUESTS] [TICKS]

A server of its own has JOBS downloads (5,000) of one person, of which three are running all the
time, from files that come slowly. Prints the middle and the slowest of REQUESTS (50) calls of the
first page, by the API and as HTML, and the bytes in which an event stream tells of each poll, over
TICKS polls (20). The first page is to take less than 100 ms, a tick less than 2,000 bytes.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import psycopg

from seen.core.migrate import migrate
from seen.plugin.daemon import free_port
from seen.plugin.testing.webserver import Served, web_server
from seen.stack.embedded import EmbeddedPostgres

PORT = free_port()
BASE = f"http://127.0.0.1:{PORT}"
LOGIN = {"email": "bench@example.org", "password": "a long password"}
POLL_SECONDS = 3
# What each download of the list is like: the states in turn, with figures in all of them.
FILL = """
insert into download_jobs (id, user_id, source_type, source, scheme, title, status,
    progress_percent, queue_position, import_state, error_message, paused)
select gen_random_uuid(), u.id, 'http', 'http://example.org/' || n || '.mkv', 'http', 'Film ' || n,
    s, case s when 'completed' then 100 else n %% 100 end, n,
    case s when 'completed' then 'imported' end, '', s = 'queued'
from (select n, (array['queued', 'completed', 'failed', 'cancelled'])[1 + n %% 4] as s
    from generate_series(1, %s) n) x, users u
"""


async def ready() -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            try:
                async with session.get(f"{BASE}/api/v1/health/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("the server does not start")


async def timed(session: aiohttp.ClientSession, path: str, count: int) -> tuple[float, float]:
    """The middle and the slowest of some calls, in milliseconds."""
    took = []
    for _ in range(count):
        began = time.perf_counter()
        async with session.get(BASE + path) as answer:
            await answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), max(took)


async def listened(session: aiohttp.ClientSession, seconds: float) -> int:
    """Bytes on the event stream in so many seconds."""
    count = 0
    try:
        async with asyncio.timeout(seconds), session.get(f"{BASE}/app/events") as answer:
            async for part in answer.content.iter_any():
                count += len(part)
    except TimeoutError:
        pass
    return count


async def measure(jobs: int, requests: int, ticks: int, dsn: str) -> bool:
    async with aiohttp.ClientSession() as session, web_server() as files:
        async with session.post(f"{BASE}/api/v1/auth/login", json=LOGIN) as answer:
            session.headers["Authorization"] = f"Bearer {(await answer.json())['accessToken']}"
        with psycopg.connect(dsn, autocommit=True) as db:
            db.execute(FILL, [jobs - 3])
            db.execute("analyze")
        for number in range(3):
            files.files[f"/{number}.bin"] = Served(bytes(50_000_000), pause=0.2)
            body = {"sourceType": "http", "source": files.url(f"/{number}.bin")}
            async with session.post(f"{BASE}/api/v1/downloads", json=body) as answer:
                if answer.status != 201:
                    raise SystemExit(await answer.text())
        await asyncio.sleep(3 * POLL_SECONDS)
        good = True
        for name, path in (("API", "/api/v1/downloads?limit=20"), ("HTML", "/app/downloads")):
            async with session.get(BASE + path) as answer:
                size = len(await answer.read())
            middle, slowest = await timed(session, path, requests)
            print(f"{name:5} {middle:7.1f} ms, slowest {slowest:7.1f} ms, {size / 1000:.0f} kB")
            good = good and middle < 100
        told = await listened(session, ticks * POLL_SECONDS) / ticks
        print(f"{told:.0f} bytes a tick of {POLL_SECONDS} s, with three downloads that move")
        return good and told < 2000


async def main(jobs: int, requests: int, ticks: int) -> int:
    work = Path(tempfile.mkdtemp(prefix="seen-bench-"))
    postgres = EmbeddedPostgres(work / "postgresql")
    await postgres.start()
    await asyncio.to_thread(migrate, postgres.dsn)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEEN_")}
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("seen"), "serve", stdout=asyncio.subprocess.DEVNULL,
        env=kept | {
            "SEEN_DATABASE_URL": postgres.dsn, "SEEN_DATA_DIR": str(work / "data"),
            "SEEN_PORT": str(PORT), "SEEN_ADMIN_EMAIL": LOGIN["email"],
            "SEEN_ADMIN_PASSWORD": LOGIN["password"], "SEEN_EGRESS_ALLOW": "127.0.0.1",
            "SEEN_CATALOG_SYNC": "false", "SEEN_LOG_LEVEL": "error",
        },
    )  # fmt: skip
    try:
        await ready()
        return 0 if await measure(jobs, requests, ticks, postgres.dsn) else 1
    finally:
        process.terminate()
        await process.wait()
        await postgres.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    raise SystemExit(asyncio.run(main(*(given + [5000, 50, 20][len(given) :]))))
