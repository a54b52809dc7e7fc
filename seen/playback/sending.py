"""A media file over HTTP, whole or by Range: its own bytes and nothing that lies beside it."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import IO, Any

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

_PART = 2**20
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


class MediaResponse(web.FileResponse):
    """aiohttp's file response without three of its habits: it prefers a ``.gz`` or ``.br`` file
    that lies beside the one asked for, it obeys a Range whose ``If-Range`` names another version,
    and it refuses a Range that it should ignore (RFC 9110, 14.2)."""

    def __init__(self, path: Path, media_type: str) -> None:
        super().__init__(path, chunk_size=256 * 1024)
        self.content_type = media_type
        self._file = path

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        try:
            facts = await asyncio.to_thread(os.stat, self._file)
        except OSError:
            return await super().prepare(request)
        # What is not text cannot be copied, and nothing that matters here is not text.
        headers = CIMultiDict(
            (name, value)
            for name, value in request.headers.items()
            if name.lower() != "accept-encoding" and value.isprintable()
        )
        wanted = readable_range(headers.getall(hdrs.RANGE, []), facts.st_size)
        condition = headers.get(hdrs.IF_RANGE, "")
        if condition.startswith(('"', "W/")) or (condition and request.if_range is None):
            headers.popall(hdrs.IF_RANGE, None)
            if condition != f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"':
                wanted = ""
        headers.popall(hdrs.RANGE, None)
        if wanted:
            headers[hdrs.RANGE] = wanted
        return await super().prepare(request.clone(headers=headers))

    async def _sendfile(
        self, request: web.BaseRequest, fobj: IO[Any], offset: int, count: int
    ) -> AbstractStreamWriter:
        # aiohttp asks the loop to do this, and uvloop cannot.
        writer = await web.StreamResponse.prepare(self, request)
        transport = request.transport
        if writer is None or transport is None:
            raise ConnectionResetError("The client has left.")
        if transport.get_extra_info("sslcontext") is not None or not hasattr(os, "sendfile"):
            return await self._sendfile_fallback(writer, fobj, offset, count)
        # The headers must be out before bytes go past the transport.
        transport.set_write_buffer_limits(high=0)
        await writer.drain()
        await send_file(transport, fobj.fileno(), offset, count)
        transport.set_write_buffer_limits()
        await web.StreamResponse.write_eof(self)
        return writer


async def send_file(transport: asyncio.Transport, file: int, offset: int, count: int) -> None:
    """Send a part of an open file from the kernel's memory to a connection, without copying it.

    What is not in memory is read by a thread first, since a slow disk would hold up everybody.
    Raises ConnectionError when the other side has left or the file became shorter.
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
            else:
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


def readable_range(lines: list[str], size: int) -> str:
    """The one range that is asked for; "" for several and for what is no range, since those mean
    the whole file."""
    found = _RANGE.fullmatch(lines[0].strip()) if len(lines) == 1 else None
    if found is None:
        return ""
    first, last = found.groups()
    if first and last and int(last) < int(first):
        return ""
    if not first and last and int(last) == 0:
        # The last zero bytes are a range, but one that nobody can have.
        return f"bytes={size}-"
    return found[0] if first or last else ""
