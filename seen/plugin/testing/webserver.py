"""A small web server for the tests of engines: real HTTP, with the faults of real servers."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass
class Served:
    """One file on the server. What is set here counts from the next request on."""

    body: bytes
    ranges: bool = True
    etag: str | None = None
    """None: made from the body. "": the server names none."""
    last_modified: str = ""
    chunked: bool = False
    disposition: str = ""
    content_type: str = "application/octet-stream"
    location: str = ""
    """Where the server sends everybody who asks."""
    failures: list[int] = field(default_factory=list)
    """Statuses that the next requests are answered with."""
    retry_after: str = ""
    cut_after: list[int] = field(default_factory=list)
    """After so many bytes the next answers break off."""
    piece: int = 64 * 1024
    pause: float = 0.0
    """Seconds between two pieces on each connection."""
    gate: asyncio.Event | None = None
    """While it is not set, an answer waits after its first piece, or every answer does when
    ``hold_after`` bytes have been sent to anybody."""
    hold_after: int | None = None

    requests: list[dict[str, str]] = field(default_factory=list)
    """The headers of every request."""
    sent: int = 0
    """Bytes of bodies sent so far."""
    open: int = 0
    """Answers under way."""
    most_open: int = 0

    @property
    def tag(self) -> str:
        """The ETag as it is sent."""
        if self.etag is not None:
            return self.etag
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


class WebServer:
    """Serves what stands in ``files``, by path: ``server.files["/film.mkv"] = Served(b"...")``."""

    def __init__(self) -> None:
        self.files: dict[str, Served] = {}
        self.port = 0

    def url(self, path: str) -> str:
        """The address of a file."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        served = self.files.get(request.path)
        if served is None:
            return web.Response(status=404)
        served.requests.append(dict(request.headers))
        if served.failures:
            later = {"Retry-After": served.retry_after} if served.retry_after else {}
            return web.Response(status=served.failures.pop(0), headers=later)
        if served.location:
            return web.Response(status=302, headers={"Location": served.location})
        start, end, asked = _part(request, served)
        if start >= max(1, len(served.body)):
            unsatisfied = {"Content-Range": f"bytes */{len(served.body)}"}
            return web.Response(status=416, headers=unsatisfied)
        served.open += 1
        served.most_open = max(served.most_open, served.open)
        try:
            return await _send(request, served, start, end, asked)
        finally:
            served.open -= 1


def _part(request: web.Request, served: Served) -> tuple[int, int, bool]:
    """Which bytes are asked for and may be given, all of them without a range; and whether it is a
    part that is given."""
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    condition = request.headers.get("If-Range", served.tag)
    if found is None or not served.ranges or condition not in (served.tag, served.last_modified):
        return 0, len(served.body), False
    last = int(found[2]) + 1 if found[2] else len(served.body)
    return int(found[1]), min(last, len(served.body)), True


async def _send(
    request: web.Request, served: Served, start: int, end: int, asked: bool
) -> web.StreamResponse:
    size = len(served.body)
    response = web.StreamResponse(status=206 if asked else 200)
    response.content_type = served.content_type
    if asked:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    if served.ranges:
        response.headers["Accept-Ranges"] = "bytes"
    for name, value in (("ETag", served.tag), ("Last-Modified", served.last_modified),
                        ("Content-Disposition", served.disposition)):  # fmt: skip
        if value:
            response.headers[name] = value
    if served.chunked:
        response.enable_chunked_encoding()
    else:
        response.content_length = end - start
    await response.prepare(request)
    if request.method != "HEAD":
        # A client that has enough, or is killed, hangs up.
        with contextlib.suppress(ConnectionError):
            await _write(request, response, served, start, end)
    return response


async def _write(
    request: web.Request, response: web.StreamResponse, served: Served, start: int, end: int
) -> None:
    stop = start + served.cut_after.pop(0) if served.cut_after else end
    view = memoryview(served.body)
    for at in range(start, min(stop, end), served.piece):
        piece = view[at : min(at + served.piece, stop, end)]
        if served.hold_after is not None and served.sent >= served.hold_after:
            await _passed(request, served)
        await response.write(piece)
        served.sent += len(piece)
        if served.hold_after is None:
            await _passed(request, served)
        if served.pause:
            await asyncio.sleep(served.pause)
    if stop < end:
        if request.transport is not None:
            request.transport.close()
    else:
        await response.write_eof()


async def _passed(request: web.Request, served: Served) -> None:
    """Wait at the gate, if there is one. Raises ConnectionResetError when nobody waits any more
    for what comes."""
    if served.gate is not None:
        await served.gate.wait()
        if request.transport is None or request.transport.is_closing():
            raise ConnectionResetError


@contextlib.asynccontextmanager
async def web_server(host: str = "127.0.0.1") -> AsyncIterator[WebServer]:
    """A running server on a free port of this machine."""
    server = WebServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.5, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, 0).start()
        server.port = runner.addresses[0][1]
        yield server
    finally:
        await runner.cleanup()
