"""A swarm on this machine for the tests of engines: a tracker, and one peer that has everything.

The peer dials whoever announces itself, so that engines which dial nobody on this machine are
served as well. It speaks the protocol of BitTorrent and its extension for metadata.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import struct
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from seen.plugin.testing.torrents import TestTorrent, bencode, make_torrent
from seen.plugin.testing.webserver import WebServer

_PROTOCOL = b"\x13BitTorrent protocol"
_EXTENDED = bytes((0, 0, 0, 0, 0, 0x10, 0, 0))
_BITFIELD, _REQUEST, _PIECE, _UNCHOKE, _EXTENSION = 5, 6, 7, 1, 20
_METADATA_PIECE = 16 * 1024
_OUR_METADATA = 3
_MOST_DIALS, _DIAL_PAUSE = 500, (0.05, 0.2)


@dataclass
class Swarm:
    """The tracker's announce address is ``url``. What is set here counts at once."""

    url: str = ""
    torrents: dict[bytes, TestTorrent] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    hold_after: int | None = None
    """After so many bytes of content the peer waits for ``gate``."""
    pause: float = 0.0
    """Seconds before each block on each connection."""
    served: int = 0
    """Bytes of content given so far."""
    announced: list[dict[str, str]] = field(default_factory=list)
    peers: bytes = b""
    """What the tracker answers with: addresses and ports of peers, 6 bytes each."""
    dials: bool = True
    beside: WebServer = field(default_factory=WebServer)
    """A web server, for torrents that name one; started by whoever needs it."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def add(
        self, files: dict[str, bytes], trackers: Sequence[str] | None = None, **more: Any
    ) -> TestTorrent:
        """Make a torrent that this swarm has. Without ``trackers`` it names the swarm's own."""
        made = make_torrent(files, [self.url] if trackers is None else trackers, **more)
        self.torrents[made.info_hash] = made
        return made

    async def announce(self, request: web.Request) -> web.Response:
        """Answer whoever announces itself, and dial it."""
        # The hash is bytes in percent encoding, which is no text in any other way.
        given = parse_qs(request.raw_path.partition("?")[2], encoding="latin-1")
        self.announced.append({name: values[0] for name, values in given.items()})
        info_hash = self.announced[-1].get("info_hash", "").encode("latin-1")
        torrent = self.torrents.get(info_hash)
        # Who has everything hangs up on a seed.
        done = self.announced[-1].get("event") in ("stopped", "completed")
        if torrent is not None and self.dials and not done:
            port = int(self.announced[-1]["port"])
            task = asyncio.create_task(self._dial(torrent, port))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        answer = {"interval": 1800, "min interval": 1, "peers": self.peers}
        return web.Response(body=bencode(answer), content_type="text/plain")

    async def close(self) -> None:
        """Hang up on everybody."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _dial(self, torrent: TestTorrent, port: int) -> None:
        for _ in range(_MOST_DIALS):
            met = asyncio.Event()
            with contextlib.suppress(OSError, EOFError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    await _Peer(self, torrent, reader, writer, met).serve()
                finally:
                    writer.close()
            if met.is_set():
                return
            # Transmission hangs up on an address that it is shaking hands with already, for any
            # torrent. So not all come back at the same moment, and nobody gives up soon.
            await asyncio.sleep(random.uniform(*_DIAL_PAUSE))


class _Peer:
    """One connection of the peer that has everything. ``met`` is set when hands were shaken."""

    def __init__(
        self, swarm: Swarm, torrent: TestTorrent, reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter, met: asyncio.Event,
    ) -> None:  # fmt: skip
        self._swarm = swarm
        self._torrent = torrent
        self._reader = reader
        self._writer = writer
        self._met = met
        self._their_metadata = 0
        self._wanted: asyncio.Queue[tuple[int, int, int]] = asyncio.Queue()

    async def serve(self) -> None:
        """Shake hands and answer requests until the other side hangs up."""
        own_id = b"-SN0001-" + b"seeds-for-us"
        self._writer.write(_PROTOCOL + _EXTENDED + self._torrent.info_hash + own_id)
        theirs = await self._reader.readexactly(68)
        self._met.set()
        if theirs[5 + 20] & 0x10:
            offer = {"m": {"ut_metadata": _OUR_METADATA}, "metadata_size": len(self._torrent.info)}
            self._send(_EXTENSION, b"\0" + bencode(offer))
        count = -(-len(self._torrent.content) // self._torrent.piece_length)
        full = bytearray(b"\xff" * (-(-count // 8)))
        if count % 8:
            full[-1] = 0xFF << (8 - count % 8) & 0xFF
        self._send(_BITFIELD, bytes(full))
        self._send(_UNCHOKE, b"")
        giving = asyncio.create_task(self._give())
        try:
            while True:
                size = int.from_bytes(await self._reader.readexactly(4), "big")
                message = await self._reader.readexactly(size)
                if size and message[0] == _REQUEST:
                    self._wanted.put_nowait(struct.unpack(">III", message[1:13]))
                elif size and message[0] == _EXTENSION:
                    self._extended(message[1], message[2:])
        finally:
            # Whoever hung up gets nothing more, and nothing more is counted.
            giving.cancel()

    async def _give(self) -> None:
        swarm, content = self._swarm, self._torrent.content
        while True:
            index, begin, length = await self._wanted.get()
            if swarm.hold_after is not None and swarm.served >= swarm.hold_after:
                await swarm.gate.wait()
            await asyncio.sleep(swarm.pause)
            start = index * self._torrent.piece_length + begin
            data = content[start : start + length]
            self._send(_PIECE, struct.pack(">II", index, begin) + data)
            swarm.served += len(data)
            with contextlib.suppress(OSError):
                await self._writer.drain()

    def _extended(self, kind: int, body: bytes) -> None:
        if kind == 0:
            found = re.search(rb"11:ut_metadatai(\d+)e", body)
            self._their_metadata = int(found[1]) if found else 0
        elif kind == _OUR_METADATA and self._their_metadata:
            found = re.search(rb"5:piecei(\d+)e", body)
            if found is None or b"8:msg_typei0e" not in body:
                return
            piece = int(found[1])
            part = self._torrent.info[piece * _METADATA_PIECE : (piece + 1) * _METADATA_PIECE]
            head = {"msg_type": 1, "piece": piece, "total_size": len(self._torrent.info)}
            self._send(_EXTENSION, bytes((self._their_metadata,)) + bencode(head) + part)

    def _send(self, kind: int, body: bytes) -> None:
        self._writer.write(struct.pack(">IB", len(body) + 1, kind) + body)


@contextlib.asynccontextmanager
async def swarm(host: str = "127.0.0.1") -> AsyncIterator[Swarm]:
    """A running swarm whose tracker listens on a free port of this machine."""
    made = Swarm()
    app = web.Application()
    app.router.add_get("/announce", made.announce)
    runner = web.AppRunner(app, shutdown_timeout=0.5, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, 0).start()
        made.url = f"http://{host}:{runner.addresses[0][1]}/announce"
        yield made
    finally:
        await made.close()
        await runner.cleanup()
