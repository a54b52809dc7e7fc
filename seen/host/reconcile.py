"""Makes what runs in this process agree with what the admin wants."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seen.core.cache import Cache
from seen.core.db import Database, Executor
from seen.core.events import Event, Events
from seen.core.log import get_log
from seen.core.settings import Settings
from seen.core.upstream import read_upstream
from seen.host import store
from seen.host.configuration import resolve
from seen.host.context import Surroundings
from seen.host.discovery import Found, discover
from seen.host.instance import Instance
from seen.host.life import ImportTurn, Life
from seen.host.limits import Limits
from seen.host.plan import Past, Plan, default_positions, judge_past, used_here
from seen.host.presence import Presence
from seen.host.store import Desired, Observed
from seen.host.vault import Vault
from seen.host.watchdog import watch

log = get_log(__name__)
TOPIC = "plugins"
STATUS_TOPIC = "plugin_status"
# The database stamps rows itself.
_NEVER = datetime.min.replace(tzinfo=UTC)


class Reconciler:
    """One per process. Reads the desired state when told that it changed, and now and then."""

    def __init__(
        self, *, db: Database, cache: Cache, events: Events, settings: Settings, vault: Vault,
        process: str, capabilities: Collection[str], limits: Limits, environ: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.capabilities = frozenset(capabilities)
        self.found: dict[str, Found] = {}
        self.instances: dict[str, Instance] = {}
        self.presence = Presence(db, process)
        self.vault = vault
        self.environ = environ
        self.limits = limits
        self.arrived = asyncio.Event()
        self.applied = asyncio.Event()
        self._db = db
        self._cache = cache
        self._events = events
        self._settings = settings
        self._past = Past({}, {})
        self._turn = ImportTurn(limits)
        self._wake = asyncio.Event()
        self._one = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin in the background."""
        self._events.on(TOPIC, self._heard)
        self._events.on("reconnected", self._heard)
        self._tasks = [
            asyncio.create_task(self._run(), name="plugins"),
            asyncio.create_task(
                watch(lambda: tuple(self.instances.values()), self.limits), name="plugin watchdog"
            ),
        ]

    async def stop(self) -> None:
        """End everything in a bounded time; a hanging plugin's thread is left behind."""
        if self._tasks:
            self._tasks[0].cancel()
        leaving = [each.leave() for each in self.instances.values()]
        if leaving:
            _, late = await asyncio.wait(leaving, timeout=self.limits.stop_all)
            for task in late:
                task.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *leaving, return_exceptions=True)
        self._tasks = []
        with contextlib.suppress(Exception):
            if self.presence.held:
                await store.forget_process(self._db, self.presence.process)
        await self.presence.leave()

    async def apply(self) -> None:
        """Compare and act, once. Raises what the database raises."""
        async with self._one:
            await self.presence.enter()
            wanted = await store.instances(self._db)
            for desired in wanted:
                self._follow(desired)
            for gone in set(self.instances) - {each.id for each in wanted}:
                self.instances.pop(gone).leave()
            for instance in self.instances.values():
                await self.tell(instance)
            self.applied.set()

    def surroundings(self) -> Surroundings:
        return Surroundings(
            asyncio.get_running_loop(), self._cache, self._settings.data_dir,
            tuple(self._settings.egress_allow), read_upstream(self._settings.egress_proxy),
            self._db, self.vault,
        )  # fmt: skip

    def plan(self, desired: Desired) -> Plan:
        """What to do with an instance as things stand."""
        found = self.found.get(desired.plugin)
        resolved = None
        if found is not None and found.manifest is not None:
            resolved = resolve(found.manifest, desired.id, desired.config, self.environ, self.vault)
        return Plan(
            desired, found, resolved, self._settings.safe_mode, self._past.skips(desired, found)
        )

    def make_life(
        self, plan: Plan, values: Mapping[str, Any] | None = None, data_dir: Path | None = None
    ) -> Life:
        """A life for a plan, with other values and another data folder for a trial."""
        assert plan.found is not None
        if values is None:
            values = plan.resolved.values if plan.resolved else {}
        return Life(
            plan.found, plan.desired.id, values, self.surroundings(), self.capabilities,
            self.limits, self._turn, data_dir,
        )  # fmt: skip

    async def tell(self, instance: Instance) -> None:
        """Store an instance's status and say that it changed; the database may be away."""
        async with instance.telling:
            seen = self._observed(instance)
            if seen == instance.told:
                return
            try:
                async with self._db.transaction() as connection:
                    await store.write_status(connection, seen)
                    await self._events.emit(Event(STATUS_TOPIC, subject=instance.id), connection)
                instance.told = seen
            except Exception as error:
                log.warning("plugins: status not stored", plugin=instance.id, error=str(error))

    def _observed(self, instance: Instance) -> Observed:
        status, plan = instance.status, instance.plan
        return Observed(
            instance.id, self.presence.process, status.state, status.reason, status.health,
            plan.found.version if plan.found else "", plan.desired.revision,
            instance.deaths if status.state == "starting" else 0, _NEVER,
        )  # fmt: skip

    def _follow(self, desired: Desired) -> None:
        plan = self.plan(desired)
        known = self.instances.get(desired.id)
        if known is not None:
            known.follow(plan)
        elif plan.found is None or used_here(plan.found, self.capabilities):
            self.instances[desired.id] = Instance(
                plan, self._past.deaths.get(desired.id, 0), self.make_life, self.tell, self.limits
            )

    async def _heard(self, _: Event) -> None:
        self._wake.set()

    async def _run(self) -> None:
        await self._until_done(self._arrive)
        while True:
            self._wake.clear()
            if not self.presence.held:
                # The session broke, so others may have cleared our rows: write them again.
                for instance in self.instances.values():
                    instance.told = None
            await self._until_done(self.apply)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.limits.reconcile_every):
                    await self._wake.wait()

    async def _until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        """Take a step, again and again while the database is away."""
        while True:
            try:
                await step()
                return
            except Exception as error:
                log.warning("plugins: cannot read the wishes, trying again", error=str(error))
                await asyncio.sleep(1)

    async def _arrive(self) -> None:
        """Find what is installed, and learn what earlier processes left."""
        self.found = await asyncio.to_thread(discover)
        await self.presence.enter()
        await self._let_the_dead_go()
        positions = default_positions(self.found)
        async with self._db.transaction() as connection:
            await store.add_instances(
                connection, [(each, each, positions[each]) for each in self.found]
            )
            left = await store.left_behind(connection, self.presence.process)
            alive = await store.statuses(connection)
            mine = [row for row in left if self._mine(row)]
            self._past = judge_past(
                left, [r for r in alive if r.process != self.presence.process], self.found
            )
            await store.forget(connection, mine)
            await self._remember_skipped(connection, mine)
            await store.drop_expired(connection)
        self.arrived.set()
        for each in self.found.values():
            if each.problem:
                log.warning("plugins: unusable", plugin=each.name, reason=each.problem)

    async def _let_the_dead_go(self) -> None:
        """PostgreSQL may take a moment to notice that a killed process is gone. One that seems to
        be starting a plugin right now is looked at again before it is believed to live."""
        end = asyncio.get_running_loop().time() + self.limits.dying
        while asyncio.get_running_loop().time() < end:
            rows = await store.statuses(self._db)
            if not any(
                row.state == "starting" and row.process != self.presence.process for row in rows
            ):
                return
            await asyncio.sleep(0.1)

    def _mine(self, row: Observed) -> bool:
        """Whether a dead process's row is for this one to clear. What tells of a death is left to
        a process that would load the plugin."""
        found = self.found.get(row.instance_id)
        telling = row.state in ("starting", "skipped")
        return not telling or found is None or used_here(found, self.capabilities)

    async def _remember_skipped(self, connection: Executor, left: Collection[Observed]) -> None:
        """Keep what a dead process knew of skipped plugins, in this process's name."""
        for row in left:
            if self._past.skipped.get(row.instance_id) == (row.version, row.revision):
                await store.write_status(connection, Observed(
                    row.instance_id, self.presence.process, "skipped", row.reason, "",
                    row.version, row.revision, 0, _NEVER))  # fmt: skip
