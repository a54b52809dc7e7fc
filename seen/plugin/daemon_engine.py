"""What download engines share whose work is done by a daemon: one that they start, or the admin's.

The engine is the door: it knows the jobs, lets one thing at a time happen to each, and starts the
daemon when there is something to do. What a daemon understands is a :class:`DaemonWork`'s business.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar

import msgspec

from seen.plugin.context import PluginContext
from seen.plugin.daemon import Daemon
from seen.plugin.errors import NotFound, NotReady, PluginError
from seen.plugin.jobfiles import gather
from seen.plugin.jobstore import JobBook, Known
from seen.plugin.models import DownloadSpec, EngineFile, EngineState, EngineStatus, Health

_STOP_SECONDS = 3.0
JobState = Literal["running", "paused", "failed", "completed"]


class DaemonJob(Known):
    """A job as it is remembered. ``names`` are its files below the folder as far as they are known,
    with their sizes in ``sizes``. ``message`` is why it failed, ``final`` that trying again cannot
    help."""

    source: str
    folder: str
    state: JobState = "running"
    names: list[str] = msgspec.field(default_factory=list)
    sizes: list[int] = msgspec.field(default_factory=list)
    bytes_total: int = 0
    bytes_done: int = 0
    message: str = ""
    final: bool = False

    def at_rest(self) -> EngineStatus:
        """How it stands while the daemon has nothing to say about it."""
        state: EngineState = "queued" if self.state == "running" else self.state
        return EngineStatus(
            self.id, state, self.bytes_total, self.bytes_done, message=self.message,
            final=self.state == "failed" and self.final,
        )  # fmt: skip


J = TypeVar("J", bound=DaemonJob)
Taken = TypeVar("Taken", bound=DaemonJob, contravariant=True)


class OwnProgram:
    """A daemon that is started here and lives in ``folder``. ``title`` is what people call it."""

    def __init__(self, ctx: PluginContext, folder: Path, title: str) -> None:
        self._ctx = ctx
        self._folder = folder
        self._daemon = Daemon(title, folder / f"{title.lower()}.log")

    @property
    def runs(self) -> bool:
        return self._daemon.runs

    @property
    def pid(self) -> int:
        return self._daemon.pid

    async def stop(self) -> None:
        """End it; what it knows of unfinished files is written down."""
        await self._daemon.stop(_STOP_SECONDS)


class DaemonWork(Protocol[Taken]):
    """One running daemon and the jobs it has. Raises NotReady while it does not answer."""

    async def answers(self) -> None:
        """Return when it answers, and as it should."""
        ...

    async def ask(self, jobs: Sequence[Taken]) -> Sequence[Any]:
        """The daemon's word about each job, in one question."""
        ...

    async def follow(self, job: Taken, said: Any) -> EngineStatus:
        """How a running job stands, after acting on the daemon's word."""
        ...

    async def give(self, job: Taken) -> None:
        """Have the daemon work on a job, from whatever is there of it."""
        ...

    async def hold(self, job: Taken) -> None: ...
    async def go_on(self, job: Taken) -> None: ...
    async def drop(self, job: Taken, delete_files: bool) -> None:
        """Have the daemon let go of a job."""
        ...

    async def files(self, job: Taken) -> Sequence[EngineFile]:
        """The files of a job that runs."""
        ...

    async def close(self) -> None: ...


