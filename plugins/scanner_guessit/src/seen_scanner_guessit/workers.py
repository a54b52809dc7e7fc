"""A few worker processes that may be killed: names and files that hang or crash cost only them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import ParamSpec, TypeVar

from seen.plugin import PluginError

P = ParamSpec("P")
T = TypeVar("T")


def _behave() -> None:
    """Leave Ctrl-C to the server, and end when the server is gone without a word."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = os.getppid()

    def watch() -> None:
        while os.getppid() == server:
            time.sleep(2)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


class Hung(PluginError):
    """The call did not answer in time; its process was killed."""


class Crashed(PluginError):
    """The process died under the call."""


class _Worker:
    """One process, started when first used and replaced after a failure."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, deadline: float, call: Callable[P, T], *args: P.args, **kw: P.kwargs) -> T:
        if self._pool is None:
            # spawn: a fork would copy the server's threads, sockets and locks
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_behave)
            deadline += 20  # the first call waits for the interpreter and its imports
        loop = asyncio.get_running_loop()
        try:
            future = self._pool.submit(call, *args, **kw)
            return await asyncio.wait_for(asyncio.wrap_future(future, loop=loop), deadline)
        except TimeoutError as error:
            self.kill()
            raise Hung("It took too long") from error
        except BrokenProcessPool as error:
            self.kill()
            raise Crashed("Reading it crashed") from error
        except asyncio.CancelledError:
            self.kill()
            raise

    def kill(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):
            with suppress(OSError, ValueError):
                process.kill()
        # waits for the pool's own thread, which notices the death at once; not on the event loop
        threading.Thread(target=pool.shutdown, args=(True,), daemon=True).start()


class Workers:
    """``count`` processes that take calls in turn."""

    def __init__(self, count: int) -> None:
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        self._all = [_Worker() for _ in range(count)]
        for worker in self._all:
            self._idle.put_nowait(worker)

    async def run(self, deadline: float, call: Callable[P, T], *args: P.args, **kw: P.kwargs) -> T:
        """Run ``call`` (importable, picklable) in a process and wait ``deadline`` seconds for it.

        Raises Hung or Crashed, or what the call itself raised.
        """
        worker = await self._idle.get()
        try:
            return await worker.run(deadline, call, *args, **kw)
        finally:
            self._idle.put_nowait(worker)

    def close(self) -> None:
        """Kill every process. Harmless when called twice; a later call starts them anew."""
        for worker in self._all:
            worker.kill()
