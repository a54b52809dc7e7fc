"""Trackers are asked in place of programs, and private peers are left out of what they say."""

from __future__ import annotations

import asyncio
import ipaddress
import struct
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web

from seen.core.bencode import encode, read_document
from seen.core.egress import Guard
from seen.core.proxy import GuardedProxy
from seen.core.trackers import SUFFIX

HASH = bytes(range(236, 256))
QUERY = (
    f"info_hash={quote(HASH)}&peer_id={quote(b'-SN0001-123456789012')}&port=6881&left=5"
    "&uploaded=0&downloaded=0&event=started&compact=1"
)
ALLOWED, PRIVATE = "127.0.0.9", "127.0.0.2"


def packed(*peers: tuple[str, int]) -> bytes:
    return b"".join(
        ipaddress.ip_address(host).packed + port.to_bytes(2, "big") for host, port in peers
    )


PEERS = packed((ALLOWED, 7), (PRIVATE, 7), ("10.0.0.1", 7), ("8.8.8.8", 7))
KEPT = packed((ALLOWED, 7), ("8.8.8.8", 7))


class Tracker(asyncio.DatagramProtocol):
    """A tracker over UDP."""

    def __init__(self) -> None:
        self.announced: list[tuple[Any, ...]] = []
        self.refuses = False
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        _, action, number = struct.unpack(">QII", data[:16])
        if self.refuses:
            self.transport.sendto(struct.pack(">II", 3, number) + b"not registered", addr)
        elif action == 0:
            self.transport.sendto(struct.pack(">IIQ", 0, number, 77), addr)
        else:
            self.announced.append(struct.unpack(">20s20sQQQIIIiH", data[16:98]))
            head = struct.pack(">IIIII", 1, number, 1800, 2, 3)
            self.transport.sendto(head + PEERS, addr)


@pytest.fixture
async def proxy() -> AsyncIterator[GuardedProxy]:
    made = GuardedProxy(Guard(["127.0.0.1", f"{ALLOWED}:7"]))
    await made.start()
    yield made
    await made.close()


async def ask(proxy: GuardedProxy, stand_in: str, query: str = QUERY) -> dict[bytes, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stand_in}?{query}", proxy=proxy.url) as answer,
    ):
        assert answer.status == 200
        return dict(read_document(await answer.read()).values)


async def served(
    answer: web.Response | None = None, **said: Any
) -> tuple[web.AppRunner, str, list[str]]:
    asked: list[str] = []

    async def announce(request: web.Request) -> web.Response:
        asked.append(request.raw_path)
        body = encode({key.replace("_", " ").encode(): value for key, value in said.items()})
        return answer or web.Response(body=body)

    app = web.Application()
    app.router.add_get("/x/announce", announce)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/x/announce?key=1", asked


async def test_private_peers_are_left_out_of_the_answer(proxy: GuardedProxy) -> None:
    sixes = packed(("::1", 7), ("2600::1", 7), ("fd00::1", 7))
    runner, url, asked = await served(
        interval=900, peers=PEERS, peers6=sixes, external_ip=b"xxxx", complete=4
    )
    said = await ask(proxy, proxy.trackers.stand_in(url))
    await runner.cleanup()
    assert said == {b"interval": 900, b"complete": 4, b"peers": KEPT,
                    b"peers6": packed(("2600::1", 7))}  # fmt: skip
    assert asked == [f"/x/announce?key=1&{QUERY}"]


async def test_peers_in_the_long_form_are_sorted_out_too(proxy: GuardedProxy) -> None:
    peers = [{b"ip": ip, b"port": 7} for ip in (b"127.0.0.9", b"127.0.0.2", b"localhost", b"::1")]
    runner, url, _ = await served(interval=900, peers=[*peers, 5, {b"ip": b"8.8.8.8", b"port": 0}])
    said = await ask(proxy, proxy.trackers.stand_in(url))
    await runner.cleanup()
    assert said[b"peers"] == [{b"ip": b"127.0.0.9", b"port": 7}]


async def test_a_tracker_over_udp_is_asked(proxy: GuardedProxy) -> None:
    loop = asyncio.get_running_loop()
    transport, tracker = await loop.create_datagram_endpoint(Tracker, ("127.0.0.1", 0))
    stand_in = proxy.trackers.stand_in(f"udp://127.0.0.1:{transport.get_extra_info('sockname')[1]}")
    said = await ask(proxy, stand_in)
    assert said == {b"interval": 1800, b"incomplete": 2, b"complete": 3, b"peers": KEPT}
    info_hash, peer_id, downloaded, left, _, event, _, _, wanted, port = tracker.announced[0]
    assert (info_hash, peer_id) == (HASH, b"-SN0001-123456789012")
    assert (downloaded, left, event, wanted, port) == (0, 5, 2, -1, 6881)
    tracker.refuses = True
    assert (await ask(proxy, stand_in))[b"failure reason"] == b"not registered"
    transport.close()


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.2:9/announce", "udp://127.0.0.2:9", "https://[::1]:9/", "wss://8.8.8.8/",
     "udp://127.0.0.1", "http://a..b/"],
)  # fmt: skip
async def test_what_may_not_be_asked_is_told_as_a_failure(proxy: GuardedProxy, url: str) -> None:
    said = await ask(proxy, proxy.trackers.stand_in(url))
    assert set(said) == {b"failure reason"}


@pytest.mark.parametrize(
    "answer", [b"nonsense", b"", b"d5:peersi1ee", b"i5e", b"d8:intervali1e5:peers5:abcdee"]
)
async def test_nonsense_becomes_no_peers(proxy: GuardedProxy, answer: bytes) -> None:
    runner, url, _ = await served(web.Response(body=answer))
    said = await ask(proxy, proxy.trackers.stand_in(url))
    await runner.cleanup()
    assert not said.get(b"peers")


async def test_peers_are_not_counted(proxy: GuardedProxy) -> None:
    stand_in = proxy.trackers.stand_in("http://127.0.0.1:9/announce").replace("announce", "scrape")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stand_in}?{QUERY}", proxy=proxy.url) as answer,
    ):
        assert answer.status == 404


async def test_a_stand_in_is_the_same_for_ever_and_leads_nowhere_before(
    proxy: GuardedProxy,
) -> None:
    other = GuardedProxy(Guard([]))
    stand_in = other.trackers.stand_in("http://host/announce")
    assert stand_in.startswith("http://") and SUFFIX in stand_in
    assert b"not known" in (await ask(proxy, stand_in))[b"failure reason"]
    assert proxy.trackers.stand_in("http://host/announce") == stand_in
    assert proxy.trackers.stand_in("http://host/other") != stand_in
    await other.close()
