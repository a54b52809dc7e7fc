"""A forward proxy on this machine for programs that know nothing of the gate.

Speaks what HTTP clients expect of one: ``CONNECT host:port`` and requests with a whole address.
Every connection passes the guard with the address it really goes to. Only who has the password,
which is part of the proxy's address, may use it.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from seen.core.egress import EgressRefused, Guard, GuardedResolver
from seen.core.log import get_log
from seen.core.trackers import ANNOUNCE, SUFFIX, Trackers

log = get_log(__name__)

REFUSED = 470
"""The status of an answer that says: the gate refuses this address. No standard uses it."""
NAMELESS = 471
"""The status of an answer that says: this name stands for nothing."""
_LARGEST_HEAD = 64 * 1024
_CONNECT_SECONDS = 15.0
_HEAD_SECONDS = 30.0
_HOP_BY_HOP = (b"proxy-authorization", b"proxy-connection", b"connection", b"keep-alive")


class GuardedProxy:
    """Started and closed on one loop. ``on_refused`` is told of every refusal."""

    def __init__(self, guard: Guard, on_refused: Callable[[str], None] = lambda _: None) -> None:
        self.port = 0
        self._guard = guard
        self._resolver = GuardedResolver(guard)
        self._on_refused = on_refused
        self._password = secrets.token_urlsafe(24)
        self._server: asyncio.Server | None = None
        self._starting = asyncio.Lock()
        self._clients: set[_Client] = set()
        self.trackers = Trackers(guard, self._resolver)
        """Asked for whoever asks for a host that stands for a tracker."""

    @property
    def url(self) -> str:
        """The proxy's address with its credentials."""
        return f"http://seen:{self._password}@127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on a free port of this machine; harmless when it does already."""
        async with self._starting:
            if self._server is None:
                loop = asyncio.get_running_loop()
                self._server = await loop.create_server(lambda: _Client(self), "127.0.0.1", 0)
                self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for each in tuple(self._clients):
            each.hang_up()
        await self.trackers.close()
        await self._resolver.close()

    def knows(self, authorization: bytes) -> bool:
        """Whether somebody gave the right password."""
        scheme, _, given = authorization.partition(b" ")
        right = base64.b64encode(f"seen:{self._password}".encode())
        return scheme.lower() == b"basic" and secrets.compare_digest(given.strip(), right)

    def joined(self, client: _Client) -> None:
        self._clients.add(client)

    def left(self, client: _Client) -> None:
        self._clients.discard(client)

    async def connect(self, host: str, port: int) -> socket.socket:
        """A connection to a host. Raises EgressRefused when no address of it may be dialled, other
        OSErrors when none answers."""
        found = await self._resolver.resolve(host, port, socket.AF_UNSPEC)
        trouble: OSError = OSError(f"{host} has no address")
        for each in found:
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return await self._dial(each["family"], each["host"], each["port"])
            except TimeoutError:
                trouble = OSError(f"{host} does not answer")
            except OSError as error:
                trouble = error
        if isinstance(trouble, EgressRefused):
            self._on_refused(str(trouble))
        raise trouble

    async def _dial(self, family: int, address: str, port: int) -> socket.socket:
        made = self._guard.socket_factory((family, socket.SOCK_STREAM, 0, "", (address, port)))
        try:
            made.setblocking(False)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(made, (address, port))
        except BaseException:
            made.close()
            raise
        return made


