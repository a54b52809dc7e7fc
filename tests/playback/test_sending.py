"""Files on their way, over both event loops that the server may run on."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import uvloop
from aiohttp import web

from seen.playback.sending import MediaResponse, open_inside

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
# Not a whole number of parts.
SIZE = 12 * 2**20 + 345

Steps = Callable[[str, Path], Awaitable[None]]


@asynccontextmanager
async def serving(film: Path) -> AsyncIterator[str]:
    """A server that sends one file; its address."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return MediaResponse(open_inside(str(film), str(film.parent)), "video/mp4")

    app = web.Application()
    app.router.add_get("/film", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/film"
    finally:
        await runner.cleanup()


def handles() -> int:
    """How many files and connections this process has open."""
    return len(os.listdir("/proc/self/fd"))


@pytest.fixture(params=LOOPS)
def over(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Steps], None]:
    """Runs steps against a server, on one loop or the other."""

    def run(steps: Steps) -> None:
        film = tmp_path / "film.mp4"
        film.write_bytes(os.urandom(SIZE))

        async def play() -> None:
            async with serving(film) as address:
                await steps(address, film)

        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            runner.run(play())

    return run


def test_every_byte_comes_and_the_connection_serves_again(over: Callable[[Steps], None]) -> None:
    async def steps(address: str, film: Path) -> None:
        content = film.read_bytes()
        one = aiohttp.TCPConnector(limit=1)
        async with aiohttp.ClientSession(connector=one) as session:
            for first, last in ((0, SIZE - 1), (5, 5), (1_000_001, 9_999_999), (SIZE - 3, SIZE)):
                wish = {"Range": f"bytes={first}-{last}"}
                async with session.get(address, headers=wish) as answer:
                    assert await answer.read() == content[first : last + 1]

    over(steps)


def test_who_reads_slowly_gets_all_of_it_and_holds_up_nobody(
    over: Callable[[Steps], None],
) -> None:
    async def steps(address: str, film: Path) -> None:
        content = film.read_bytes()
        async with (
            aiohttp.ClientSession(read_bufsize=2**14) as session,
            session.get(address) as slow,
        ):
            await asyncio.sleep(0.1)
            async with session.get(address) as quick:
                assert await quick.read() == content
            assert await slow.read() == content

    over(steps)


def test_who_leaves_in_the_middle_leaves_nothing_open(over: Callable[[Steps], None]) -> None:
    async def steps(address: str, _: Path) -> None:
        port = int(address.split(":")[2].split("/")[0])
        async with aiohttp.ClientSession() as session:
            async with session.head(address) as answer:
                await answer.read()
            before = handles()
            for linger in (True, False):
                for _ in range(5):
                    await asyncio.to_thread(_leave, port, linger)
            for _ in range(200):
                if handles() <= before:
                    break
                await asyncio.sleep(0.05)
            assert handles() <= before

    over(steps)


def _leave(port: int, linger: bool) -> None:
    """Begin to take a file and hang up; without ``linger`` as a machine does that lost power."""
    with socket.create_connection(("127.0.0.1", port)) as taken:
        taken.sendall(b"GET /film HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        taken.recv(10_000)
        if not linger:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))


def test_a_file_that_becomes_shorter_ends_the_connection(over: Callable[[Steps], None]) -> None:
    async def steps(address: str, film: Path) -> None:
        async with (
            aiohttp.ClientSession(read_bufsize=2**14) as session,
            session.get(address) as answer,
        ):
            os.truncate(film, 1_000_000)
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.read()

    over(steps)
