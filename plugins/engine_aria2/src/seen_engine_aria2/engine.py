"""The download engine that works with aria2."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from seen.plugin import Health, NotFound, NotReady, PluginContext, PluginError, Unsupported
from seen.plugin.jobstore import JobBook
from seen.plugin.models import DownloadSpec, EngineFile, EngineStatus
from seen.plugin.partial import gather
from seen.plugin.torrents import read_magnet, read_torrent
from seen_engine_aria2 import files
from seen_engine_aria2.states import Job, ended

if TYPE_CHECKING:
    from seen_engine_aria2.program import OwnAria2
    from seen_engine_aria2.rpc import Rpc
    from seen_engine_aria2.work import Work

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Aria2Engine:
    """aria2 as a daemon: one of our own, started with the first job, or the admin's."""

    id = "aria2"
    schemes = frozenset({"http", "https", "magnet", "torrent"})

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._url = str(ctx.config.get("url") or "")
        self._book = JobBook(ctx, Job, shared=bool(self._url))
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._started = False
        self._opening = asyncio.Lock()
        self._own: OwnAria2 | None = None
        self._work: Work | None = None

    @property
    def features(self) -> frozenset[str]:
        """Jobs in the admin's own aria2 go on without this process."""
        return frozenset({"pause", "adopt", *(["shared"] if self._url else [])})

    # --- life -----------------------------------------------------------------------------------

    async def start(self) -> None:
        if not self._url:
            from seen_engine_aria2.program import program_of

            program_of(self._ctx.config)
        if not self._started:
            await self._book.open()
            self._started = True

    async def health(self) -> Health:
        if self._url or (self._own is not None and self._own.runs):
            try:
                await (await self._opened()).rpc.call("getVersion")
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
        elif work is not None:
            await work.rpc.close()
        await self._book.close()

    async def _opened(self) -> Work:
        """aria2, started anew where it has died. Raises NotReady."""
        async with self._opening:
            if not self._started:
                raise NotReady("The engine is not started")
            if self._work is None or (self._own is not None and not self._own.runs):
                from seen_engine_aria2.work import Work

                guarded = not self._url or urlsplit(self._url).hostname in _LOOPBACK
                self._work = Work(self._ctx, self._book, await self._connect(), guarded=guarded)
            return self._work

    async def _connect(self) -> Rpc:
        from seen_engine_aria2.program import OwnAria2
        from seen_engine_aria2.rpc import Rpc

        if self._url:
            return Rpc(self._ctx, self._url, str(self._ctx.config.get("secret") or ""))
        if self._own is not None:
            await self._own.stop()
        self._own = OwnAria2(self._ctx, self._book.store.folder / "aria2")
        try:
            return await self._own.start()
        except TimeoutError:
            raise NotReady("aria2 was started, but does not answer") from None

    # --- jobs -----------------------------------------------------------------------------------

    async def add(self, spec: DownloadSpec) -> str:
        return await self._take(spec, None)

    async def adopt(self, spec: DownloadSpec, path: Path) -> str:
        return await self._take(spec, path)

    async def _take(self, spec: DownloadSpec, path: Path | None) -> str:
        """Begin a job, or one that failed again; from what lies below ``path`` if it is given."""
        work = await self._opened()
        async with self._turns[spec.job_id]:
            job = await self._book.get(spec.job_id)
            if job is not None and job.state != "failed":
                return spec.job_id
            foreign, is_new = False, job is None
            if job is None:
                job = _new_job(spec)
                if path is not None:
                    foreign = await self._take_over(job, spec, path)
            if spec.torrent is not None:
                path = self._book.store.path(job.id, ".torrent")
                await self._ctx.run_blocking(path.write_bytes, spec.torrent)
            job.state, job.message, job.final, job.plain = "running", "", False, False
            await self._book.put(job)
            try:
                await work.give(job, foreign=foreign)
            except PluginError:
                if is_new:
                    await self._book.forget(job.id)
                raise
        return spec.job_id

    async def _take_over(self, job: Job, spec: DownloadSpec, path: Path) -> bool:
        try:
            await self._ctx.run_blocking(gather, path, spec.folder)
            if job.phase != "file":
                return False
            name, job.condition, foreign = await self._ctx.run_blocking(
                files.take_over, spec.folder, spec.source
            )
        except OSError as error:
            raise PluginError(f"The files cannot be taken over: {error.strerror}") from error
        job.names = [name]
        return foreign

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        jobs = [job for each in ids if (job := await self._book.get(each)) is not None]
        running = [each for each in jobs if each.state == "running"]
        found: dict[str, EngineStatus] = {}
        if running:
            work = await self._opened()
            for job, said in zip(running, await work.ask(running), strict=True):
                async with self._turns[job.id]:
                    # It may have been held or removed while aria2 was asked.
                    if job.state == "running" and await self._book.get(job.id) is job:
                        found[job.id] = await work.follow(job, said)
        return {job.id: found.get(job.id) or ended(job) for job in jobs}

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
            if job.state in ("running", "paused"):
                job.state = "running"
                await self._book.put(job)
                await (await self._opened()).go_on(job)

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        async with self._turns[engine_job_id]:
            job = await self._book.get(engine_job_id)
            if job is not None:
                if job.state in ("running", "paused"):
                    await (await self._opened()).drop(job)
                await self._ctx.run_blocking(_clear, job, delete_files)
                await self._book.forget(job.id)
        self._turns.pop(engine_job_id, None)

    async def files(self, engine_job_id: str) -> Sequence[EngineFile]:
        job = await self._found(engine_job_id)
        if job.state == "completed":
            return [EngineFile(*each) for each in zip(job.names, job.sizes, job.sizes, strict=True)]
        if job.phase == "file":
            return [EngineFile(job.names[0], job.bytes_total, job.bytes_done)]
        if job.phase == "content" and job.state == "running":
            from seen_engine_aria2.rpc import Refused

            try:
                return await (await self._opened()).files(job)
            except Refused:
                pass
        return [EngineFile(name, size, 0) for name, size in zip(job.names, job.sizes, strict=False)]

    async def _found(self, engine_job_id: str) -> Job:
        job = await self._book.get(engine_job_id)
        if job is None:
            raise NotFound("There is no such download")
        return job


def _new_job(spec: DownloadSpec) -> Job:
    """Raises PluginError for what aria2 must not see."""
    if spec.torrent is not None:
        torrent = read_torrent(spec.torrent)
        names, sizes = [each for each, _ in torrent.files], [size for _, size in torrent.files]
        return Job(spec.job_id, spec.source, str(spec.folder), "content", names=names, sizes=sizes)
    scheme = spec.source.partition(":")[0].lower()
    if scheme == "magnet":
        read_magnet(spec.source)
        return Job(spec.job_id, spec.source, str(spec.folder), "metadata")
    if scheme not in ("http", "https"):
        raise Unsupported("This engine takes links, torrents and magnet links only")
    name = files.name_of(spec.source)
    return Job(spec.job_id, spec.source, str(spec.folder), "file", names=[name])


def _clear(job: Job, delete_files: bool) -> None:
    """Blocks."""
    folder = Path(job.folder)
    if delete_files:
        files.begin_anew(folder, job.names)
    elif job.state != "completed" and job.phase == "file":
        files.hand_on(folder / job.names[0], job.source)
    elif job.names:
        files.control_of(folder / job.names[0].partition("/")[0]).unlink(missing_ok=True)