class DaemonEngine(ABC, Generic[J]):
    """A download engine. The field ``url`` names the admin's daemon; without one, one of our own is
    started with the first job."""

    def __init__(self, ctx: PluginContext, kind: type[J]) -> None:
        self._ctx = ctx
        self._url = str(ctx.config.get("url") or "")
        self._book: JobBook[J] = JobBook(ctx, kind, shared=bool(self._url))
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._started = False
        self._opening = asyncio.Lock()
        self._own: OwnProgram | None = None
        self._work: DaemonWork[J] | None = None

    # --- what a daemon's engine says ------------------------------------------------------------

    @abstractmethod
    def _check_program(self) -> None:
        """Raise NotReady when the program for a daemon of our own is not installed."""

    @abstractmethod
    async def _start_own(self) -> tuple[OwnProgram, DaemonWork[J]]:
        """Start a daemon. Raises NotReady."""

    @abstractmethod
    def _reach_yours(self) -> DaemonWork[J]:
        """The admin's daemon, whether it answers or not."""

    @abstractmethod
    def _new_job(self, spec: DownloadSpec) -> J:
        """A job as it begins. Raises PluginError for what the daemon must not see."""

    async def _take_over(self, job: J, spec: DownloadSpec) -> None:
        """Make of what another engine left in the job's folder something the daemon goes on with.
        Raises OSError."""

    @abstractmethod
    def _clear(self, job: J, delete_files: bool) -> None:
        """After the daemon let go of a job: take its files away, or leave them for others.
        Blocks."""

    # --- life -----------------------------------------------------------------------------------

    @property
    def features(self) -> frozenset[str]:
        """Jobs in the admin's own daemon go on without this process."""
        return frozenset({"pause", "adopt", *(["shared"] if self._url else [])})

    async def start(self) -> None:
        if not self._url:
            self._check_program()
        if not self._started:
            await self._book.open()
            self._started = True

    async def health(self) -> Health:
        if self._url or (self._own is not None and self._own.runs):
            try:
                await (await self._opened()).answers()
            except PluginError as error:
                return Health("failed", str(error))
        return Health()

    async def stop(self) -> None:
        if not self._started:
            return
        self._started = False
        async with self._opening:
            own, work, self._own, self._work = self._own, self._work, None, None
        if own is not None:
            await own.stop()
        if work is not None:
            await work.close()
        await self._book.close()

    async def _opened(self) -> DaemonWork[J]:
        """The daemon, started anew where it has died. Raises NotReady."""
        async with self._opening:
            if not self._started:
                raise NotReady("The engine is not started")
            if self._work is None or (self._own is not None and not self._own.runs):
                await self._open()
            assert self._work is not None
            return self._work

    async def _open(self) -> None:
        if self._url:
            self._work = self._reach_yours()
            return
        if self._own is not None and self._work is not None:
            await self._own.stop()
            await self._work.close()
        self._own = self._work = None
        self._own, self._work = await self._start_own()

    # --- jobs -----------------------------------------------------------------------------------

    async def add(self, spec: DownloadSpec) -> str:
        return await self._take(spec, None)

    async def adopt(self, spec: DownloadSpec, path: Path) -> str:
        return await self._take(spec, path)

    async def _take(self, spec: DownloadSpec, path: Path | None) -> str:
        """Begin a job, or one that failed again; from what lies below ``path`` if it is given."""
        work = await self._opened()
        async with self._turns[spec.job_id]:
            known = await self._book.get(spec.job_id)
            if known is not None and known.state != "failed":
                return spec.job_id
            job = known or self._new_job(spec)
            if known is None and path is not None:
                try:
                    await self._ctx.run_blocking(gather, path, spec.folder)
                    await self._take_over(job, spec)
                except OSError as error:
                    raise PluginError(f"The files cannot be taken over: {error}") from error
            if spec.torrent is not None:
                kept = self._book.store.path(job.id, ".torrent")
                await self._ctx.run_blocking(kept.write_bytes, spec.torrent)
            job.state, job.message, job.final = "running", "", False
            await self._book.put(job)
            try:
                await work.give(job)
            except PluginError:
                if known is None:
                    await self._book.forget(job.id)
                raise
        return spec.job_id

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        jobs = [job for each in ids if (job := await self._book.get(each)) is not None]
        running = [each for each in jobs if each.state == "running"]
        found: dict[str, EngineStatus] = {}
        if running:
            work = await self._opened()
            for job, said in zip(running, await work.ask(running), strict=True):
                async with self._turns[job.id]:
                    # It may have been held or removed while the daemon was asked.
                    if job.state == "running" and await self._book.get(job.id) is job:
                        found[job.id] = await work.follow(job, said)
        return {job.id: found.get(job.id) or job.at_rest() for job in jobs}

    async def pause(self, engine_job_id: str) -> None:
        async with self._turns[engine_job_id]:
            job = await self._found(engine_job_id)
            if job.state == "running":
                await (await self._opened()).hold(job)
                job.state = "paused"
                await self._book.put(job)

    async def resume(self, engine_job_id: str) -> None:
        async with self._turns[engine_job_id]:
            job = await self._found(engine_job_id)
            # One that runs may have been held in the daemon itself.
            if job.state in ("running", "paused"):
                job.state = "running"
                await self._book.put(job)
                await (await self._opened()).go_on(job)

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        async with self._turns[engine_job_id]:
            job = await self._book.get(engine_job_id)
            if job is not None:
                await (await self._opened()).drop(job, delete_files)
                await self._ctx.run_blocking(self._clear, job, delete_files)
                await self._book.forget(job.id)
        self._turns.pop(engine_job_id, None)

    async def files(self, engine_job_id: str) -> Sequence[EngineFile]:
        job = await self._found(engine_job_id)
        if job.state == "completed":
            return [EngineFile(*each) for each in zip(job.names, job.sizes, job.sizes, strict=True)]
        return await (await self._opened()).files(job)

    async def _found(self, engine_job_id: str) -> J:
        job = await self._book.get(engine_job_id)
        if job is None:
            raise NotFound("There is no such download")
        return job
