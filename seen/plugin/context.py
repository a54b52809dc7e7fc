"""What a plugin is given to work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from ipaddress import IPv4Network, IPv6Network
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


class PluginShared(Protocol):
    """What all processes of the server share of a plugin, kept in the database.

    For small things that must be the same everywhere: a token, a service's rate limit. Values are
    stored encrypted. Keys and names belong to the plugin alone. A trial of new values shares with
    the running plugin, so a key should hold what its value hangs on (such as a digest of the
    credentials). Raises NotReady while the database does not answer.
    """

    async def get(self, key: str) -> bytes | None: ...
    async def set(self, key: str, value: bytes, ttl_seconds: float | None = None) -> None:
        """Keep up to 64 KiB, for ever without a time to live."""
        ...

    async def delete(self, key: str) -> None: ...

    def lock(self, key: str) -> AbstractAsyncContextManager[None]:
        """Let one coroutine of one process at a time into the block.

        The lock of a process that died, or of a plugin whose loop hangs, is free after 15 s.
        """
        ...

    def turn(
        self, name: str, *, per_second: float, at_once: int, patience: float | None = None
    ) -> AbstractAsyncContextManager[None]:
        """Wait for a turn under a budget that all processes spend together, then run the block.

        Turns begin at least ``1 / per_second`` seconds apart and at most ``at_once`` blocks are
        open. Raises RateLimited instead when the turn would begin only after more than
        ``patience`` seconds.
        """
        ...

    async def pause(self, name: str, seconds: float) -> None:
        """Hold back all turns of a budget, 10 minutes at most: the service asked for a pause."""
        ...


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
    def shared(self) -> PluginShared: ...
    @property
    def http(self) -> aiohttp.ClientSession: ...

    def may_connect(self, address: str, port: int) -> bool:
        """Whether the gate for outgoing connections lets anybody through to a numeric address.

        What the admin named in this plugin's own fields does not count, and neither it does for
        ``refused_networks`` and ``guarded_proxy``: jobs must not get there.
        """
        ...

    def refused_networks(self) -> Sequence[IPv4Network | IPv6Network]:
        """The networks that may not be connected to, for what filters addresses by itself."""
        ...

    async def guarded_proxy(self) -> str:
        """The address, with a password in it, of an HTTP proxy for programs that this plugin
        starts.

        Whatever goes through it passes the gate. Where that refuses an address, the answer has the
        status 470, and 471 for a name that stands for nothing. It ends with the plugin.
        """
        ...

    async def guarded_tracker(self, url: str) -> str:
        """The address to give to such a program in place of a BitTorrent tracker's.

        Asked for through the proxy, it gives what the tracker answers, without peers that may not
        be connected to. It knows http, https and udp, and is the same one for the same tracker,
        but leads nowhere until it has been asked for here since the start.
        """
        ...

    async def run_blocking(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run blocking code in the plugin's own small thread pool and wait for its answer."""
        ...

    def t(self, text: str) -> str:
        """The text in the server's language, or the text itself."""
        ...
