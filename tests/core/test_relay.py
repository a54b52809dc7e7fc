"""What carries bytes between two sockets: on every loop, with and without the system's help."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop

from seen.core.relay import relay

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
WAYS = ("splice", "refused", "absent")
MUCH = random.Random(1).randbytes(3_000_000)


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of one connection, with little room in between."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ends = socket.create_connection(listening.getsockname()), listening.accept()[0]
    for each in ends:
        each.setblocking(False)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    return ends


class Tunnel:
    """A client and a server with a relay between them."""

    def __init__(self, first: bytes = b"") -> None:
        self.client, self._near = pair()
        self._far, self.server = pair()
        self._loop = asyncio.get_running_loop()
        self.relaying = asyncio.create_task(relay(self._near, self._far, first))

    async def __aenter__(self) -> Tunnel:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.relaying.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await self.relaying
        for each in (self.client, self._near, self._far, self.server):
            each.close()

    async def send(self, sender: socket.socket, data: bytes) -> None:
        await self._loop.sock_sendall(sender, data)

    async def read(self, reader: socket.socket) -> bytes:
        """Everything up to the end."""
        found = bytearray()
        while data := await self._loop.sock_recv(reader, 65_536):
            found += data
        return bytes(found)


Run = Callable[[Callable[[], Awaitable[None]]], None]


@pytest.fixture(params=[(loop, way) for loop in LOOPS for way in WAYS], ids="-".join)
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a test on a loop; no file that was opened meanwhile may stay open."""
    loop, way = request.param

    def refuse(*_: Any, **__: Any) -> int:
        raise OSError(errno.EINVAL, "not here")

    if way == "refused":
        monkeypatch.setattr(os, "splice", refuse)
    elif way == "absent":
        monkeypatch.delattr(os, "splice")

    def run(test: Callable[[], Awaitable[None]]) -> None:
        async def counted() -> None:
            # A loop opens files of its own with the first thing that it waits for.
            async with Tunnel():
                await asyncio.sleep(0)
            before = os.listdir("/dev/fd")
            await test()
            assert len(os.listdir("/dev/fd")) == len(before)

        with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
            runner.run(counted())

    return run


def test_all_comes_through_when_the_client_ends_first(run: Run) -> None:
    async def test() -> None:
        async with Tunnel(b"first ") as tunnel:
            asked = asyncio.create_task(tunnel.read(tunnel.server))
            await tunnel.send(tunnel.client, MUCH)
            tunnel.client.shutdown(socket.SHUT_WR)
            assert await asked == b"first " + MUCH
            answered = asyncio.create_task(tunnel.read(tunnel.client))
            await tunnel.send(tunnel.server, MUCH)
            tunnel.server.shutdown(socket.SHUT_WR)
            assert await answered == MUCH
            await tunnel.relaying

    run(test)


def test_all_comes_through_when_the_server_ends_first(run: Run) -> None:
    async def test() -> None:
        async with Tunnel() as tunnel:
            answered = asyncio.create_task(tunnel.read(tunnel.client))
            await tunnel.send(tunnel.server, MUCH)
            tunnel.server.shutdown(socket.SHUT_WR)
            assert await answered == MUCH
            await tunnel.send(tunnel.client, b"thanks")
            tunnel.client.shutdown(socket.SHUT_WR)
            assert await tunnel.read(tunnel.server) == b"thanks"
            await tunnel.relaying

    run(test)


def test_a_server_is_not_read_faster_than_the_client_reads(run: Run) -> None:
    async def test() -> None:
        async with Tunnel() as tunnel:
            sending = asyncio.create_task(tunnel.send(tunnel.server, MUCH * 10))
            await asyncio.sleep(0.2)
            assert not sending.done()
            # Who waits for room in one direction hears the other one meanwhile.
            await tunnel.send(tunnel.client, b"patience")
            heard = await asyncio.get_running_loop().sock_recv(tunnel.server, 100)
            assert heard == b"patience"
            answered = asyncio.create_task(tunnel.read(tunnel.client))
            await sending
            tunnel.server.shutdown(socket.SHUT_WR)
            assert await answered == MUCH * 10

    run(test)


@pytest.mark.parametrize("who", ["client", "server"])
def test_one_side_that_breaks_ends_it(run: Run, who: str) -> None:
    async def test() -> None:
        async with Tunnel() as tunnel:
            await tunnel.send(tunnel.server, b"hello")
            assert await asyncio.get_running_loop().sock_recv(tunnel.client, 10) == b"hello"
            broken: socket.socket = getattr(tunnel, who)
            broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            broken.close()
            with pytest.raises(OSError):
                await tunnel.relaying

    run(test)


def test_a_tunnel_in_use_does_not_keep_the_others_waiting(run: Run) -> None:
    async def test() -> None:
        async with Tunnel() as busy, Tunnel() as other:
            flood = asyncio.create_task(busy.send(busy.server, MUCH * 10))
            sink = asyncio.create_task(busy.read(busy.client))
            for _ in range(20):
                await other.send(other.server, b"x")
                assert await asyncio.get_running_loop().sock_recv(other.client, 10) == b"x"
            await flood
            busy.server.shutdown(socket.SHUT_WR)
            assert len(await sink) == len(MUCH) * 10

    run(test)
