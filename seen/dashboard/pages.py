"""The first page."""

from __future__ import annotations

from aiohttp import web

from seen.core.http import Call
from seen.core.pages import HOME, Pages, Renderer
from seen.dashboard.service import Dashboard
from seen.library.service import Library


def pages(dashboard: Dashboard, library: Library, render: Renderer) -> Pages:
    """The room's page."""
    found = Pages()

    @found.get(HOME)
    async def home(call: Call) -> web.StreamResponse:
        counts = await library.counts()
        return await render.page(
            call,
            "dashboard/dashboard.html",
            active=HOME,
            widgets=await dashboard.widgets(call.viewer),
            scan=await library.doing(),
            empty=not counts["movies"] + counts["shows"] + counts["games"],
        )

    return found
