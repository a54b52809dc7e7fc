"""Threads for a plugin's blocking code that nobody has to wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_Job = Callable[[], None]


class DaemonPool(ThreadPoolExecutor):
    """A pool whose threads are daemons.

    The standard pool's threads are joined when the interpreter ends, so one plugin's endless call
    would keep the server from stopping. (It is a subclass because a loop's default executor must
    be one.)
    """

    def __init__(self, threads: int, name: str) -> None:
        super().__init__(max_workers=threads)
        self._most = threads
        self._name = name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._workers: list[threading.Thread] = []
        self._idle = 0
        self._turn = threading.Lock()
        self._closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a call. Raises RuntimeError after :meth:`shutdown`."""
        future: Future[T] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._turn:
            if self._closed:
                raise RuntimeError("the plugin has been stopped")
            self._jobs.put(job)
            if self._idle == 0 and len(self._workers) < self._most:
                self._hire()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let idle threads end; a busy one ends after its call. ``wait`` is not heeded."""
        with self._turn:
            self._closed = True
            for _ in self._workers:
                self._jobs.put(None)

    def _hire(self) -> None:
        thread = threading.Thread(
            target=self._work, name=f"{self._name}-{len(self._workers)}", daemon=True
        )
        self._workers.append(thread)
        thread.start()

    def _work(self) -> None:
        while True:
            with self._turn:
                self._idle += 1
            job = self._jobs.get()
            with self._turn:
                self._idle -= 1
            if job is None:
                return
            job()
            # A finished call's arguments must not live on until the next call comes.
            del job
