"""The download engines of this process: who is well, who takes what, whose trouble an error is."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from seen.core.text import clean
from seen.downloads.model.records import Job, Scheme
from seen.host import Handle, PluginFault, PluginHost
from seen.plugin.capabilities import DownloadEngine
from seen.plugin.errors import AuthFailed, ConfigError, NotReady, PluginError, RateLimited
from seen.plugin.models import Health

Engine = Handle[DownloadEngine]
_HEALTH_SECONDS = 10.0
# Nobody waits longer for a look at an engine's health.
_MOMENT = 1.0

_SOURCES: Mapping[Scheme, str] = {
    "magnet": "magnet links",
    "torrent": "torrent files",
    "http": "web links",
    "https": "web links",
}
# Errors that say something about the engine and nothing about the job it was asked about.
_TROUBLES = (PluginFault, NotReady, AuthFailed, RateLimited, ConfigError)


def is_trouble(error: PluginError) -> bool:
    """Whether the engine is not well, rather than the job."""
    return isinstance(error, _TROUBLES)


def words(error: PluginError) -> str:
    """An error as people are shown it."""
    return clean(str(error), 300).rstrip(".") or type(error).__name__


@dataclass(slots=True)
class _Look:
    """The last look at an engine's health."""

    health: Health = field(default_factory=lambda: Health("failed", "It has not answered yet"))
    at: float = float("-inf")
    task: asyncio.Task[None] | None = None


class Engines:
    """What the host runs, with a look at each engine's health that is ``fresh`` seconds old at
    most."""

    def __init__(self, host: PluginHost, fresh: float) -> None:
        self._host = host
        self._fresh = fresh
        self._looks: dict[tuple[str, str], _Look] = {}

    def all(self) -> tuple[Engine, ...]:
        """Running engines in the admin's order."""
        return self._host.download_engines()

    def of(self, job: Job) -> Engine | None:
        """The engine that has a job, while it runs."""
        for each in self.all():
            if (each.instance_id, each.id) == (job.engine_instance_id, job.engine_id):
                return each
        return None

    async def is_wanted(self, instance_id: str) -> bool:
        """Whether an admin wants the engine's plugin to run."""
        try:
            return (await self._host.view(instance_id)).enabled
        except LookupError:
            return False

    def title(self, instance_id: str | None) -> str:
        """What people call an engine."""
        return self._host.title_of(instance_id) if instance_id else ""

    async def look(self) -> None:
        """Ask those whose last look is old; an engine that takes its time is seen next time."""
        running = {(each.instance_id, each.id): each for each in self.all()}
        for gone in set(self._looks) - set(running):
            del self._looks[gone]
        now = asyncio.get_running_loop().time()
        for key, engine in running.items():
            look = self._looks.setdefault(key, _Look())
            if look.task is None and now - look.at >= self._fresh:
                look.task = asyncio.create_task(self._ask(engine, look))
        asking = [look.task for look in self._looks.values() if look.task is not None]
        if asking:
            await asyncio.wait(asking, timeout=_MOMENT)

    async def _ask(self, engine: Engine, look: _Look) -> None:
        try:
            look.health = await engine.call(lambda e: e.health(), timeout=_HEALTH_SECONDS)
        except PluginError as error:
            look.health = Health("failed", words(error))
        finally:
            look.at = asyncio.get_running_loop().time()
            look.task = None

    def taker(
        self, scheme: Scheme, leaving: Collection[str] = (), *, adopting: bool = False
    ) -> tuple[Engine | None, str]:
        """The first healthy engine that takes a kind of source, or why there is none.

        One of ``leaving`` takes nothing new. ``adopting`` prefers engines that go on from bytes.
        """
        able = [
            each
            for each in self.all()
            if scheme in each.facts.schemes and each.instance_id not in leaving
        ]
        if not able:
            return None, f"No engine here takes {_SOURCES[scheme]}"
        well = [each for each in able if not self._problem(each)]
        if not well:
            return None, f"{able[0].title}: {self._problem(able[0])}"
        if adopting:
            well.sort(key=lambda each: "adopt" not in each.features)
        return well[0], ""

    def well(self) -> list[str]:
        """The plugins whose engines are all well."""
        ill = {each.instance_id for each in self.all() if self._problem(each)}
        return sorted({each.instance_id for each in self.all()} - ill)

    def _problem(self, engine: Engine) -> str:
        """Why an engine cannot be given a job now; "" when it can."""
        if engine.rests_for > 0:
            return engine.account.last_fault or "It failed too often and rests"
        look = self._looks.get((engine.instance_id, engine.id), _Look())
        if look.health.state == "failed":
            return clean(look.health.message, 300).rstrip(".") or "It is not well"
        return ""
