"""The event stream: tells open pages what changed, so that they ask again."""

from __future__ import annotations

import asyncio

import msgspec
from aiohttp import web

from seen.core.events import Event, Events
from seen.core.http import Call
from seen.core.viewer import Viewer

_PING_SECONDS = 20.0
# What pages may hear; everything else is between the server's own parts.
_FOR_ALL = {"library": "library", "job": "scan", "catalog": "catalog"}
_FOR_ADMINS = {"plugins": "plugins", "plugin_status": "plugins"}
_FOR_OWNER = {"progress": "progress"}


def topic_for(event: Event, viewer: Viewer) -> str:
    """The topic a viewer's page hears for an event; "" when it is none of their business."""
    if event.topic in _FOR_OWNER:
        return _FOR_OWNER[event.topic] if event.user_id == str(viewer.user_id) else ""
    if viewer.is_admin and event.topic in _FOR_ADMINS:
        return _FOR_ADMINS[event.topic]
    return _FOR_ALL.get(event.topic, "")


class Streams:
    """Serves ``/app/events``. Ends when the server does, so that nothing waits for open pages."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._open: set[asyncio.Task[None]] = set()

    async def serve(self, call: Call) -> web.StreamResponse:
        """Server-sent events until the page leaves or its session ends."""
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        await response.prepare(call.request)
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
        try:
            await self._send(response, call.viewer)
        except (ConnectionError, asyncio.CancelledError):
            # The page left, or the server is going down.
            pass
        finally:
            if task is not None:
                self._open.discard(task)
        return response

    async def _send(self, response: web.StreamResponse, viewer: Viewer) -> None:
        await response.write(b"retry: 2000\n\n")
        with self._events.stream() as queue:
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), _PING_SECONDS)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if event.topic == "accounts" and event.subject == str(viewer.user_id):
                    # Something about the account changed; the page comes back if it still may.
                    return
                if topic := topic_for(event, viewer):
                    message = msgspec.json.encode({"topic": topic, "subject": event.subject})
                    await response.write(b"data: " + message + b"\n\n")

    def close(self) -> None:
        """End all streams."""
        for task in self._open:
            task.cancel()
