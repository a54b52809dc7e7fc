"""The scan: how it stands, and its button."""

from __future__ import annotations

from aiohttp import web

from seen.core.http import Call
from seen.core.pages import Pages, Renderer, came_from, see_other
from seen.library.service import Library

SCAN = "/app/library/scan"


def pages(library: Library, render: Renderer) -> Pages:
    """What open pages ask again while a scan runs."""
    found = Pages()

    @found.get(SCAN)
    async def show(call: Call) -> web.StreamResponse:
        return await render.bare(call, "library/scan.html", scan=await library.doing())

    @found.post(SCAN, access="admin")
    async def start(call: Call) -> web.StreamResponse:
        await library.rescan()
        return see_other(came_from(call, "/app/library"))

    return found
