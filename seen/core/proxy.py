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
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from urllib.parse import urlsplit

from seen.core.egress import EgressRefused, Guard, GuardedResolver
from seen.core.log import get_log
from seen.core.relay import relay
from seen.core.trackers import ANNOUNCE, SUFFIX, Trackers

log = get_log(__name__)

REFUSED = 470
"""The status of an answer that says: the gate refuses this address. No standard uses it."""
NAMELESS = 471
"""The status of an answer that says: this name stands for nothing."""
_LARGEST_HEAD = 64 * 1024
_CONNECT_SECONDS = 15.0
_HEAD_SECONDS = 30.0
_FAREWELL_SECONDS = 2.0
_BREATH_SECONDS = 0.5
_HOP_BY_HOP = (b"proxy-authorization", b"proxy-connection", b"connection", b"keep-alive")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the proxy itself says to a client before it hangs up."""

    status: int
    said: str | bytes
    field: str = ""
    """A whole field of the head."""


class GuardedProxy:
    """Started and closed on one loop. ``on_refused`` is told of every refusal."""

    def __init__(self, guard: Guard, on_refused: Callable[[str], None] = lambda _: None) -> None:
        self.port = 0
        self._guard = guard
        self._resolver = GuardedResolver(guard)
        self._on_refused = on_refused
        self._password = secrets.token_urlsafe(24)
        self._tasks: set[asyncio.Task[None]] = set()
        self.trackers = Trackers(guard, self._resolver)
        """Asked for whoever asks for a host that stands for a tracker."""

    @property
    def url(self) -> str:
        """The proxy's address with its credentials."""
        return f"http://seen:{self._password}@127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on a free port of this machine; harmless when it does already."""
        if self.port == 0:
            listening = socket.create_server(("127.0.0.1", 0), backlog=100)
            listening.setblocking(False)
            self.port = listening.getsockname()[1]
            self._attend(listening, self._accept(listening))

    async def close(self) -> None:
        """Hang up on everybody."""
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.trackers.close()
        await self._resolver.close()

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

    # --- clients --------------------------------------------------------------------------------

    def _attend(self, owned: socket.socket, work: Coroutine[None, None, None]) -> None:
        """Begin what goes on with a socket, which is closed when that ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            owned.close()
            if not task.cancelled() and task.exception() is not None:
                log.error("proxy: a request failed", error=repr(task.exception()))

        task.add_done_callback(ended)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(listening)
            except OSError as error:
                # Such as too many open files. Whoever waits may have a turn when some are closed.
                log.warning("proxy: nobody can be let in", error=repr(error))
                await asyncio.sleep(_BREATH_SECONDS)
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._attend(client, self._serve(client))

    async def _serve(self, client: socket.socket) -> None:
        # Whoever hangs up early or does not get on with his request hears nothing.
        with contextlib.suppress(OSError, EOFError, TimeoutError):
            answer = await self._carry_out(client)
            if answer is not None:
                await _give(client, answer)

    async def _carry_out(self, client: socket.socket) -> _Answer | None:
        """Do what a client wants, to its end; or what to say instead."""
        try:
            head, more = await _read_head(client)
            authorization, host, port, first = read_request(head)
        except _TooLargeError:
            return _Answer(431, "The request is too large")
        except ValueError:
            return _Answer(400, "This is no request to a proxy")
        if not self._knows(authorization):
            field = 'Proxy-Authenticate: Basic realm="seen"\r\n'
            return _Answer(407, "The password is missing", field)
        if host.endswith(SUFFIX) and first is not None:
            return await self._ask_tracker(host, first)
        try:
            far = await self.connect(host, port)
        except EgressRefused as error:
            return _Answer(REFUSED, str(error))
        except socket.gaierror as error:
            return _Answer(NAMELESS, str(error))
        except (OSError, ValueError) as error:
            return _Answer(502, str(error))
        with far:
            if first is None:
                established = b"HTTP/1.1 200 Connection established\r\n\r\n"
                await asyncio.get_running_loop().sock_sendall(client, established)
            await relay(client, far, (first or b"") + more)
        return None

    def _knows(self, authorization: bytes) -> bool:
        """Whether somebody gave the right password."""
        scheme, _, given = authorization.partition(b" ")
        right = base64.b64encode(f"seen:{self._password}".encode())
        return scheme.lower() == b"basic" and secrets.compare_digest(given.strip(), right)

    async def _ask_tracker(self, host: str, request: bytes) -> _Answer:
        line, *fields = request.decode("latin-1").split("\r\n")
        path, _, query = line.split(" ")[1].partition("?")
        if path != ANNOUNCE:
            return _Answer(404, "Trackers are asked for peers only")
        agents = (each for each in fields if each.lower().startswith("user-agent:"))
        agent = next(agents, "").partition(":")[2].strip()
        return _Answer(200, await self.trackers.answer(host, query, agent))


class _TooLargeError(ValueError):
    """A request has too long a head."""


async def _read_head(client: socket.socket) -> tuple[bytes, bytes]:
    """A request up to its empty line, and what came together with it. Raises EOFError when it does
    not end, TimeoutError when it takes too long, and ValueError when it is too large."""
    loop = asyncio.get_running_loop()
    read = b""
    async with asyncio.timeout(_HEAD_SECONDS):
        while b"\r\n\r\n" not in read:
            if len(read) > _LARGEST_HEAD:
                raise _TooLargeError
            data = await loop.sock_recv(client, _LARGEST_HEAD)
            if not data:
                raise EOFError
            read += data
    head, end, more = read.partition(b"\r\n\r\n")
    return head + end, more


async def _give(client: socket.socket, answer: _Answer) -> None:
    body = answer.said if isinstance(answer.said, bytes) else answer.said.encode()
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(
        client,
        f"HTTP/1.1 {answer.status} {'OK' if answer.status == 200 else 'Refused'}\r\n"
        f"{answer.field}Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body,
    )  # fmt: skip
    client.shutdown(socket.SHUT_WR)
    # To hang up on somebody who still sends would take the answer from him, too.
    async with asyncio.timeout(_FAREWELL_SECONDS):
        while await loop.sock_recv(client, _LARGEST_HEAD):
            pass


def read_request(head: bytes) -> tuple[bytes, str, int, bytes | None]:
    """The Proxy-Authorization, the host and the port of a request's head, and the head as the host
    should get it, or None for CONNECT. Raises ValueError."""
    line, *fields = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
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
    return authorization, host, port, b"\r\n".join((start, *kept, b"", b""))


def _address(netloc: str, default: int) -> tuple[str, int]:
    parts = urlsplit(f"//{netloc}")
    host, port = parts.hostname, parts.port if parts.port is not None else default
    if not host or not port:
        raise ValueError("an address needs a host and a port")
    return host, port
