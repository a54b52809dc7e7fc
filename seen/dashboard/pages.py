"""The first page, and how its viewer arranges it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from seen.core.http import Call
from seen.core.pages import HOME, Pages, Renderer, came_from, read_form, see_other
from seen.dashboard.service import Dashboard
from seen.library.service import Library

ARRANGE = HOME + "/arrange"
Name = Annotated[str, msgspec.Meta(max_length=200)]


class PlaceForm(msgspec.Struct):
    """A widget, and the one it is put right before; "" for the end."""

    title: Name
    before: Name = ""


class HideForm(msgspec.Struct):
    """A widget, and whether it is left out from now on."""

    widget: Name
    hidden: bool


def pages(dashboard: Dashboard, library: Library, render: Renderer) -> Pages:
    """The room's pages."""
    found = Pages()

    @found.get(HOME, keep=True)
    async def home(call: Call) -> web.StreamResponse:
        counts = await library.counts()
        return await render.page(
            call,
            "dashboard/dashboard.html",
            active=HOME,
            widgets=await dashboard.widgets(call.viewer),
            scan=await library.doing(),
            empty=not counts["movies"] + counts["shows"] + counts["games"],
            arrange=ARRANGE,
        )

    @found.get(ARRANGE)
    async def arrange(call: Call) -> web.StreamResponse:
        return await render.page(
            call,
            "dashboard/arrange.html",
            active=HOME,
            path=ARRANGE,
            rows=[
                {"id": each.handle.id, "title": each.handle.facts.title, "hidden": each.hidden}
                for each in dashboard.arranged(call.viewer)
            ],
        )

    @found.post(ARRANGE + "/place")
    async def place(call: Call) -> web.StreamResponse:
        form = await read_form(call, PlaceForm)
        await dashboard.move(call.viewer, form.title, form.before)
        return see_other(came_from(call, ARRANGE))

    @found.post(ARRANGE + "/hidden")
    async def hide(call: Call) -> web.StreamResponse:
        form = await read_form(call, HideForm)
        await dashboard.set_hidden(call.viewer, form.widget, form.hidden)
        return see_other(came_from(call, ARRANGE))

    return found
