"""Crosses from a plugin's loop back to the server's."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")


async def on_loop(loop: asyncio.AbstractEventLoop, work: Callable[[], Awaitable[R]]) -> R:
    """Await ``work()`` on another loop. Raises RuntimeError when that loop is closed."""

    async def there() -> R:
        return await work()

    coroutine = there()
    try:
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
    except RuntimeError:
        coroutine.close()
        raise
    return await asyncio.wrap_future(future)


class _Bridged:
    """Stands for an object of the server on a plugin's loop; its methods run at home."""

    __slots__ = ("_home", "_target")

    def __init__(self, target: object, home: asyncio.AbstractEventLoop) -> None:
        self._target = target
        self._home = home

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._target, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await on_loop(self._home, lambda: found(*args, **kwargs))

        return call


def bridged(target: T) -> T:
    """The same object for use inside a plugin: its async methods run on the current loop.

    Whatever is handed to a plugin and reaches into the server (such as a widget's shelves, which
    ask the database) must go through this: a database connection belongs to one loop.
    """
    return cast(T, _Bridged(target, asyncio.get_running_loop()))
