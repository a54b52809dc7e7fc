"""Carries bytes both ways between two connected sockets until both sides have said their last.

What comes from the far side never enters this process where the system can help it: ``splice``
moves it from one socket into a pipe and from there into the other. Elsewhere it is copied.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import socket

_PIPE_SIZE = 1024 * 1024
_BUFFER_SIZE = 64 * 1024
_TURNS = 4
"""How often a lane may fill up in one go, so that no connection keeps the loop from the others."""
_NO_SPLICE = (errno.EINVAL, errno.ENOSYS, errno.EPERM)


async def relay(near: socket.socket, far: socket.socket, first: bytes) -> None:
    """Carry until both have ended; ``first`` goes to the far side before anything else.

    The sockets do not block, have no transport, and stay the caller's to close. Raises OSError when
    one of them breaks.
    """
    with contextlib.ExitStack() as stack:
        lanes = _Lane(near, far, _Buffer(first)), _Lane(far, near, _pipe_or_buffer())
        for each in lanes:
            stack.callback(each.close)
        for each in lanes:
            each.carry()
        await asyncio.gather(*(each.ended for each in lanes))


class _Lane:
    """One direction. Reads only when all that was read before has been sent, so that nothing comes
    in faster than it goes out. ``ended`` tells when the sink has got the source's last, or raises
    what broke."""

    def __init__(self, source: socket.socket, sink: socket.socket, vessel: _Buffer | _Pipe) -> None:
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._source = source
        self._sink = sink
        self._vessel = vessel
        self._waits_for: socket.socket | None = None

    def carry(self) -> None:
        """Carry what is there, up to a bound; called again when there is more, or room for it."""
        try:
            for _ in range(_TURNS):
                if self._vessel.held == 0 and not self._fill():
                    self._end()
                    return
                while self._vessel.held:
                    self._vessel.drain(self._sink)
        except BlockingIOError:
            pass
        except Exception as error:
            self._end(error)
            return
        self._wait(self._sink if self._vessel.held else self._source)

    def close(self) -> None:
        """Stop carrying; the sockets stay open."""
        self._wait(None)
        self._vessel.close()

    def _fill(self) -> bool:
        try:
            return self._vessel.fill(self._source)
        except OSError as error:
            if error.errno not in _NO_SPLICE or isinstance(self._vessel, _Buffer):
                raise
        self._vessel.close()
        self._vessel = _Buffer()
        return self._vessel.fill(self._source)

    def _wait(self, wanted: socket.socket | None) -> None:
        if wanted is self._waits_for:
            return
        if self._waits_for is self._source:
            self._loop.remove_reader(self._source)
        elif self._waits_for is self._sink:
            self._loop.remove_writer(self._sink)
        if wanted is self._source:
            self._loop.add_reader(self._source, self.carry)
        elif wanted is self._sink:
            self._loop.add_writer(self._sink, self.carry)
        self._waits_for = wanted

    def _end(self, error: Exception | None = None) -> None:
        self.close()
        if self.ended.done():
            return
        if error is not None:
            self.ended.set_exception(error)
            return
        # The other direction may go on, or finds out by itself that its socket is broken.
        with contextlib.suppress(OSError):
            self._sink.shutdown(socket.SHUT_WR)
        self.ended.set_result(None)


class _Buffer:
    """Memory of this process between two sockets; ``held`` counts the bytes in it."""

    def __init__(self, first: bytes = b"") -> None:
        self.held = len(first)
        self._left = memoryview(first)

    def fill(self, source: socket.socket) -> bool:
        """Read while nothing is held; False when the source has ended."""
        data = source.recv(_BUFFER_SIZE)
        self._left = memoryview(data)
        self.held = len(data)
        return self.held > 0

    def drain(self, sink: socket.socket) -> None:
        """Send some of what is held."""
        self._left = self._left[sink.send(self._left) :]
        self.held = len(self._left)

    def close(self) -> None:
        """Nothing to let go of."""


class _Pipe:
    """The kernel's memory between two sockets, used as a buffer is."""

    def __init__(self) -> None:
        self.held = 0
        self._out, self._in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # Refused to users with very many large pipes; what it has does, too.
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._in, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)

    def fill(self, source: socket.socket) -> bool:
        self.held = os.splice(source.fileno(), self._in, _PIPE_SIZE, flags=os.SPLICE_F_NONBLOCK)
        return self.held > 0

    def drain(self, sink: socket.socket) -> None:
        self.held -= os.splice(self._out, sink.fileno(), self.held, flags=os.SPLICE_F_NONBLOCK)

    def close(self) -> None:
        if self._out >= 0:
            os.close(self._out)
            os.close(self._in)
            self._out = self._in = -1


def _pipe_or_buffer() -> _Pipe | _Buffer:
    if hasattr(os, "splice"):
        # There may be no more files to open.
        with contextlib.suppress(OSError):
            return _Pipe()
    return _Buffer()