class _Side(asyncio.Protocol):
    """One end of a tunnel: what comes in here goes out at the other end, no faster than it may."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: _Side | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.write(data)

    def eof_received(self) -> bool:
        out = self.other.transport if self.other is not None else None
        if out is None or not out.can_write_eof():
            return False
        with contextlib.suppress(OSError):
            out.write_eof()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()

    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.resume_reading()


class _Client(_Side):
    """Whoever uses the proxy: first its request, then a tunnel."""

    def __init__(self, proxy: GuardedProxy) -> None:
        super().__init__()
        self._proxy = proxy
        self._head = bytearray()
        self._opening: asyncio.Task[None] | None = None
        self._patience = asyncio.get_running_loop().call_later(_HEAD_SECONDS, self.hang_up)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._proxy.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.cancel()
        self._proxy.left(self)
        if self._opening is not None:
            self._opening.cancel()
        super().connection_lost(exc)

    def hang_up(self) -> None:
        """End it at once."""
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            super().data_received(data)
            return
        self._head += data
        if self._opening is None and b"\r\n\r\n" in self._head:
            assert self.transport is not None
            self._patience.cancel()
            self.transport.pause_reading()
            self._opening = asyncio.create_task(self._open(bytes(self._head)))
            self._opening.add_done_callback(self._opened)
        elif len(self._head) > _LARGEST_HEAD:
            self._answer(431, "The request is too large")

    def _opened(self, task: asyncio.Task[None]) -> None:
        # Nobody may be left waiting, whatever went wrong.
        if not task.cancelled() and task.exception() is not None:
            log.error("proxy: a request failed", error=repr(task.exception()))
            self.hang_up()

    async def _open(self, request: bytes) -> None:
        try:
            authorization, host, port, first = read_request(request)
        except ValueError:
            self._answer(400, "This is no request to a proxy")
            return
        if not self._proxy.knows(authorization):
            self._answer(
                407, "The password is missing", 'Proxy-Authenticate: Basic realm="seen"\r\n'
            )
            return
        if host.endswith(SUFFIX) and first is not None:
            await self._ask_tracker(host, first)
            return
        try:
            made = await self._proxy.connect(host, port)
        except EgressRefused as error:
            self._answer(REFUSED, str(error))
        except socket.gaierror as error:
            self._answer(NAMELESS, str(error))
        except (OSError, ValueError) as error:
            self._answer(502, str(error))
        else:
            await self._join(made, request, first)

    async def _join(self, made: socket.socket, request: bytes, first: bytes | None) -> None:
        """Make the tunnel. ``first`` is what the other side gets to read first; None says that the
        client waits for a word that there is a tunnel."""
        assert self.transport is not None
        there = _Side()
        there.other = self
        await asyncio.get_running_loop().create_connection(lambda: there, sock=made)
        if there.transport is None or self.transport.is_closing():
            made.close()
            return
        self.other = there
        if first is None:
            self.transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        there.transport.write((first or b"") + self._head[len(request) :])
        self.transport.resume_reading()

    async def _ask_tracker(self, host: str, request: bytes) -> None:
        line, *fields = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        path, _, query = line.split(" ")[1].partition("?")
        if path != ANNOUNCE:
            self._answer(404, "Trackers are asked for peers only")
            return
        agents = (each for each in fields if each.lower().startswith("user-agent:"))
        agent = next(agents, "").partition(":")[2].strip()
        self._answer(200, await self._proxy.trackers.answer(host, query, agent))

    def _answer(self, status: int, said: str | bytes, more: str = "") -> None:
        if self.transport is None:
            return
        body = said if isinstance(said, bytes) else said.encode()
        self.transport.write(
            f"HTTP/1.1 {status} {'OK' if status == 200 else 'Refused'}\r\n{more}"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n".encode()
            + body
        )
        self.transport.close()


def read_request(request: bytes) -> tuple[bytes, str, int, bytes | None]:
    """The Proxy-Authorization, the host and the port of a request, and the request as the host
    should get it, or None for CONNECT. Raises ValueError."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    method, target, version = line.split(b" ")
    authorization = b""
    kept = [b"Connection: close"]
    for field in fields:
        name, _, value = field.partition(b":")
        if name.lower() == b"proxy-authorization":
            authorization = value.strip()
        if name.strip().lower() not in _HOP_BY_HOP:
            kept.append(field)
    if method == b"CONNECT":
        host, port = _address(urlsplit(f"//{target.decode('ascii')}").netloc, 0)
        return authorization, host, port, None
    parts = urlsplit(target.decode("ascii"))
    if parts.scheme != "http":
        raise ValueError("only http can be asked for this way")
    host, port = _address(parts.netloc, 80)
    path = parts.path or "/"
    if parts.query:
        path = f"{path}?{parts.query}"
    start = b" ".join((method, path.encode("ascii"), version))
    return authorization, host, port, b"\r\n".join((start, *kept, b"", body))


def _address(netloc: str, default: int) -> tuple[str, int]:
    parts = urlsplit(f"//{netloc}")
    host, port = parts.hostname, parts.port if parts.port is not None else default
    if not host or not port:
        raise ValueError("an address needs a host and a port")
    return host, port
