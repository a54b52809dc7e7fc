"""A web server of our own with files to download, in a thread of its own; slow where one asks."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import TracebackType

from aiohttp import web


class Files:
    """Serves a folder by Range. ``pace`` is in bytes per second; None is as fast as it goes.

    A context manager.
    """

    def __init__(self, folder: Path) -> None:
        self.url = ""
        self.pace: int | None = None
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Files:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = self._loop.run_until_complete(self._start())
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())

    async def _start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/{name}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._ready.set()
        return runner

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = self._folder / request.match_info["name"]
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
        await response.prepare(request)
        while start < stop:
            # The pace may change while it goes.
            step = min(max(1024, (self.pace or 10**9) // 20), stop - start)
            await response.write(body[start : start + step])
            start += step
            if self.pace is not None:
                await asyncio.sleep(0.05)
        return response
