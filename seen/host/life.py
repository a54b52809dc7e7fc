"""One life of a plugin instance: from importing it to the end of its thread.

The same life serves a running instance, the trial start of new values and the command line.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pluggy

from seen.core.log import get_log
from seen.host.capabilities import DATA_HOOKS, KINDS, Kind
from seen.host.context import HostContext, Surroundings, private_hosts
from seen.host.contract import call_hook, check_object, open_hooks
from seen.host.discovery import Found
from seen.host.errors import Overdue, StartFailed
from seen.host.faults import fault, import_fault
from seen.host.guard import Checked, Facts, Guard
from seen.host.limits import Limits
from seen.host.registry import Handle
from seen.host.thread import PluginThread
from seen.plugin.errors import AuthFailed, ConfigError, NotReady, PluginError
from seen.plugin.models import Health

log = get_log(__name__)


class ImportTurn:
    """One import at a time, but nobody waits long for a slow one.

    Two threads that import packages with circular imports at the same moment may see each other's
    half-made modules.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turn = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def taken(self) -> Any:
        mine = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.import_turn):
                mine = await self._turn.acquire()
        try:
            yield
        finally:
            if mine:
                self._turn.release()


@dataclass(frozen=True, slots=True)
class Member:
    """One object of a living plugin."""

    kind: Kind
    target: Any
    guard: Guard
    handle: Handle[Any]


