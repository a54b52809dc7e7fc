"""A media file over HTTP, whole or by Range: its own bytes and nothing that lies beside it."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter

from seen.core.errors import NotHere

_PART = 2**20
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


@dataclass(frozen=True, slots=True)
class Film:
    """An open file and how it was when it was opened. ``modified`` is in nanoseconds."""

    path: Path
    file: FileIO
    size: int
    modified: int

    @property
    def etag(self) -> str:
        return f"{self.modified:x}-{self.size:x}"

    @property
    def modified_at(self) -> datetime:
        """As exact as a header tells it."""
        return datetime.fromtimestamp(self.modified // 10**9, UTC)


def open_inside(path: str, folder: str) -> Film:
    """Open a file that lies inside a folder whatever links say; waits for the disk. Raises
    NotHere."""
    real = os.path.realpath(path)
    if not real.startswith(folder.rstrip("/") + "/"):
        raise NotHere("The file is not in its library folder any more.")
    try:
        # A pipe must not make us wait for somebody who writes into it.
        handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except PermissionError as error:
        raise NotHere("The server may not read this file.") from error
    except OSError as error:
        raise NotHere("The file is gone from its folder.") from error
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        os.close(handle)
        raise NotHere("The file is gone from its folder.")
    return Film(Path(real), FileIO(handle), facts.st_size, facts.st_mtime_ns)


class MediaResponse(web.StreamResponse):
    """A film, as much of it as is asked for (RFC 9110, 13 and 14). Closes it in the end."""

    def __init__(self, film: Film, media_type: str) -> None:
        super().__init__()
        self.content_type = media_type
        self._film = film

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        try:
            return await self._send(request)
        finally:
            self._film.file.close()

    async def _send(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        film = self._film
        self.etag = film.etag
        self.last_modified = film.modified_at
        self.headers[hdrs.ACCEPT_RANGES] = "bytes"
        start, stop = 0, film.size
        status = self._refusal(request)
        if status is None:
            wanted = self._range(request)
            if wanted is not None:
                start, stop = wanted.start, wanted.stop
                status = 206 if wanted else 416
                place = f"{start}-{stop - 1}" if wanted else "*"
                self.headers[hdrs.CONTENT_RANGE] = f"bytes {place}/{film.size}"
        self.set_status(status or 200)
        has_body = self.status in (200, 206)
        if self.status != 304:
            self.content_length = stop - start if has_body else 0
        writer = await super().prepare(request)
        transport = request.transport
        if has_body and request.method != hdrs.METH_HEAD and writer is not None:
            if transport is None:
                raise ConnectionResetError("The client has left.")
            # The headers must be out before bytes go past the transport.
            transport.set_write_buffer_limits(high=0)
            await writer.drain()
            await send_file(transport, film.file.fileno(), start, stop - start)
            transport.set_write_buffer_limits()
        return writer

    def _refusal(self, request: web.BaseRequest) -> int | None:
        """The status of an answer without a body, where a condition asks for one."""
        etag, modified = self._film.etag, self._film.modified_at
        if request.if_match is not None:
            if all(each.value not in (etag, "*") for each in request.if_match):
                return 412
        elif request.if_unmodified_since is not None and modified > request.if_unmodified_since:
            return 412
        if request.if_none_match is not None:
            return 304 if any(each.value in (etag, "*") for each in request.if_none_match) else None
        if request.if_modified_since is not None and modified <= request.if_modified_since:
            return 304
        return None

    def _range(self, request: web.BaseRequest) -> range | None:
        """The part that is asked for of just this version of the file."""
        condition = request.headers.get(hdrs.IF_RANGE)
        if condition is not None:
            same = condition == f'"{self._film.etag}"' or request.if_range == self._film.modified_at
            if not same:
                return None
        return wanted_range(request.headers.getall(hdrs.RANGE, []), self._film.size)


def wanted_range(lines: list[str], size: int) -> range | None:
    """The one range of bytes that is asked for, empty where the file has none of it. None for
    several and for what is no range, since those mean the whole file."""
    found = _RANGE.fullmatch(lines[0].strip()) if len(lines) == 1 else None
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(min(int(first), size), min(int(last) + 1, size) if last else size)


async def send_file(transport: asyncio.Transport, file: int, offset: int, count: int) -> None:
    """Send a part of an open file from the kernel's memory to a connection, without copying it.

    uvloop cannot do this, and asyncio would wait for the disk. What is not in memory is read by a
    thread first, since a slow disk would hold up everybody. Raises ConnectionError when the other
    side has left or the file became shorter.
    """
    out = os.dup(transport.get_extra_info("socket").fileno())
    try:
        end = offset + count
        while offset < end:
            part = min(end - offset, _PART)
            if not _is_in_memory(file, offset, part):
                await asyncio.to_thread(os.pread, file, part, offset)
            try:
                sent = os.sendfile(out, file, offset, part)
            except BlockingIOError:
                sent = 0
            else:
                if sent == 0:
                    raise ConnectionResetError("The file has become shorter.")
            offset += sent
            if sent < part:
                await _writable(out)
            elif offset < end:
                await asyncio.sleep(0)
            if transport.is_closing():
                raise ConnectionResetError("The client has left.")
    finally:
        os.close(out)


def _is_in_memory(file: int, offset: int, count: int) -> bool:
    """Whether the ends of a part can be read without waiting for a disk."""
    try:
        for at in (offset, offset + count - 1):
            os.preadv(file, [bytearray(1)], at, os.RWF_NOWAIT)
    except (AttributeError, OSError):
        # Not all systems can tell.
        return False
    return True


async def _writable(out: int) -> None:
    """Wait until a connection takes more, or has broken."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_writer(out, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(out)
