"""Stand-ins for what the host gives to a plugin. They work; they are only small."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import aiohttp

from seen.core.egress import EgressRefused, Guard, guarded_session, refused_networks
from seen.core.proxy import GuardedProxy
from seen.plugin.capabilities import ShelfKind
from seen.plugin.models import Card, DownloadLine, GameLine, Shelf
from seen.plugin.sharing import ProcessShared

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class FakeLog:
    """Keeps every line as (level, event, facts)."""

    lines: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def debug(self, event: str, **facts: Any) -> None:
        self.lines.append(("debug", event, facts))

    def info(self, event: str, **facts: Any) -> None:
        self.lines.append(("info", event, facts))

    def warning(self, event: str, **facts: Any) -> None:
        self.lines.append(("warning", event, facts))

    def error(self, event: str, **facts: Any) -> None:
        self.lines.append(("error", event, facts))


class FakeCache:
    """A cache in memory. ``entries`` maps keys to bytes and the time they end."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[bytes, float]] = {}

    async def get(self, key: str) -> bytes | None:
        value, ends = self.entries.get(key, (None, 0.0))
        return value if time.monotonic() < ends else None

    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        assert isinstance(value, bytes), "the cache holds bytes"
        self.entries[key] = (value, time.monotonic() + ttl_seconds)

    async def delete(self, key: str) -> None:
        self.entries.pop(key, None)


class FakeShared(ProcessShared):
    """Shared by all contexts it is given to, as if each were another process."""


class FakeContext:
    """A plugin's context."""

    def __init__(
        self, config: Mapping[str, Any], data_dir: Path, shared: FakeShared | None = None
    ) -> None:
        self.instance_id = "test"
        self.config = dict(config)
        self.data_dir = data_dir
        self.log = FakeLog()
        self.cache = FakeCache()
        self.shared = shared or FakeShared()
        self.allow: tuple[str, ...] = ("127.0.0.0/8", "::1")
        """What may be reached; a test may set less before it uses the context."""
        self._http: aiohttp.ClientSession | None = None
        self._proxy: GuardedProxy | None = None
        self._threads = ThreadPoolExecutor(2, "plugin")

    @property
    def http(self) -> aiohttp.ClientSession:
        """A session of the running loop that connects to this machine and to nothing else."""
        if self._http is None:
            self._http = guarded_session(_Enclosure(self.allow))
        return self._http

    def may_connect(self, address: str, port: int) -> bool:
        try:
            _Enclosure(self.allow).check(address, port)
        except (EgressRefused, ValueError):
            return False
        return True

    def refused_networks(self) -> Sequence[IPv4Network | IPv6Network]:
        return refused_networks(self.allow)

    async def guarded_proxy(self) -> str:
        return (await self._started_proxy()).url

    async def guarded_tracker(self, url: str) -> str:
        return (await self._started_proxy()).trackers.stand_in(url)

    async def _started_proxy(self) -> GuardedProxy:
        if self._proxy is None:
            self._proxy = GuardedProxy(_Enclosure(self.allow))
        await self._proxy.start()
        return self._proxy

    async def run_blocking(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        work = functools.partial(call, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def t(self, text: str) -> str:
        return text

    async def close(self) -> None:
        """Let go of the session and the threads."""
        if self._http is not None:
            await self._http.close()
            self._http = None
        if self._proxy is not None:
            await self._proxy.close()
            self._proxy = None
        self._threads.shutdown(wait=True, cancel_futures=True)


class _Enclosure(Guard):
    """Lets nobody out of this machine, and nowhere on it but where the test allows."""

    def check(self, host: str, port: int) -> None:
        address = ip_address(host.split("%")[0])
        if not address.is_loopback:
            raise EgressRefused(f"a test may reach this machine only, not {host}")
        if not self.allows(address, port):
            raise EgressRefused(f"the test does not allow {host}")


@dataclass
class FakeShelves:
    """Shelves with given cards and downloads."""

    in_progress: Sequence[Card] = ()
    upcoming: Sequence[Card] = ()
    added: Sequence[Card] = ()
    coming: Sequence[DownloadLine] = ()
    games: Sequence[GameLine] = ()
    rows: Mapping[str, Shelf] = field(default_factory=dict)

    async def continue_watching(self, limit: int) -> Sequence[Card]:
        return self.in_progress[:limit]

    async def next_up(self, limit: int) -> Sequence[Card]:
        return self.upcoming[:limit]

    async def recently_added(self, limit: int) -> Sequence[Card]:
        return self.added[:limit]

    async def downloads(self, limit: int) -> Sequence[DownloadLine]:
        return self.coming[:limit]

    async def playing(self, limit: int) -> Sequence[GameLine]:
        return self.games[:limit]

    async def shelf(self, kind: ShelfKind, limit: int) -> Shelf:
        row = self.rows.get(kind, Shelf())
        return Shelf(tuple(row.cards[:limit]), row.heading, row.href)
