"""Files to download for tests with a browser; they come slowly where a test asks for it."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from aiohttp import web

from tests.e2e.threaded import InThread


class Files(InThread):
    """Serves a folder by Range. ``pace`` is in bytes per second; None is as fast as it goes."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.pace: int | None = None
        self.folder = folder

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{name}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = self.folder / request.match_info["name"]
        if not path.is_file():
            raise web.HTTPNotFound
        if self.pace is None:
            return web.FileResponse(path)
        return await self._slowly(request, path.read_bytes())

    async def _slowly(self, request: web.Request, body: bytes) -> web.StreamResponse:
        span = request.http_range
        start, stop = span.start or 0, span.stop or len(body)
        whole = request.headers.get("Range") is None
        headers = {"Content-Length": str(stop - start), "Accept-Ranges": "bytes", "ETag": '"one"'}
        if not whole:
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
        response = web.StreamResponse(status=200 if whole else 206, headers=headers)
        # Whoever asked may go away, or be killed.
        with contextlib.suppress(ConnectionError):
            await response.prepare(request)
            while start < stop:
                # The pace may change while it goes.
                step = min(max(1024, (self.pace or 10**9) // 20), stop - start)
                await response.write(body[start : start + step])
                start += step
                if self.pace is not None:
                    await asyncio.sleep(0.05)
        return response
