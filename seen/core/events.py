"""What happened, told to whoever cares: rooms above, caches and open pages, in every process.

Events travel over PostgreSQL's NOTIFY, sent with the commit of the transaction that made them
true. So nobody hears of a thing that was rolled back, and all processes hear of it alike.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from seen.core.db import Connection, Database
from seen.core.log import get_log

log = get_log(__name__)
CHANNEL = "seen_events"
# PostgreSQL takes 8000 bytes; a larger event loses its facts and keeps its topic.
_LIMIT = 7900


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """``topic`` names the kind ("library", "progress", "job"); ``user_id`` limits who is told."""

    topic: str
    subject: str = ""
    user_id: str = ""
    facts: dict[str, Any] = msgspec.field(default_factory=dict)


Handler = Callable[[Event], Awaitable[None]]


def _payload(event: Event) -> str:
    payload = msgspec.json.encode(event)
    if len(payload) > _LIMIT:
        payload = msgspec.json.encode(
            Event(event.topic, subject=event.subject, user_id=event.user_id)
        )
    return payload.decode()


class Events:
    """The process's ear and mouth."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._handlers: list[tuple[str, Handler]] = []
        self._streams: set[asyncio.Queue[Event]] = set()
        self._task: asyncio.Task[None] | None = None
        self._working: set[asyncio.Task[None]] = set()

    def on(self, topic: str, handler: Handler) -> None:
        """Call ``handler`` for every event of the topic ("*": of all)."""
        self._handlers.append((topic, handler))

    async def emit(self, event: Event, connection: Connection | None = None) -> None:
        """Tell everybody, with the commit of ``connection`` when one is given."""
        if connection is not None:
            await connection.notify(CHANNEL, _payload(event))
        else:
            await self._db.execute("select pg_notify($1, $2)", CHANNEL, _payload(event))

    async def emit_all(self, events: Iterable[Event], connection: Connection) -> None:
        """Tell of many things with one statement, with the commit of ``connection``."""
        payloads = [_payload(each) for each in events]
        if payloads:
            await connection.execute(
                "select pg_notify($1, each) from unnest($2::text[]) each", CHANNEL, payloads
            )

    @contextlib.contextmanager
    def stream(self) -> Any:
        """A queue that receives every event while the block lasts.

        A reader that falls 256 events behind loses the oldest: the page asks again anyway.
        """
        queue: asyncio.Queue[Event] = asyncio.Queue(256)
        self._streams.add(queue)
        try:
            yield queue
        finally:
            self._streams.discard(queue)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._listen(), name="events")

    async def stop(self) -> None:
        for task in (self._task, *self._working):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _listen(self) -> None:
        """Hold a listening connection for ever; connect again when it breaks."""
        while True:
            try:
                raw = await self._db.dedicated()
            except Exception as error:
                log.warning("events: cannot listen, trying again", error=str(error))
                await asyncio.sleep(1)
                continue
            closed = asyncio.Event()
            raw.add_termination_listener(lambda _, closed=closed: closed.set())
            try:
                await raw.add_listener(CHANNEL, self._received)
                # Whatever was said while nobody listened is unknown: let caches start afresh.
                self._deliver(Event("reconnected"))
                await closed.wait()
            except Exception as error:
                # The connection broke before it listened.
                log.warning("events: cannot listen, trying again", error=str(error))
                await asyncio.sleep(1)
            finally:
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(raw.close(), 2)

    def _received(self, _raw: Any, _pid: int, _channel: str, payload: Any) -> None:
        try:
            self._deliver(msgspec.json.decode(payload, type=Event))
        except msgspec.DecodeError as error:
            log.warning("events: unreadable", error=str(error))

    def _deliver(self, event: Event) -> None:
        for queue in self._streams:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)
        for topic, handler in self._handlers:
            if topic in ("*", event.topic):
                task = asyncio.create_task(self._call(handler, event))
                self._working.add(task)
                task.add_done_callback(self._working.discard)

    async def _call(self, handler: Handler, event: Event) -> None:
        try:
            await handler(event)
        except Exception:
            log.exception("events: a handler failed", topic=event.topic)
