"""Races downloads through the server against aria2c and curl, in one run, in turn.

    python bench/download_floors.py [ROUNDS]

Needs ``aria2c`` and ``curl``. Serves files on loopback from a process of its own: 500 small ones,
which the server fetches with every state durable, and one of 200 MB. Prints seconds, and each as a
share of the peer's speed. The floors are .45 of aria2c for the small ones, 1.0 of aria2c and .70 of
curl for the large one.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from seen.compose import Server, open_server
from seen.core.settings import load_settings
from seen.core.viewer import Viewer
from seen.downloads.service import Request

PORT = 18_990
SMALL, SMALL_BYTES, LARGE_BYTES = 500, 20_000, 200_000_000
AT_ONCE = 16
SERVE = (
    "import sys\n"
    "from aiohttp import web\n"
    "app = web.Application()\n"
    "app.router.add_static('/', sys.argv[1])\n"
    f"web.run_app(app, host='127.0.0.1', port={PORT}, access_log=None, print=None)\n"
)


@contextlib.asynccontextmanager
async def file_server(folder: Path) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVE, str(folder))
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", PORT)
                writer.close()
                break
            await asyncio.sleep(0.1)
        yield
    finally:
        process.terminate()
        await process.wait()


async def timed(*command: str) -> float:
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise SystemExit(f"{command[0]} failed")
    return time.perf_counter() - started


async def by_aria2(urls: list[str], folder: Path) -> float:
    listed = folder / "list"
    listed.write_text("\n".join(urls))
    return await timed(
        "aria2c", "-q", "-i", str(listed), "-d", str(folder), f"-j{AT_ONCE}",
        "--allow-overwrite=true", "--file-allocation=none",
    )  # fmt: skip


async def by_server(server: Server, viewer: Viewer, urls: list[str]) -> float:
    """From the moment the queue is let go to the last one complete; then all is cleared."""
    await server.downloader.stop()
    for url in urls:
        await server.downloads.submit(viewer, Request("http", url))
    started = time.perf_counter()
    await server.downloader.start()
    while await server.db.fetchval("select exists (select 1 from download_jobs"
                                   " where status not in ('completed', 'failed'))"):  # fmt: skip
        await asyncio.sleep(0.01)
    took = time.perf_counter() - started
    failed = await server.db.fetchval("select count(*) from download_jobs where status = 'failed'")
    if failed:
        raise SystemExit(f"{failed} downloads failed")
    return took


async def forget(server: Server) -> None:
    """Leave nothing behind for the next round."""
    while await server.db.fetchval("select exists (select 1 from download_jobs"
                                   " where needs_release)"):  # fmt: skip
        await asyncio.sleep(0.05)
    await server.db.execute("delete from download_jobs")
    shutil.rmtree(server.settings.downloads, ignore_errors=True)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def race(server: Server, viewer: Viewer, served: Path, rounds: int) -> None:
    small = [f"http://127.0.0.1:{PORT}/small-{number}.txt" for number in range(SMALL)]
    large = f"http://127.0.0.1:{PORT}/large.bin"
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            into = Path(folder)
            times.setdefault("small aria2c", []).append(await by_aria2(small, into))
        times.setdefault("small server", []).append(await by_server(server, viewer, small))
        await forget(server)
        with tempfile.TemporaryDirectory() as folder:
            into = Path(folder)
            times.setdefault("large aria2c", []).append(await by_aria2([large], into))
            curl = await timed("curl", "-s", "-o", str(into / "x"), large)
            times.setdefault("large curl", []).append(curl)
        times.setdefault("large server", []).append(await by_server(server, viewer, [large]))
        (path,) = server.settings.downloads.glob("*/large.bin")
        if digest(path) != digest(served / "large.bin"):
            raise SystemExit("the large file is not what was served")
        await forget(server)
    middle = {name: statistics.median(each) for name, each in times.items()}
    for name, seconds in middle.items():
        print(f"{name:14} {seconds:7.2f} s")
    print(f"500 small, of aria2c's speed: {middle['small aria2c'] / middle['small server']:.2f}")
    for peer in ("aria2c", "curl"):
        ratio = middle[f"large {peer}"] / middle["large server"]
        print(f"200 MB, of {peer}'s speed: {ratio:.2f}")


async def main(rounds: int) -> None:
    work = Path(tempfile.mkdtemp(prefix="seen-bench-"))
    served = work / "served"
    served.mkdir()
    for number in range(SMALL):
        (served / f"small-{number}.txt").write_bytes(os.urandom(SMALL_BYTES))
    (served / "large.bin").write_bytes(os.urandom(LARGE_BYTES))
    settings = load_settings(
        data_dir=work / "data", port=0, roles=("downloader",), download_max_active=AT_ONCE,
        egress_allow=("127.0.0.1",), catalog_sync=False, log_level="error",
    )  # fmt: skip
    try:
        async with file_server(served), open_server(settings) as server:
            user = await server.accounts.create_first_admin("a@example.org", "long enough", "A")
            viewer = Viewer(user.id, user.id, user.email, "A", "admin")
            await server.host.settled(30)
            await race(server, viewer, served, rounds)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
