"""A small forward proxy for tests: every name leads to the web servers of this machine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass
class ForwardProxy:
    """What it was asked for, and where it leads everybody: a port for http and one for CONNECT."""

    plain_port: int = 0
    tls_port: int = 0
    credentials: str = ""
    """What Proxy-Authorization must say; "" when anybody may use it."""
    port: int = 0
    asked: list[str] = field(default_factory=list)
    """The request lines."""
    authorizations: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # When a test ends, so does whatever is still open.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.strip().split("\r\n")
        self.asked.append(line)
        headers = {n.lower(): v.strip() for n, _, v in (each.partition(":") for each in fields)}
        given = headers.get("proxy-authorization", "")
        self.authorizations.append(given)
        if self.credentials and given != self.credentials:
            writer.write(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
            return
        tunnel = line.startswith("CONNECT ")
        there, back = await asyncio.open_connection(
            "127.0.0.1", self.tls_port if tunnel else self.plain_port
        )
        if tunnel:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            back.write(head.encode("latin-1"))
        await asyncio.gather(_copy(reader, back), _copy(there, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def forward_proxy() -> AsyncIterator[ForwardProxy]:
    """A running proxy on a free port of this machine."""
    made = ForwardProxy()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
