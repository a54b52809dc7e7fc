"""What a plugin is given, made by the host."""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import aiohttp

from seen.core.cache import Cache
from seen.core.db import Database
from seen.core.egress import EgressRefused, Guard, Network, guarded_session, refused_networks
from seen.core.log import get_log
from seen.core.proxy import GuardedProxy
from seen.core.upstream import Upstream
from seen.host.bridge import on_loop
from seen.host.pool import DaemonPool
from seen.host.shared import DatabaseShared
from seen.host.vault import Vault
from seen.plugin.context import PluginLog, PluginShared
from seen.plugin.sharing import ProcessShared

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all plugins of a process share. ``loop`` is the server's; cache and database belong to
    it. Without a database, or a vault to seal with, plugins share nothing with other processes."""

    loop: asyncio.AbstractEventLoop
    cache: Cache
    data_dir: Path
    egress_allow: tuple[str, ...] = ()
    egress_proxy: Upstream | None = None
    db: Database | None = None
    vault: Vault | None = None

    def shared(self, instance_id: str) -> PluginShared:
        """What an instance shares with itself in other processes."""
        if self.db is None or self.vault is None:
            return ProcessShared()
        return DatabaseShared(self.db, self.vault, self.loop, instance_id)


class ScopedCache:
    """The server's cache under the plugin's own prefix."""

    def __init__(self, surroundings: Surroundings, instance_id: str) -> None:
        self._cache = surroundings.cache
        self._home = surroundings.loop
        self._prefix = f"plugin:{instance_id}:"

    async def get(self, key: str) -> bytes | None:
        return await on_loop(self._home, lambda: self._cache.get(self._prefix + key))

    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        if not isinstance(value, bytes):
            raise TypeError("the cache keeps bytes")
        await on_loop(self._home, lambda: self._cache.set(self._prefix + key, value, ttl_seconds))

    async def delete(self, key: str) -> None:
        await on_loop(self._home, lambda: self._cache.delete(self._prefix + key))


class HostContext:
    """A :class:`seen.plugin.PluginContext`. Belongs to the plugin's thread."""

    def __init__(
        self, instance_id: str, config: Mapping[str, Any], url_fields: tuple[str, ...],
        surroundings: Surroundings, pool: DaemonPool, data_dir: Path | None = None,
    ) -> None:  # fmt: skip
        self.instance_id = instance_id
        self.config: Mapping[str, Any] = MappingProxyType(dict(config))
        self.cache = ScopedCache(surroundings, instance_id)
        self.shared = surroundings.shared(instance_id)
        self.log: PluginLog = get_log(f"seen.plugin.{instance_id}").bind(plugin=instance_id)
        self._data_dir = data_dir or surroundings.data_dir / "plugins" / instance_id
        self._server_allow = surroundings.egress_allow
        self._allow = (*surroundings.egress_allow, *private_hosts(config, url_fields))
        self._upstream = surroundings.egress_proxy
        self._pool = pool
        self._session: aiohttp.ClientSession | None = None
        self._proxy: GuardedProxy | None = None

    @property
    def data_dir(self) -> Path:
        """A folder of the plugin's own; made when first asked for."""
        self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._data_dir

    @property
    def http(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = guarded_session(
                self._allow, on_refused=self._refused, proxy=self._upstream
            )
        return self._session

    def may_connect(self, address: str, port: int) -> bool:
        try:
            Guard(self._server_allow).check(address, port)
        except (EgressRefused, ValueError):
            return False
        return True

    def refused_networks(self) -> Sequence[Network]:
        return refused_networks(self._server_allow)

    async def guarded_proxy(self) -> str:
        return (await self._started_proxy()).url

    async def guarded_tracker(self, url: str) -> str:
        return (await self._started_proxy()).trackers.stand_in(url)

    async def _started_proxy(self) -> GuardedProxy:
        if self._proxy is None:
            self._proxy = GuardedProxy(Guard(self._server_allow), self._refused)
        await self._proxy.start()
        return self._proxy

    def _refused(self, why: str) -> None:
        self.log.warning("request refused", reason=why)

    async def run_blocking(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        work = functools.partial(contextvars.copy_context().run, call, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def t(self, text: str) -> str:
        return text

    async def close(self) -> None:
        """Close what was opened for the plugin; on the plugin's loop."""
        if self._session is not None:
            await self._session.close()
        if self._proxy is not None:
            await self._proxy.close()


def private_hosts(config: Mapping[str, Any], url_fields: tuple[str, ...]) -> list[str]:
    """``host:port`` of every address that the admin named in the plugin's fields."""
    found = []
    for name in url_fields:
        parts = urlsplit(str(config.get(name) or ""))
        if parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            found.append(f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}")
    return found
