"""The plugin host of one process, as the rooms above see it."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from seen.core.cache import Cache
from seen.core.db import Database
from seen.core.events import Event, Events
from seen.core.log import get_log
from seen.core.settings import Settings
from seen.host import store
from seen.host.capabilities import KINDS
from seen.host.configuration import changed, resolve
from seen.host.errors import TrialFailed, UnknownPlugin
from seen.host.instance import Instance
from seen.host.life import Life
from seen.host.limits import Limits
from seen.host.manifest import ID
from seen.host.plan import Plan, used_here
from seen.host.reconcile import TOPIC, Reconciler
from seen.host.registry import Handle
from seen.host.store import Desired
from seen.host.trial import try_values
from seen.host.vault import Vault
from seen.host.views import PluginView, plugin_view
from seen.plugin.capabilities import (
    DownloadEngine,
    Importer,
    MetadataProvider,
    Recommender,
    Scanner,
    Widget,
)
from seen.plugin.errors import ConfigError

log = get_log(__name__)


class PluginHost:
    """Runs the plugins that this process uses.

    ``capabilities`` names them ("metadata_providers", "widgets", ...): a process that serves pages
    never loads a download engine. ``process`` names this process to people and to other
    processes; ``secret`` is the server's secret, from which the key for stored secrets is made.
    """

    def __init__(
        self, *, db: Database, cache: Cache, events: Events, settings: Settings, secret: bytes,
        process: str, capabilities: Collection[str] = tuple(KINDS),
        limits: Limits | None = None, environ: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        unknown = set(capabilities) - set(KINDS)
        if unknown:
            raise ValueError(f"there is no capability {sorted(unknown)[0]}")
        self._db = db
        self._events = events
        self._settings = settings
        self._limits = limits or Limits()
        self._reconciler = Reconciler(
            db=db, cache=cache, events=events, settings=settings, vault=Vault(secret),
            process=process, capabilities=capabilities, limits=self._limits,
            environ=os.environ if environ is None else environ,
        )  # fmt: skip

    # --- life -----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to bring plugins up; returns at once and never fails because of one."""
        self._reconciler.start()

    async def settled(self, timeout: float = 30.0) -> bool:
        """Wait until every plugin runs or says why not; False when ``timeout`` came first."""
        try:
            async with asyncio.timeout(timeout):
                await self._reconciler.applied.wait()
                for instance in tuple(self._reconciler.instances.values()):
                    await instance.settled.wait()
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        """Stop all plugins within about 10 s; threads that hang are left behind."""
        await self._reconciler.stop()

    # --- what rooms call ------------------------------------------------------------------------

    def metadata_providers(self) -> tuple[Handle[MetadataProvider], ...]:
        """Running metadata providers in the admin's order."""
        return self._handles("metadata_providers")

    def scanners(self) -> tuple[Handle[Scanner], ...]:
        """Running scanners in the admin's order; the first that answers wins."""
        return self._handles("scanners")

    def download_engines(self) -> tuple[Handle[DownloadEngine], ...]:
        """Running download engines in the admin's order."""
        return self._handles("download_engines")

    def recommenders(self) -> tuple[Handle[Recommender], ...]:
        """Running recommenders in the admin's order."""
        return self._handles("recommenders")

    def widgets(self) -> tuple[Handle[Widget], ...]:
        """Running widgets in the admin's order."""
        return self._handles("widgets")

    def importers(self) -> tuple[Handle[Importer], ...]:
        """Running importers in the admin's order."""
        return self._handles("importers")

    def template_dirs(self) -> tuple[tuple[str, Path], ...]:
        """Folders with templates of running plugins, each with its plugin's name."""
        return tuple(
            (life.found.name, folder)
            for instance in self._ordered() if (life := instance.serving) is not None
            for folder in life.template_dirs
        )  # fmt: skip

    def title_of(self, instance_id: str) -> str:
        """What people call a plugin; its id where it is not installed."""
        found = self._reconciler.found.get(instance_id)
        return found.title if found is not None else instance_id

    def credits(self) -> tuple[str, ...]:
        """The texts that the services behind running plugins ask to be shown."""
        return tuple(
            dict.fromkeys(
                life.found.manifest.attribution
                for instance in self._ordered()
                if (life := instance.serving) is not None
                and life.found.manifest is not None
                and life.found.manifest.attribution
            )
        )

    def allowed_hosts(self) -> tuple[str, ...]:
        """Private hosts that outgoing requests on behalf of plugins may reach: the server's list
        and the addresses that the admin gave running plugins."""
        named = {
            host
            for instance in self._ordered() if (life := instance.serving) is not None
            for host in life.allowed_hosts
        }  # fmt: skip
        return (*self._settings.egress_allow, *sorted(named))

    def _handles(self, capability: str) -> tuple[Handle[Any], ...]:
        return tuple(
            handle for instance in self._ordered() for handle in instance.handles
            if handle.capability == capability
        )  # fmt: skip

    def _ordered(self) -> list[Instance]:
        return sorted(
            self._reconciler.instances.values(),
            key=lambda each: (each.plan.desired.position, each.id),
        )

    # --- what admins see and do -----------------------------------------------------------------

    async def overview(self) -> tuple[PluginView, ...]:
        """Every plugin, here and in other processes, in the admin's order."""
        await self._arrived()
        wanted = await store.instances(self._db)
        rows = await store.statuses(self._db)
        return tuple(
            self._view(desired, [row for row in rows if row.instance_id == desired.id])
            for desired in wanted
        )

    async def view(self, instance_id: str) -> PluginView:
        """One plugin. Raises UnknownPlugin."""
        desired = await self._desired(instance_id)
        rows = await store.statuses(self._db)
        return self._view(desired, [row for row in rows if row.instance_id == instance_id])

    def _view(self, desired: Desired, rows: list[store.Observed]) -> PluginView:
        here = self._reconciler.instances.get(desired.id)
        name = self._reconciler.presence.process
        if here is not None and here.plan.desired.revision != desired.revision:
            # Another process changed it a moment ago; this one is about to hear of it.
            here = None
        return plugin_view(self._reconciler.plan(desired), here, rows, name)

    async def configure(
        self, instance_id: str, values: Mapping[str, Any], *, by: str = ""
    ) -> PluginView:
        """Give a plugin new values: check them, start with them on trial, then store them.

        A field that is not given keeps its value, and so does a secret given as ""; None takes a
        value away. Where this process does not load the plugin there is no trial. Raises
        UnknownPlugin, ConfigError (names the field), or TrialFailed; the old values are then kept.
        """
        desired = await self._desired(instance_id)
        plan = self._reconciler.plan(desired)
        stored = self._changed(plan, values)
        await self._try(plan, stored)
        async with self._db.transaction() as connection:
            latest = await store.instance(connection, instance_id, lock=True)
            if latest is None:
                raise UnknownPlugin(instance_id)
            # Somebody may have changed other fields during the trial.
            stored = self._changed(self._reconciler.plan(latest), values)
            await store.change_config(connection, instance_id, stored)
            await self._events.emit(Event(TOPIC, subject=instance_id), connection)
        log.info("plugins: configured", plugin=instance_id, fields=sorted(values), by=by)
        return await self._followed(instance_id)

    async def set_enabled(self, instance_id: str, enabled: bool, *, by: str = "") -> PluginView:
        """Switch a plugin on or off; switching on tries a failed or skipped one again.

        Raises UnknownPlugin.
        """
        await self._desired(instance_id)
        async with self._db.transaction() as connection:
            await store.change_enabled(connection, instance_id, enabled)
            await self._events.emit(Event(TOPIC, subject=instance_id), connection)
        log.info("plugins: switched", plugin=instance_id, enabled=enabled, by=by)
        return await self._followed(instance_id)

    async def reorder(self, instance_ids: Sequence[str], *, by: str = "") -> None:
        """Put these plugins into this order, in the places that they have together.

        Raises UnknownPlugin.
        """
        async with self._db.transaction() as connection:
            wanted = await store.instances(connection)
            known = {each.id for each in wanted}
            for each in instance_ids:
                if each not in known:
                    raise UnknownPlugin(each)
            named = iter(dict.fromkeys(instance_ids))
            order = [next(named) if each.id in set(instance_ids) else each.id for each in wanted]
            await store.change_positions(
                connection, {each: 10 * n for n, each in enumerate(order, 1)}
            )
            await self._events.emit(Event(TOPIC), connection)
        log.info("plugins: reordered", order=list(instance_ids), by=by)
        await self._reconciler.apply()

    async def move(self, instance_id: str, index: int, *, by: str = "") -> None:
        """Put one plugin at a place (from 0) in the order of all. Raises UnknownPlugin."""
        order = [each.id for each in await store.instances(self._db)]
        if instance_id not in order:
            raise UnknownPlugin(instance_id)
        order.remove(instance_id)
        order.insert(index, instance_id)
        await self.reorder(order, by=by)

    async def check_health(self, instance_id: str, timeout: float = 15.0) -> PluginView:
        """Ask a plugin how it is now; one that does not run is tried again first.

        Raises UnknownPlugin.
        """
        await self._desired(instance_id)
        instance = self._reconciler.instances.get(instance_id)
        if instance is not None:
            instance.retry()
            try:
                async with asyncio.timeout(timeout):
                    await instance.settled.wait()
                    await instance.check_health()
            except TimeoutError:
                log.info("plugins: still starting", plugin=instance_id)
        return await self.view(instance_id)

    async def _followed(self, instance_id: str) -> PluginView:
        """Act on a change here and now, and give it a moment to show."""
        await self._reconciler.apply()
        instance = self._reconciler.instances.get(instance_id)
        if instance is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limits.settle):
                    await instance.settled.wait()
        return await self.view(instance_id)

    async def _arrived(self) -> None:
        """Right after the start, give the search for installed plugins a moment."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.settle):
                await self._reconciler.arrived.wait()

    async def _desired(self, instance_id: str) -> Desired:
        await self._arrived()
        # What cannot be an id must not reach the database, which refuses some characters.
        known = ID.fullmatch(instance_id) is not None
        desired = await store.instance(self._db, instance_id) if known else None
        if desired is None:
            raise UnknownPlugin(instance_id)
        return desired

    def _changed(self, plan: Plan, values: Mapping[str, Any]) -> dict[str, Any]:
        found, r = plan.found, self._reconciler
        if found is None or found.manifest is None:
            raise ConfigError("The plugin cannot be set up before it can be read")
        return changed(
            found.manifest, plan.desired.id, plan.desired.config, values, r.environ, r.vault
        )

    async def _try(self, plan: Plan, stored: Mapping[str, Any]) -> None:
        """A trial start. Raises TrialFailed."""
        found, r = plan.found, self._reconciler
        assert found is not None and found.manifest is not None
        resolved = resolve(found.manifest, plan.desired.id, stored, r.environ, r.vault)
        if resolved.problem:
            raise TrialFailed(resolved.problem, resolved.field, "needs_setup")
        if found.state or not used_here(found, r.capabilities):
            return
        if self._settings.safe_mode and not found.bundled:
            return

        def make(values: Mapping[str, Any], folder: Path) -> Life:
            return r.make_life(plan, values, folder)

        await try_values(make, resolved.values)
