"""Races the server's warm answers against a bare aiohttp server, in one run, case by case in turn.

    python bench/http_floors.py [ROUNDS]

Needs ``wrk``. Starts both servers on loopback with throw-away data, sends bounded load from 32
connections, and prints each case's median requests a second as a share of the bare server's.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import aiohttp

HELLO_PORT, SERVER_PORT = 18_980, 18_981
SECONDS = 2
BARE = (
    "from aiohttp import web\n"
    "app = web.Application()\n"
    'async def hello(_): return web.Response(body=b\'{"hello":"world"}\','
    " content_type='application/json')\n"
    "app.router.add_get('/', hello)\n"
    f"web.run_app(app, host='127.0.0.1', port={HELLO_PORT}, access_log=None, print=None)\n"
)


async def rate(address: str, headers: dict[str, str]) -> float:
    """Requests a second over a short run."""
    options = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    process = await asyncio.create_subprocess_exec(
        "wrk", "-t1", "-c32", f"-d{SECONDS}s", *options, address,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    found = re.search(r"Requests/sec:\s+([\d.]+)", out.decode())
    if found is None or "Non-2xx" in out.decode().replace("Non-2xx or 3xx responses: 0", ""):
        raise SystemExit(f"{address}: {out.decode()}")
    return float(found[1])


async def wait_for(address: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            try:
                async with session.get(address) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit(f"{address} does not answer")


async def cases() -> dict[str, tuple[str, dict[str, str]]]:
    """What is raced: name, address, headers."""
    base = f"http://127.0.0.1:{SERVER_PORT}"
    async with aiohttp.ClientSession() as session:
        login = {"email": "bench@example.org", "password": "a long password"}
        async with session.post(f"{base}/api/v1/auth/login", json=login) as answer:
            token = (await answer.json())["accessToken"]
        signed = {"Authorization": f"Bearer {token}"}
        await asyncio.sleep(3)
        async with session.get(f"{base}/api/v1/dashboard", headers=signed) as answer:
            etag = answer.headers["ETag"]
        discovered = await filled(session, f"{base}/api/v1/discover", signed)
    return {
        "bare aiohttp": (f"http://127.0.0.1:{HELLO_PORT}/", {}),
        "live": (f"{base}/api/v1/health/live", {}),
        "dashboard, warm": (f"{base}/api/v1/dashboard", signed),
        "dashboard, 304": (f"{base}/api/v1/dashboard", {**signed, "If-None-Match": etag}),
        "discover, warm": (f"{base}/api/v1/discover", signed),
        "discover, 304": (f"{base}/api/v1/discover", {**signed, "If-None-Match": discovered}),
        "movies, 20 with marks": (f"{base}/api/v1/movies?limit=20", signed),
        "discover, page": (f"{base}/app/discover", signed),
        "suggestions": (f"{base}/api/v1/search/suggestions?q=nig", signed),
        "library, page of 40": (f"{base}/api/v1/library", signed),
    }


async def filled(session: aiohttp.ClientSession, address: str, headers: dict[str, str]) -> str:
    """Wait until Discover has lists; the ETag of its answer."""
    for _ in range(300):
        async with session.get(address, headers=headers) as answer:
            if (await answer.json())["sections"]:
                # What comes after the lists changes their cards for a moment.
                await asyncio.sleep(10)
                async with session.get(address, headers=headers) as again:
                    return again.headers["ETag"]
        await asyncio.sleep(0.2)
    raise SystemExit("Discover stays empty: is a provider with lists installed?")


async def main(rounds: int) -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("This benchmark needs wrk.")
    data = Path(tempfile.mkdtemp(prefix="seen-bench-"))
    environment = {
        **os.environ, "SEEN_DATA_DIR": str(data), "SEEN_PORT": str(SERVER_PORT),
        "SEEN_ADMIN_EMAIL": "bench@example.org", "SEEN_ADMIN_PASSWORD": "a long password",
        "SEEN_LOG_LEVEL": "error",
    }  # fmt: skip
    seen = Path(sys.executable).with_name("seen")
    demo = await asyncio.create_subprocess_exec(seen, "demo", env=environment,
                                                stdout=asyncio.subprocess.DEVNULL)  # fmt: skip
    await demo.wait()
    servers = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", BARE),
        await asyncio.create_subprocess_exec(seen, "serve", env=environment,
                                             stdout=asyncio.subprocess.DEVNULL),
    ]  # fmt: skip
    try:
        await wait_for(f"http://127.0.0.1:{HELLO_PORT}/")
        await wait_for(f"http://127.0.0.1:{SERVER_PORT}/api/v1/health/ready")
        raced = await cases()
        rates: dict[str, list[float]] = {name: [] for name in raced}
        for _ in range(rounds):
            for name, (address, headers) in raced.items():
                rates[name].append(await rate(address, headers))
    finally:
        for server in servers:
            server.terminate()
            await server.wait()
        shutil.rmtree(data, ignore_errors=True)
    bare = statistics.median(rates["bare aiohttp"])
    for name, found in rates.items():
        middle = statistics.median(found)
        print(
            f"{name:22} {middle:9.0f} /s  {middle / bare:5.2f} H  {'#' * round(40 * middle / bare)}"
        )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
