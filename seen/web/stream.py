"""The event stream: tells open pages what changed, so that they ask again."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from aiohttp import web

from seen.core.events import Event, Events
from seen.core.http import Call
from seen.core.viewer import Viewer
from seen.downloads.ledger import CHANGED
from seen.downloads.model.sentences import running
from seen.downloads.monitor import MOVED

_PING_SECONDS = 20.0
# What pages may hear; everything else is between the server's own parts.
_FOR_ALL = {"library": "library", "job": "scan", "catalog": "catalog"}
_FOR_ADMINS = {"plugins": "plugins", "plugin_status": "plugins"}
_FOR_OWNER = {"progress": "progress", "imports": "imports"}
# An admin hears of other people's downloads under another name.
_FOR_OWNER_AND_ADMINS = (CHANGED, MOVED)


def topic_for(event: Event, viewer: Viewer) -> str:
    """The topic a viewer's page hears for an event; "" when it is none of their business."""
    own = event.user_id == str(viewer.user_id)
    if event.topic in _FOR_OWNER:
        return _FOR_OWNER[event.topic] if own else ""
    if event.topic in _FOR_OWNER_AND_ADMINS:
        if own or not event.user_id:
            return event.topic
        return f"everyones_{event.topic}" if viewer.is_admin else ""
    if viewer.is_admin and event.topic in _FOR_ADMINS:
        return _FOR_ADMINS[event.topic]
    return _FOR_ALL.get(event.topic, "")


def _message(topic: str, event: Event) -> bytes:
    """What a page is told. How far downloads are comes along, so that nobody has to ask."""
    if event.topic == MOVED:
        lines = [_line(*each) for each in event.facts.get("jobs", ())]
        return msgspec.json.encode({"topic": topic, "jobs": lines})
    return msgspec.json.encode({"topic": topic, "subject": event.subject})


def _line(
    job_id: str, percent: int, done: int, total: int, speed: int, eta: int | None, message: str
) -> list[Any]:
    said = running(percent, done, total, speed, eta, message)
    return [job_id, percent, said.head, said.detail, speed]


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
                    await response.write(b"data: " + _message(topic, event) + b"\n\n")

    def close(self) -> None:
        """End all streams."""
        for task in self._open:
            task.cancel()
