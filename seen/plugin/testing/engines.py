"""Starts engines for a test, and waits for what becomes of their jobs."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from seen.plugin.models import EngineStatus

E = TypeVar("E")
_PAUSE = 0.02


class Engines(Generic[E]):
    """Called with the values of an engine's fields, it gives a started engine; one made with
    ``like`` an earlier one takes over its memory. ``made`` makes an engine of its context,
    ``contexts`` is the fixture ``plugin_context``."""

    def __init__(
        self, made: Callable[[Any], E], contexts: Callable[..., Any], **usual: Any
    ) -> None:
        self._made = made
        self._contexts = contexts
        self._usual = usual
        self._running: list[Any] = []

    async def __call__(self, like: E | None = None, shared: Any = None, **config: Any) -> E:
        context = self._contexts({**self._usual, **config})
        earlier: Any = like
        if earlier is not None:
            context.data_dir = earlier._ctx.data_dir
        context.shared = shared or context.shared
        engine = self._made(context)
        self._running.append(engine)
        await self._running[-1].start()
        return engine

    async def stop(self) -> None:
        """Stop them all. A daemon of one is killed before: by itself it takes its time."""
        for each in self._running:
            own = getattr(each, "_own", None)
            if own is not None and own.runs:
                os.kill(own.pid, signal.SIGKILL)
            await each.stop()


async def until(
    engine: Any, reached: Callable[[EngineStatus], bool], job: str = "job-1"
) -> EngineStatus:
    """The status of a job as soon as it is as wished. It must not fail on the way."""
    while True:
        found: EngineStatus = (await engine.status([job]))[job]
        if reached(found):
            return found
        assert found.state != "failed", found.message
        await asyncio.sleep(_PAUSE)
