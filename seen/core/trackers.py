"""Asks BitTorrent trackers in place of programs that know nothing of the gate.

A program gets an address that leads to its guarded proxy. What it asks there is asked at the real
tracker, over HTTP or UDP (BEP 15), and what that answers comes back without the peers that may not
be connected to: the program dials whatever it is told.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import secrets
import socket
import struct
from collections.abc import Mapping
from typing import cast
from urllib.parse import parse_qs, urlsplit

import aiohttp
from yarl import URL

from seen.core.bencode import BencodeError, Value, encode, read_document
from seen.core.egress import EgressRefused, Guard, GuardedResolver, guarded_session

SUFFIX = ".tracker.invalid"
"""Ends the host names that stand for trackers; the domain can never be a real one."""
ANNOUNCE = "/announce"
"""The path of every stand-in. Programs that would count peers ask at another one."""
_LARGEST = 2 * 1024 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
_TRIES, _PATIENCE = 2, 6.0
_CONNECT, _ANNOUNCE, _ERROR = 0, 1, 3
_PROTOCOL = 0x41727101980
_EVENTS = {"completed": 1, "started": 2, "stopped": 3}
_KEPT = (b"interval", b"min interval", b"complete", b"incomplete", b"tracker id",
         b"failure reason", b"warning message")  # fmt: skip


class TrackerError(Exception):
    """The tracker gave no answer of use."""


class Trackers:
    """Made and closed on one loop."""

    def __init__(self, guard: Guard, resolver: GuardedResolver) -> None:
        self._guard = guard
        self._resolver = resolver
        self._urls: dict[str, str] = {}
        self._session: aiohttp.ClientSession | None = None

    def stand_in(self, url: str) -> str:
        """The address that stands for a tracker; the same one for the same tracker, always."""
        host = hashlib.sha256(url.encode()).hexdigest()[:40] + SUFFIX
        self._urls[host] = url
        return f"http://{host}{ANNOUNCE}"

    async def answer(self, host: str, query: str, agent: str) -> bytes:
        """What the tracker behind a stand-in says, fit to be believed; never raises."""
        url = self._urls.get(host)
        try:
            if url is None:
                raise TrackerError("this tracker is not known any more")
            scheme = urlsplit(url).scheme.lower()
            if scheme in ("http", "https"):
                said = await self._over_http(url, query, agent)
            elif scheme == "udp":
                said = await self._over_udp(url, query)
            else:
                raise TrackerError("this kind of tracker is not asked")
        except (TrackerError, BencodeError, EgressRefused) as error:
            return encode({b"failure reason": str(error).encode()})
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
            reason = f"the tracker does not answer ({type(error).__name__})"
            return encode({b"failure reason": reason.encode()})
        return encode(self.believed(said))

    def believed(self, said: Mapping[bytes, Value]) -> dict[bytes, Value]:
        """The part of an answer that is of use, with the peers that may be connected to."""
        kept = {key: said[key] for key in _KEPT if isinstance(said.get(key), int | bytes)}
        peers = said.get(b"peers", b"")
        if isinstance(peers, list):
            kept[b"peers"] = [each for each in peers if self._is_allowed_entry(each)]
        elif isinstance(peers, bytes):
            kept[b"peers"] = self._allowed(peers, 4)
        more = said.get(b"peers6")
        if isinstance(more, bytes):
            kept[b"peers6"] = self._allowed(more, 16)
        return kept

    async def close(self) -> None:
        """Let go of what was opened."""
        if self._session is not None:
            await self._session.close()

    # --- peers ----------------------------------------------------------------------------------

    def _allowed(self, packed: bytes, width: int) -> bytes:
        step = width + 2
        kept = []
        for at in range(0, len(packed) - step + 1, step):
            peer = packed[at : at + step]
            port = int.from_bytes(peer[width:], "big")
            if self._may_dial(ipaddress.ip_address(peer[:width]), port):
                kept.append(peer)
        return b"".join(kept)

    def _is_allowed_entry(self, peer: Value) -> bool:
        if not isinstance(peer, dict):
            return False
        host, port = peer.get(b"ip"), peer.get(b"port")
        if not isinstance(host, bytes) or not isinstance(port, int) or not 0 < port < 65_536:
            return False
        try:
            return self._may_dial(ipaddress.ip_address(host.decode("ascii")), port)
        except ValueError:
            # A name could stand for anything by the time that it is dialled.
            return False

    def _may_dial(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> bool:
        try:
            self._guard.check(str(address), port)
        except EgressRefused:
            return False
        return True

    # --- HTTP -----------------------------------------------------------------------------------

    async def _over_http(self, url: str, query: str, agent: str) -> Mapping[bytes, Value]:
        if self._session is None:
            self._session = guarded_session(self._guard)
        asked = URL(f"{url}{'&' if '?' in url else '?'}{query}", encoded=True)
        headers = {"User-Agent": agent} if agent else {}
        async with self._session.get(asked, headers=headers, timeout=_TIMEOUT) as answer:
            body = await answer.content.read(_LARGEST)
            if answer.status != 200 and not body.startswith(b"d"):
                raise TrackerError(f"the tracker answers with status {answer.status}")
            while not answer.content.at_eof():
                body += await answer.content.read(_LARGEST)
                if len(body) > _LARGEST:
                    raise TrackerError("the tracker's answer is too long")
        return read_document(body).values

    # --- UDP ------------------------------------------------------------------------------------

    async def _over_udp(self, url: str, query: str) -> Mapping[bytes, Value]:
        parts = urlsplit(url)
        if not parts.hostname or not parts.port:
            raise TrackerError("the tracker's address is not complete")
        found = await self._resolver.resolve(parts.hostname, parts.port, socket.AF_UNSPEC)
        trouble: Exception = TrackerError("the tracker's name stands for nothing")
        for each in found:
            try:
                self._guard.check(each["host"], each["port"])
                return await _ask(each["family"], each["host"], each["port"], _announcement(query))
            except (TrackerError, OSError, TimeoutError) as error:
                trouble = error
        raise trouble


def _announcement(query: str) -> bytes:
    """The part of an announcement that is the same for every try, after its head of 16 bytes."""
    given = parse_qs(query, encoding="latin-1")

    def number(name: str, otherwise: int = 0) -> int:
        text = given.get(name, [""])[0]
        return int(text) if text.lstrip("-").isdecimal() and len(text) < 19 else otherwise

    def packed(name: str) -> bytes:
        return given.get(name, [""])[0].encode("latin-1")[:20].ljust(20, b"\0")

    return struct.pack(
        ">20s20sQQQIIIiH", packed("info_hash"), packed("peer_id"), max(0, number("downloaded")),
        max(0, number("left")), max(0, number("uploaded")),
        _EVENTS.get(given.get("event", [""])[0], 0), 0, secrets.randbits(32),
        max(-1, min(200, number("numwant", -1))), number("port") & 0xFFFF,
    )  # fmt: skip


async def _ask(family: int, host: str, port: int, announcement: bytes) -> Mapping[bytes, Value]:
    loop = asyncio.get_running_loop()
    transport, line = await loop.create_datagram_endpoint(
        _Line, remote_addr=(host, port), family=family
    )
    try:
        (connection,) = struct.unpack(">Q", await line.ask(_PROTOCOL, _CONNECT, b"", 8))
        answer = await line.ask(connection, _ANNOUNCE, announcement, 12)
    finally:
        transport.close()
    interval, leechers, seeders = struct.unpack(">III", answer[:12])
    peers = b"peers6" if family == socket.AF_INET6 else b"peers"
    return {b"interval": interval, b"incomplete": leechers, b"complete": seeders,
            peers: answer[12:]}  # fmt: skip


class _Line(asyncio.DatagramProtocol):
    """One question at a time to a UDP tracker."""

    def __init__(self) -> None:
        self._transport: asyncio.DatagramTransport | None = None
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not an instance of the class before Python 3.12.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc)

    async def ask(self, connection: int, action: int, body: bytes, least: int) -> bytes:
        """What follows the head of the answer. Raises TrackerError, OSError or TimeoutError."""
        assert self._transport is not None
        for attempt in range(_TRIES):
            number = secrets.randbits(32)
            self._answer = asyncio.get_running_loop().create_future()
            self._transport.sendto(struct.pack(">QII", connection, action, number) + body)
            try:
                async with asyncio.timeout(_PATIENCE):
                    data = await self._answer
            except TimeoutError:
                if attempt + 1 == _TRIES:
                    raise
                continue
            if len(data) >= 8:
                said, whose = struct.unpack(">II", data[:8])
                if whose == number and said == _ERROR:
                    raise TrackerError(data[8:208].decode("utf-8", "replace"))
                if whose == number and said == action and len(data) >= 8 + least:
                    return data[8:]
        raise TrackerError("the tracker answers with nonsense")