class Life:
    """Made on the main loop; :meth:`bring_up` once, :meth:`take_down` any number of times."""

    def __init__(
        self, found: Found, instance_id: str, values: Mapping[str, Any],
        surroundings: Surroundings, capabilities: Collection[str], limits: Limits,
        turn: ImportTurn, data_dir: Path | None = None,
    ) -> None:  # fmt: skip
        assert found.manifest is not None
        self.found = found
        self.instance_id = instance_id
        self.members: tuple[Member, ...] = ()
        self.template_dirs: tuple[Path, ...] = ()
        self.noticed = asyncio.Event()
        self.thread = PluginThread(instance_id, found.folder, limits.blocking_threads)
        self._manifest = found.manifest
        self.allowed_hosts = private_hosts(values, self._manifest.url_fields)
        self._kinds = [KINDS[n] for n in self._manifest.provides if n in capabilities]
        self._limits = limits
        self._turn = turn
        self._context = HostContext(
            instance_id, values, self._manifest.url_fields, surroundings, self.thread.pool, data_dir
        )

    async def bring_up(self) -> None:
        """Import, check and start everything. Raises StartFailed; then :meth:`take_down`."""
        clock = asyncio.timeout(self._limits.start)
        try:
            async with clock:
                table = await self._imported()
                await self.thread.run(lambda: self._registered(table))
                for member in self.members:
                    await self.thread.run(functools.partial(self._start, member.target))
        except StartFailed:
            raise
        except Exception as error:
            if clock.expired() or isinstance(error, Overdue):
                raise StartFailed("failed", self._too_late(), again=True) from None
            raise StartFailed("failed", fault(error, self.found.folder), again=True) from error

    async def health(self) -> Health:
        """The worst of what the objects say; never raises."""
        worst = Health()
        order = ("healthy", "degraded", "failed")
        for member in self.members:
            said = await self._health_of(member)
            if order.index(said.state) > order.index(worst.state):
                worst = said
        return worst

    async def take_down(self) -> bool:
        """Drain, stop, close and end the thread. False when it hangs and was left behind."""
        for member in self.members:
            await member.handle.drain(self._limits.drain if not self._hangs else 0)
        if not self._hangs:
            try:
                await self.thread.run_within(self._limits.stop, self._stop)
            except Overdue:
                log.warning("plugin: did not stop in time", plugin=self.instance_id)
            except RuntimeError:
                log.debug("plugin: was stopped before", plugin=self.instance_id)
        return await self.thread.stop(self._limits.stop if not self._hangs else 0.2)

    def _too_late(self) -> str:
        sentence = f"Did not start within {self._limits.start:g} s"
        place = self.thread.where(own_only=True)
        return f"{sentence}: hangs in {place}" if place else sentence

    @property
    def _hangs(self) -> bool:
        return self.thread.ping() >= min(1.0, self._limits.silence)

    async def _imported(self) -> pluggy.PluginManager:
        async with self._turn.taken():
            return await self.thread.run(self._import)

    async def _health_of(self, member: Member) -> Health:
        try:
            answer = await self.thread.run_within(self._limits.health, member.target.health)
        except Overdue:
            return Health("failed", f"Did not say how it is within {self._limits.health:g} s")
        except PluginError as error:
            return Health("failed", str(error) or type(error).__name__)
        except Exception as error:
            return Health("failed", f"health raised {fault(error, self.found.folder)}")
        if not isinstance(answer, Health) or answer.state not in ("healthy", "degraded", "failed"):
            return Health("failed", f"health answered with {type(answer).__name__}, not Health")
        if answer.state == "healthy" and member.guard.breaker.failing:
            return Health("degraded", f"Its last call failed: {member.guard.account.last_fault}")
        return answer

    # --- on the plugin's thread -----------------------------------------------------------------

    async def _import(self) -> pluggy.PluginManager:
        module, _, attribute = self.found.target.partition(":")
        try:
            plugin: Any = importlib.import_module(module)
            for part in filter(None, attribute.strip().split(".")):
                plugin = getattr(plugin, part)
        except Exception as error:
            raise StartFailed("broken", import_fault(error, self.found.folder)) from error
        except SystemExit as error:
            raise StartFailed("broken", import_fault(error, self.found.folder)) from error
        return open_hooks(plugin, self.found.name, self._manifest.provides)

    async def _registered(self, table: pluggy.PluginManager) -> None:
        members: list[Member] = []
        seen: set[tuple[str, str]] = set()
        for kind in self._kinds:
            for item in self._hooked(table, kind.hook):
                member = self._member(item, kind)
                if (kind.name, member.handle.id) in seen:
                    raise StartFailed("broken", f"Has two {kind.name} with id {member.handle.id!r}")
                seen.add((kind.name, member.handle.id))
                members.append(member)
        folders = [each for hook in DATA_HOOKS for each in self._hooked(table, hook)]
        for folder in folders:
            if not isinstance(folder, Path) or not folder.is_dir():
                raise StartFailed("broken", f"Hook seen_template_dirs: {folder} is not a folder")
        self.members, self.template_dirs = tuple(members), tuple(folders)

    def _hooked(self, table: pluggy.PluginManager, hook: str) -> list[Any]:
        try:
            return call_hook(table, hook, self._context)
        except StartFailed:
            raise
        except PluginError as error:
            raise _foreseen(error) from error
        except Exception as error:
            raise StartFailed(
                "broken", f"Hook {hook} raised {fault(error, self.found.folder)}"
            ) from error

    def _member(self, item: Any, kind: Kind) -> Member:
        attributes = check_object(item, kind)
        title = self._manifest.title
        guard = Guard(self.thread, title, self.found.folder, self._limits, self.noticed)
        handle: Handle[Any] = Handle(
            instance_id=self.instance_id, plugin=self.found.name, title=title,
            capability=kind.name, checked=Checked(item, kind, attributes, title),
            facts=Facts(attributes), guard=guard,
        )  # fmt: skip
        return Member(kind, item, guard, handle)

    async def _start(self, target: Any) -> None:
        try:
            await target.start()
        except PluginError as error:
            raise _foreseen(error) from error
        except Exception as error:
            raise StartFailed(
                "failed", f"start raised {fault(error, self.found.folder)}", again=True
            ) from error

    async def _stop(self) -> None:
        for member in self.members:
            try:
                await member.target.stop()
            except Exception as error:
                log.warning("plugin: stop failed", plugin=self.instance_id,
                            fault=fault(error, self.found.folder))  # fmt: skip
        await self._context.close()


def _foreseen(error: PluginError) -> StartFailed:
    """A start that said itself what is missing."""
    reason = str(error) or type(error).__name__
    if isinstance(error, ConfigError | AuthFailed):
        return StartFailed("needs_setup", reason, field=getattr(error, "field", ""))
    if isinstance(error, NotReady):
        return StartFailed("needs_setup", reason, again=True)
    return StartFailed("failed", reason, again=True)
