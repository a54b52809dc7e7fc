"""A download engine that does what a test tells it, and keeps the contract while it does.

It is a real plugin: installed beside the server, loaded by the host, called on its own loop. What a
test tells it goes through a :class:`Stage`, one for each plugin.
"""

from __future__ import annotations

import asyncio
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seen.plugin import Health, PluginContext
from seen.plugin.models import DownloadSpec, EngineFile, EngineState, EngineStatus

TOML = """
[plugin]
name = "{name}"
title = "{title}"
api = ">=1.0,<2"
provides = ["download_engines"]
"""
SOURCE = """
from seen.plugin import hookimpl
from tests.downloads.puppet import Puppet

@hookimpl
def seen_download_engines(ctx):
    return [Puppet("{name}", ctx)]
"""


@dataclass
class Held:
    """A download as the puppet has it. A test changes it freely."""

    spec: DownloadSpec
    state: EngineState = "downloading"
    total: int = 0
    done: int = 0
    speed: int = 0
    peers: int | None = None
    message: str = ""
    final: bool = False
    contents: dict[str, bytes] = field(default_factory=dict)

    def finish(self, contents: Mapping[str, bytes]) -> None:
        """All files are there."""
        for name, body in contents.items():
            path = self.spec.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        self.contents = dict(contents)
        self.total = self.done = sum(map(len, contents.values()))
        self.state = "completed"


@dataclass
class Stage:
    """What one puppet does and what was asked of it."""

    schemes: frozenset[str] = frozenset({"magnet", "torrent", "http", "https"})
    features: frozenset[str] = frozenset({"pause", "adopt"})
    health: Health = field(default_factory=Health)
    refuses: Exception | None = None
    silent: Exception | None = None
    slow: float = 0.0
    # What a source brings at once; others wait for the test.
    brings: dict[str, Mapping[str, bytes]] = field(default_factory=dict)
    # Sources that nobody has.
    lonely: set[str] = field(default_factory=set)
    jobs: dict[str, Held] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    specs: list[DownloadSpec] = field(default_factory=list)
    most_at_once: int = 0

    async def held(self, job_id: object) -> Held:
        """A download, as soon as the puppet has it."""
        async with asyncio.timeout(20):
            while str(job_id) not in self.jobs:
                await asyncio.sleep(0.01)
        return self.jobs[str(job_id)]


STAGES: dict[str, Stage] = {}


class Puppet:
    """Implements ``seen.plugin.capabilities.DownloadEngine``."""

    id = "puppet"

    def __init__(self, name: str, _: PluginContext) -> None:
        self._stage = STAGES.setdefault(name, Stage())
        self.schemes = self._stage.schemes
        self.features = self._stage.features

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def health(self) -> Health:
        return self._stage.health

    async def add(self, spec: DownloadSpec) -> str:
        stage = self._stage
        stage.asked["add"] += 1
        stage.specs.append(spec)
        await asyncio.sleep(stage.slow)
        if stage.refuses is not None:
            raise stage.refuses
        if spec.job_id not in stage.jobs:
            held = stage.jobs[spec.job_id] = Held(spec)
            if spec.source in stage.brings:
                held.finish(stage.brings[spec.source])
            if spec.source in stage.lonely:
                held.state, held.peers = "stalled", 0
        running = [each for each in stage.jobs.values() if each.state == "downloading"]
        stage.most_at_once = max(stage.most_at_once, len(running))
        return spec.job_id

    async def adopt(self, spec: DownloadSpec, path: Path) -> str:
        self._stage.asked["adopt"] += 1
        found = await self.add(spec)
        held = self._stage.jobs[spec.job_id]
        held.done = max(held.done, sum(p.stat().st_size for p in path.rglob("*") if p.is_file()))
        return found

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        stage = self._stage
        stage.asked["status"] += 1
        if stage.silent is not None:
            raise stage.silent
        return {
            each: EngineStatus(
                each, held.state, held.total, held.done, held.speed, None, held.peers,
                held.message, held.final,
            )
            for each, held in stage.jobs.items() if each in ids
        }  # fmt: skip

    async def pause(self, engine_job_id: str) -> None:
        self._stage.asked["pause"] += 1
        if self._stage.jobs[engine_job_id].state == "downloading":
            self._stage.jobs[engine_job_id].state = "paused"

    async def resume(self, engine_job_id: str) -> None:
        self._stage.asked["resume"] += 1
        if self._stage.jobs[engine_job_id].state == "paused":
            self._stage.jobs[engine_job_id].state = "downloading"

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        self._stage.asked["remove"] += 1
        if self._stage.silent is not None:
            raise self._stage.silent
        held = self._stage.jobs.pop(engine_job_id, None)
        if held is not None and delete_files:
            for name in held.contents:
                (held.spec.folder / name).unlink(missing_ok=True)

    async def files(self, engine_job_id: str) -> Sequence[EngineFile]:
        held = self._stage.jobs[engine_job_id]
        return [EngineFile(name, len(body), len(body)) for name, body in held.contents.items()]


def install(folder: Path, name: str) -> None:
    """Leave a puppet in a folder of packages, as an installer does."""
    package = folder / f"seen_{name}"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(textwrap.dedent(SOURCE.format(name=name)))
    (package / "plugin.toml").write_text(TOML.format(name=name, title=name.title()))
    info = folder / f"test_{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: test-{name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[seen.plugins]\n{name} = seen_{name}\n")
