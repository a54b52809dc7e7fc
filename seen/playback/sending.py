"""A media file over HTTP, whole or by Range: its own bytes and nothing that lies beside it."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

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
