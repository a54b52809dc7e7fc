"""A thread with an event loop for one plugin instance.

All of a plugin's code runs here: its import, its hooks, its methods. Code that sleeps without
awaiting, or loops for ever, stops this one loop and nothing else.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from seen.core.log import get_log
from seen.host.errors import Overdue, Stray
from seen.host.faults import hanging_place, named
from seen.host.pool import DaemonPool

R = TypeVar("R")
log = get_log(__name__)
# An outcome crosses the threads as something to call, because futures replace some exceptions
# (TimeoutError) by others that no longer know where they were raised.
_Answer = concurrent.futures.Future[Callable[[], R]]
# How long tasks that a stopping plugin left behind may take to end.
_LEFTOVERS = 2.0


class PluginThread:
    """Made and used on the main loop. ``ended`` is set when the thread has let go of everything."""

    def __init__(self, name: str, folder: Path | None = None, blocking_threads: int = 4) -> None:
        self.name = name
        self.ended = asyncio.Event()
        self.pool = DaemonPool(blocking_threads, f"plugin-{name}-work")
        self._folder = folder
        self._main = asyncio.get_running_loop()
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(self.pool)
        self._loop.set_exception_handler(self._complain)
        self._stopping = False
        self._closed = False
        self._asked: float | None = None
        # A daemon, so that a plugin that hangs for ever cannot keep the server from ending.
        self._thread = threading.Thread(target=self._live, name=f"plugin-{name}", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], Awaitable[R]]) -> R:
        """Await ``work()`` on the plugin's loop.

        Cancelling returns at once even if the loop hangs; the work is cancelled as soon as the
        loop can. Raises RuntimeError when the thread was stopped. What the work raises comes
        through; what would end a thread or a process comes as :class:`Stray`.
        """
        answer: _Answer[R] = concurrent.futures.Future()
        self._post(lambda: self._begin(work, answer))
        outcome = await asyncio.wrap_future(answer)
        return outcome()

    async def run_within(self, timeout: float, work: Callable[[], Awaitable[R]]) -> R:
        """Like :meth:`run`, but raises Overdue after ``timeout`` seconds."""
        clock = asyncio.timeout(timeout)
        try:
            async with clock:
                return await self.run(work)
        except TimeoutError:
            if clock.expired():
                raise Overdue from None
            raise

    def ping(self) -> float:
        """For how many seconds the loop has owed an answer; asks again where it owes none."""
        asked = self._asked
        if asked is None:
            self._asked = asked = time.monotonic()
            with contextlib.suppress(RuntimeError):
                self._post(self._pong)
        return time.monotonic() - asked

    @property
    def silent_for(self) -> float:
        """For how many seconds the last ping has been waiting for its answer."""
        asked = self._asked
        return 0.0 if asked is None else time.monotonic() - asked

    def where(self, *, own_only: bool = False) -> str:
        """The line the thread is in right now, such as "seen_x/__init__.py, line 9".

        "" with ``own_only`` when it is in no code of the plugin, which then only waits.
        """
        frame = sys._current_frames().get(self._thread.ident or 0)
        return hanging_place(frame, self._folder, own_only)

    async def stop(self, timeout: float) -> bool:
        """End the thread. False when it hangs and had to be left behind."""
        if not self._stopping:
            self._stopping = True
            with contextlib.suppress(RuntimeError):
                self._post(self._loop.stop)
        try:
            async with asyncio.timeout(timeout):
                await self.ended.wait()
        except TimeoutError:
            return False
        self._thread.join(1)
        return True

    def _post(self, call: Callable[[], Any]) -> None:
        if self._closed:
            raise RuntimeError("the plugin has been stopped")
        self._loop.call_soon_threadsafe(call)

    # --- on the plugin's thread -----------------------------------------------------------------

    def _begin(self, work: Callable[[], Awaitable[R]], answer: _Answer[R]) -> None:
        if answer.cancelled():
            return
        task = self._loop.create_task(_settle(work, answer))

        def given_up(future: _Answer[R]) -> None:
            if future.cancelled():
                with contextlib.suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(task.cancel)

        answer.add_done_callback(given_up)

    def _pong(self) -> None:
        self._asked = None

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            while not self._stopping:
                try:
                    self._loop.run_forever()
                except BaseException as error:
                    # SystemExit in a task ends run_forever; the plugin may not end its host.
                    log.error("plugin: tried to end the server", plugin=self.name,
                              error=named(error))  # fmt: skip
            self._wind_up()
        finally:
            self._closed = True
            self._loop.close()
            self.pool.shutdown(wait=False)
            with contextlib.suppress(RuntimeError):
                self._main.call_soon_threadsafe(self.ended.set)

    def _wind_up(self) -> None:
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(BaseException):
            if tasks:
                self._loop.run_until_complete(asyncio.wait(tasks, timeout=_LEFTOVERS))
        with contextlib.suppress(BaseException):
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())

    def _complain(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        log.warning(
            "plugin: " + str(context.get("message", "something went wrong")), plugin=self.name,
            error=named(error) if isinstance(error, BaseException) else "",
        )  # fmt: skip


async def _settle(work: Callable[[], Awaitable[R]], answer: _Answer[R]) -> None:
    """Give the work's outcome to whoever waits, whatever it is."""
    try:
        result = await work()
    except asyncio.CancelledError:
        if answer.cancelled():
            raise
        outcome = _raising(Stray("the call cancelled itself"))
    except Exception as error:
        outcome = _raising(error)
    except BaseException as error:
        outcome = _raising(Stray(named(error)))
    else:
        outcome = _returning(result)
    # The other side may give up at any moment; its answer is then nobody's.
    with contextlib.suppress(concurrent.futures.InvalidStateError):
        answer.set_result(outcome)


def _returning(result: R) -> Callable[[], R]:
    return lambda: result


def _raising(error: Exception) -> Callable[[], Any]:
    def outcome() -> Any:
        raise error

    return outcome
