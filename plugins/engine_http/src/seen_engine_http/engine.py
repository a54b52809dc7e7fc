"""The download engine for http and https."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from seen.plugin import Health, NotFound, NotReady, PluginContext, PluginError, Unsupported
from seen.plugin.jobfiles import gather
from seen.plugin.jobstore import JobStore
from seen.plugin.models import DownloadSpec, EngineFile, EngineState, EngineStatus
from seen.plugin.partial import find_partials, forget_partial
from seen_engine_http.answers import name_of
from seen_engine_http.connection import to_the_end
from seen_engine_http.job import Job, JobState
from seen_engine_http.pace import Timing
from seen_engine_http.transfer import Options, Transfer
from seen_engine_http.troubles import Hopeless, Trouble, trouble_of

MB = 1024 * 1024


@dataclass(eq=False, slots=True)
class _Running:
    """A job and, while it runs, what brings it. ``ready`` once it is known what is there of it."""

    job: Job
    ready: bool = False
    transfer: Transfer | None = None
    task: asyncio.Task[None] | None = None


class HttpEngine:
    """Brings one file for each job. Jobs and their bytes survive a restart."""

    id = "http"
    features = frozenset({"pause", "adopt"})
    schemes = frozenset({"http", "https"})

    def __init__(self, ctx: PluginContext, timing: Timing | None = None) -> None:
        config = ctx.config
        self._ctx = ctx
        self._timing = timing or Timing()
        self._options = Options(
            connections=int(config.get("connections", 4)),
            largest=int(config.get("largest_gb", 0)) * 1000 * 1000 * 1000,
            keep_free=int(config.get("keep_free_mb", 0)) * 1000 * 1000,
        )
        self._store = JobStore(ctx.data_dir / "jobs", Job)
        self._jobs: dict[str, _Running] = {}
        self._opened = False

    # --- life -----------------------------------------------------------------------------------

    async def start(self) -> None:
        if self._opened:
            return
        # Not in a thread: a start that is given up half-way must not leave the folder taken.
        for job in _remembered(self._store):
            self._jobs[job.id] = _Running(job, ready=True)
        self._opened = True

    async def health(self) -> Health:
        return Health()

    async def stop(self) -> None:
        self._opened = False
        await asyncio.gather(*(self._halt(each) for each in self._jobs.values()))
        self._jobs.clear()
        self._store.close()

    # --- jobs -----------------------------------------------------------------------------------

    async def add(self, spec: DownloadSpec) -> str:
        taken = self._taken(spec)
        return await self._take(spec, lambda: _begun(spec, taken))

    async def adopt(self, spec: DownloadSpec, path: Path) -> str:
        taken = self._taken(spec)
        return await self._take(spec, lambda: _left_by_another(spec, path, taken), adopted=True)

    async def _take(
        self, spec: DownloadSpec, look: Callable[[], str], *, adopted: bool = False
    ) -> str:
        """Begin a job, or one that failed again; ``look`` finds the file that is there of it,
        and blocks."""
        if not self._opened:
            raise NotReady("The engine is not started")
        known = self._jobs.get(spec.job_id)
        if known is not None:
            if known.job.state == "failed":
                await self._set(known, "running")
                self._go_on(known)
            return spec.job_id
        known = self._jobs[spec.job_id] = _Running(_new_job(spec, adopted))
        try:
            known.job.name = await self._ctx.run_blocking(look)
        except OSError as error:
            del self._jobs[spec.job_id]
            raise PluginError(f"The files cannot be taken over: {error.strerror}") from error
        # Whoever asks meanwhile may have held the job or removed it.
        known.ready = True
        if self._jobs.get(spec.job_id) is known:
            await self._remember(known.job)
            if known.job.state == "running" and not known.task:
                self._go_on(known)
        return spec.job_id

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        asked = [self._jobs[each] for each in ids if each in self._jobs]
        for each in asked:
            # After a restart only what somebody asks for goes on: the rest may have gone elsewhere.
            if self._opened and each.ready and each.job.state == "running" and not each.task:
                self._go_on(each)
        return {each.job.id: self._status(each) for each in asked}

    async def pause(self, engine_job_id: str) -> None:
        found = self._found(engine_job_id)
        if found.job.state == "running":
            found.job.state = "paused"
            await self._halt(found)

    async def resume(self, engine_job_id: str) -> None:
        found = self._found(engine_job_id)
        if found.job.state == "paused":
            await self._set(found, "running")
            self._go_on(found)

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        found = self._jobs.pop(engine_job_id, None)
        if found is None:
            return
        await self._halt(found)
        if delete_files and found.job.path:
            await self._ctx.run_blocking(_delete, found.job.path)
        await self._ctx.run_blocking(self._store.forget, engine_job_id)

    async def files(self, engine_job_id: str) -> Sequence[EngineFile]:
        found = self._found(engine_job_id)
        if not found.job.name:
            return []
        status = self._status(found)
        return [EngineFile(found.job.name, status.bytes_total, status.bytes_done)]

    def _taken(self, spec: DownloadSpec) -> frozenset[str]:
        """Names of files in the job's folder that are other jobs' own."""
        others = (each.job for each in self._jobs.values())
        return frozenset(each.name for each in others if each.folder == str(spec.folder))

    def _found(self, engine_job_id: str) -> _Running:
        try:
            return self._jobs[engine_job_id]
        except KeyError:
            raise NotFound("There is no such download") from None

    # --- work -----------------------------------------------------------------------------------

    def _go_on(self, running: _Running) -> None:
        job = running.job

        async def named(name: str) -> None:
            job.name = name
            await self._remember(job)

        running.transfer = Transfer(
            self._ctx, job.source, Path(job.folder), self._options, self._timing, named
        )
        running.task = asyncio.create_task(self._work(running, running.transfer))

    async def _work(self, running: _Running, transfer: Transfer) -> None:
        job = running.job
        try:
            await transfer.run(job.name, foreign=job.adopted)
        except (Hopeless, Trouble) as error:
            await self._failed(running, error)
        except OSError as error:
            await self._failed(running, trouble_of(error))
        except Exception as error:
            # Whatever else it is, the job must not look as if it were still running.
            self._ctx.log.error("a download failed", job=job.id, reason=repr(error))
            await self._failed(running, Trouble("The download failed by a fault of this plugin"))
        else:
            await to_the_end(self._completed(running, transfer.version.total or 0))

    async def _completed(self, running: _Running, size: int) -> None:
        """Remembered first, so that a killed process does not bring it all again; told last, so
        that whoever hears of it finds nothing but the file."""
        job = running.job
        job.bytes_done = job.bytes_total = size
        await self._remember(replace(job, state="completed"))
        if job.path:
            await self._ctx.run_blocking(forget_partial, job.path)
        job.state, job.message = "completed", ""

    async def _failed(self, running: _Running, error: Hopeless | Trouble) -> None:
        self._account(running)
        running.job.final = isinstance(error, Hopeless) and error.final
        await self._set(running, "failed", str(error))

    async def _set(self, running: _Running, state: JobState, message: str = "") -> None:
        running.job.state, running.job.message = state, message
        await self._remember(running.job)

    async def _remember(self, job: Job) -> None:
        try:
            await to_the_end(self._ctx.run_blocking(self._store.put, job))
        except OSError as error:
            self._ctx.log.warning("a job could not be written down", reason=str(error))

    async def _halt(self, running: _Running) -> None:
        """End the work and keep what it brought."""
        if running.task is not None:
            running.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running.task
            if running.job.state != "completed":
                self._account(running)
            running.task = running.transfer = None
            await self._remember(running.job)

    def _account(self, running: _Running) -> None:
        """Take over how far the work has come; what was counted once is never taken back."""
        job, transfer = running.job, running.transfer
        if transfer is not None:
            job.bytes_total = transfer.version.total or job.bytes_total
            done = max(job.bytes_done, transfer.written.covered)
            job.bytes_done = min(done, job.bytes_total) if job.bytes_total else done

    def _status(self, running: _Running) -> EngineStatus:
        job, transfer = running.job, running.transfer
        if job.state != "running" or transfer is None:
            state: EngineState = "queued" if job.state == "running" else job.state
            return EngineStatus(
                job.id, state, job.bytes_total, job.bytes_done, message=job.message,
                final=job.state == "failed" and job.final,
            )  # fmt: skip
        self._account(running)
        now = time.monotonic()
        rate = int(transfer.speed.rate(now))
        missing = job.bytes_total - job.bytes_done
        silent = now - transfer.speed.last
        stalled = silent >= self._timing.stalled_after
        message = transfer.note or (f"Nothing has come for {silent:.0f} s" if stalled else "")
        return EngineStatus(
            job.id, "stalled" if stalled else "downloading", job.bytes_total, job.bytes_done, rate,
            missing // rate if rate and job.bytes_total else None, message=message,
        )  # fmt: skip


def _new_job(spec: DownloadSpec, adopted: bool) -> Job:
    if spec.source.partition(":")[0].lower() not in HttpEngine.schemes:
        raise Unsupported("This engine takes http and https addresses only")
    return Job(spec.job_id, spec.source, str(spec.folder), adopted=adopted)


def _remembered(store: JobStore[Job]) -> Sequence[Job]:
    """The jobs of the last run. Blocks."""
    found = []
    for job in store.open():
        if job.path and not job.path.exists():
            # Another process went on with it, or somebody took the file away.
            store.forget(job.id)
            continue
        if job.path and job.state == "completed":
            # The last run may have been killed just before it did so itself.
            forget_partial(job.path)
        found.append(job)
    return found


def _begun(spec: DownloadSpec, taken: frozenset[str]) -> str:
    """The file that an earlier run began for this source, with its side-car; "" if there is none.
    Blocks."""
    names = (path.name for path in find_partials(spec.folder, spec.source))
    return next((each for each in names if each not in taken), "")


def _left_by_another(spec: DownloadSpec, path: Path, taken: frozenset[str]) -> str:
    """Take over what another engine left below ``path``. Its file is the one with a side-car, else
    the only one there, else the one that is called as the address says; "" if there is none.
    Blocks."""
    gather(path, spec.folder)
    begun = _begun(spec, taken)
    if begun:
        return begun
    there = [each.name for each in spec.folder.iterdir() if each.is_file()]
    there = [each for each in there if each not in taken]
    named = name_of("", "", spec.source)
    return there[0] if len(there) == 1 else named if named in there else ""


def _delete(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    forget_partial(path)
