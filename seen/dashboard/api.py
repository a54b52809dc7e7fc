"""``/api/v1/dashboard`` and ``/api/v1/progress/continue-watching``."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from seen.core.http import Answer, Api, Call
from seen.core.ready import etag_response
from seen.dashboard.service import Dashboard
from seen.tracking.answers import CardAnswer


class WidgetAnswer(Answer):
    """A widget: its data holds cards and texts; ``error`` is a sentence when it failed."""

    id: str
    slot: str
    title: str
    error: str
    data: dict[str, Any]


class DashboardAnswer(Answer):
    """The viewer's widgets in order."""

    widgets: list[WidgetAnswer]


class ContinueAnswer(Answer):
    """What is in progress, last played first."""

    items: list[CardAnswer]


def routes(dashboard: Dashboard) -> Api:
    """The room's routes."""
    api = Api("dashboard")

    @api.get("/dashboard", answers=DashboardAnswer, also={304: "Not changed"})
    async def show(call: Call) -> web.StreamResponse:
        """The viewer's dashboard."""
        return etag_response(call.request, await dashboard.body(call.viewer))

    @api.get("/progress/continue-watching", answers=ContinueAnswer, also={304: "Not changed"})
    async def continue_watching(call: Call) -> web.StreamResponse:
        """What the viewer started and did not finish."""
        return etag_response(call.request, await dashboard.continue_watching(call.viewer))

    return api
