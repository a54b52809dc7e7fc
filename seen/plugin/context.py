"""What a plugin is given to work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

import aiohttp

P = ParamSpec("P")
T = TypeVar("T")


class PluginLog(Protocol):
    """A structured log that carries the plugin's name in every line."""

    def debug(self, event: str, **facts: Any) -> None: ...
    def info(self, event: str, **facts: Any) -> None: ...
    def warning(self, event: str, **facts: Any) -> None: ...
    def error(self, event: str, **facts: Any) -> None: ...


class PluginCache(Protocol):
    """Bytes kept for a while, shared by all processes where the server has a cache server.

    Keys belong to the plugin alone. Losing the cache must lose nothing but speed.
    """

    async def get(self, key: str) -> bytes | None: ...
    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None: ...
    async def delete(self, key: str) -> None: ...


class PluginContext(Protocol):
    """Handed to every hook of an enabled plugin instance.

    A plugin's coroutines run on an event loop of the plugin's own, so code that blocks by accident
    harms only the plugin itself; the host names it. ``http`` is a client session whose every
    connection passes the server's egress guard: private addresses are refused unless an admin
    allowed them or named them as this plugin's base address. It is created when first used.
    """

    @property
    def instance_id(self) -> str: ...
    @property
    def config(self) -> Mapping[str, Any]: ...
    @property
    def data_dir(self) -> Path: ...
    @property
    def log(self) -> PluginLog: ...
    @property
    def cache(self) -> PluginCache: ...
    @property
    def http(self) -> aiohttp.ClientSession: ...

    async def run_blocking(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run blocking code in the plugin's own small thread pool and wait for its answer."""
        ...

    def t(self, text: str) -> str:
        """The text in the server's language, or the text itself."""
        ...
