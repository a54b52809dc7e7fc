"""Races the sending of films against nginx, in one run, in turn.

    python bench/streaming.py [ROUNDS]

Needs ``nginx``, ``wrk``, ``curl`` and Linux. One film of 512 MB is sent whole to one client, and in
parts of 1 MB from anywhere to 200 clients, by nginx and by the server through a signed address.
Then 200 clients take the film slowly, as players do, while the API is asked: how much later the
slowest answer of a hundred comes than with nobody watching.
"""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from http_floors import LOGIN, Case, started, wait_for

SIZE = 512 * 2**20
VIEWERS = 200
# Bytes a second of one viewer: about 8 Mbit/s.
PACE = 1_000_000
PORT, NGINX = 18_985, 18_986
NGINX_FILE = """
user {user}; daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; default_type video/mp4;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""
RANDOM_PARTS = """
math.randomseed(7)
local headers = {{{headers}}}
request = function()
  local from = math.random(0, {size} - 1048576)
  headers["Range"] = "bytes=" .. from .. "-" .. from + 1048575
  return wrk.format("GET", nil, headers)
end
"""


def make_film(clip: Path, film: Path) -> None:
    """A clip that plays, with a large empty box of MP4 behind it."""
    data = clip.read_bytes()
    rest = SIZE - len(data)
    with film.open("wb") as out:
        out.write(data + rest.to_bytes(4, "big") + b"free")
        for _ in range((rest - 8) // 2**20):
            out.write(bytes(2**20))
        out.write(bytes((rest - 8) % 2**20))


@contextlib.asynccontextmanager
async def server(folder: Path) -> AsyncIterator[tuple[str, int, str]]:
    """Our server with the film in its library: its address, process and access token."""
    seen = str(Path(sys.executable).with_name("seen"))
    environment = {
        "SEEN_DATA_DIR": str(folder / "data"), "SEEN_PORT": str(PORT), "SEEN_LOG_LEVEL": "error",
        "SEEN_ADMIN_EMAIL": LOGIN["email"], "SEEN_ADMIN_PASSWORD": LOGIN["password"],
        "SEEN_METADATA_TVMAZE_BASE_URL": "http://127.0.0.1:9", "SEEN_CATALOG_SYNC": "false",
        "SEEN_LIBRARY_ROOTS": str(folder / "films"),
    }  # fmt: skip
    base = f"http://127.0.0.1:{PORT}"
    async with started(seen, "serve", **environment) as pid:
        await wait_for(f"{base}/api/v1/health/ready")
        async with (
            aiohttp.ClientSession(base) as session,
            session.post("/api/v1/auth/login", json=LOGIN) as answer,
        ):
            token = (await answer.json())["accessToken"]
        yield base, pid, token


async def stream_address(base: str, token: str) -> str:
    """The signed address of the film, once the scan has found it."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(base, headers=headers) as session:
        for _ in range(300):
            async with session.get("/api/v1/library") as answer:
                files = (await answer.json())["items"]
            if files:
                async with session.get(f"/api/v1/library/{files[0]['id']}/play") as answer:
                    return base + str((await answer.json())["src"])
            await asyncio.sleep(0.2)
    raise SystemExit("The film did not come into the library.")


async def whole(address: str, token: str) -> float:
    """Bytes a second to one client that takes all of it."""
    process = await asyncio.create_subprocess_exec(
        "curl", "-sf", "-o", "/dev/null", "-w", "%{speed_download}",
        "-H", f"Authorization: Bearer {token}", address, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    return float((await process.communicate())[0])


async def parts(address: str, token: str, script: Path) -> float:
    """Parts of 1 MB a second to 200 clients at once."""
    headers = f'["Authorization"]="Bearer {token}"'
    script.write_text(RANDOM_PARTS.format(headers=headers, size=SIZE), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        "wrk", "-t1", f"-c{VIEWERS}", "-d4s", "-s", str(script), address,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said = (await process.communicate())[0].decode()
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or "Non-2xx" in said:
        raise SystemExit(said)
    return float(found[1])


@contextlib.asynccontextmanager
async def watching(address: str, token: str) -> AsyncIterator[None]:
    """200 clients that take the film as slowly as it plays."""
    parsed = urlsplit(address)

    async def watch() -> None:
        reader, writer = await asyncio.open_connection(parsed.hostname, parsed.port, limit=2**16)
        writer.write(
            f"GET {parsed.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )
        try:
            while await reader.read(PACE // 4):
                await asyncio.sleep(0.25)
        finally:
            writer.close()

    viewers = [asyncio.create_task(watch()) for _ in range(VIEWERS)]
    await asyncio.sleep(1)
    try:
        yield
    finally:
        for each in viewers:
            each.cancel()
        await asyncio.gather(*viewers, return_exceptions=True)


async def main(rounds: int) -> None:
    for program in ("nginx", "wrk", "curl"):
        if shutil.which(program) is None:
            raise SystemExit(f"This benchmark needs {program}.")
    folder = Path(tempfile.mkdtemp(prefix="seen-bench-"))
    try:
        await race(rounds, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def race(rounds: int, folder: Path) -> None:
    """All cases in turn, and what came of them."""
    from seen.demo.service import make_demo

    async def quietly(*_: object) -> None:
        """Nobody waits for the clips."""

    (folder / "films").mkdir()
    await make_demo(folder / "demo", quietly)
    clip = next((folder / "demo").rglob("*.mp4"))
    film = folder / "films" / "Low Sun (2021).mp4"
    await asyncio.to_thread(make_film, clip, film)
    settings = folder / "nginx.conf"
    settings.write_text(
        NGINX_FILE.format(user=getpass.getuser(), folder=folder, port=NGINX, root=film.parent),
        encoding="utf-8",
    )
    async with started("nginx", "-c", str(settings)), server(folder) as (base, pid, token):
        theirs = f"http://127.0.0.1:{NGINX}/{film.name.replace(' ', '%20')}"
        ours = await stream_address(base, token)
        wholes: dict[str, list[float]] = {ours: [], theirs: []}
        some: dict[str, list[float]] = {ours: [], theirs: []}
        for _ in range(rounds):
            for address in (theirs, ours):
                wholes[address].append(await whole(address, token))
                some[address].append(await parts(address, token, folder / "parts.lua"))
        for name, found in (("whole", wholes), ("1 MB to 200", some)):
            mine, nginx = statistics.median(found[ours]), statistics.median(found[theirs])
            print(f"{name:14} {mine:14.0f} a second, {mine / nginx:.2f} of nginx")
        asked = Case(f"{base}/api/v1/auth/me", {"Authorization": f"Bearer {token}"}, pid)
        for name in ("nobody watches", "200 watch"):
            asked.rates.clear()
            asked.delays.clear()
            async with watching(ours, token) if name == "200 watch" else contextlib.nullcontext():
                for _ in range(rounds):
                    await asked.ask()
            slow = statistics.median(asked.slowest) * 1e3
            print(f"{name:14} {asked.rate:14.0f} answers a second, p99 {slow:.1f} ms")
            asked.slowest.clear()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
