"""The download engine that works with Transmission."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seen.plugin import Health, NotFound, NotReady, PluginContext, PluginError, Unsupported
from seen.plugin.jobstore import JobBook
from seen.plugin.models import DownloadSpec, EngineFile, EngineStatus
from seen.plugin.partial import gather
from seen.plugin.torrents import read_magnet, read_torrent
from seen_engine_transmission.states import Job, ended

if TYPE_CHECKING:
    from seen_engine_transmission.program import OwnTransmission
    from seen_engine_transmission.work import Work


class TransmissionEngine:
    """Transmission as a daemon: one of our own, started with the first job, or the admin's."""

    id = "transmission"
    schemes = frozenset({"magnet", "torrent"})

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._url = str(ctx.config.get("url") or "")
        self._book = JobBook(ctx, Job, shared=bool(self._url))
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._started = False
        self._opening = asyncio.Lock()
        self._own: OwnTransmission | None = None
        self._work: Work | None = None

    @property
    def features(self) -> frozenset[str]:
        """Jobs in the admin's own Transmission go on without this process."""
        return frozenset({"pause", "adopt", *(["shared"] if self._url else [])})

    # --- life -----------------------------------------------------------------------------------

    async def start(self) -> None:
        if not self._url:
            from seen_engine_transmission.program import program_of

            program_of(self._ctx.config)
        if not self._started:
            await self._book.open()
            self._started = True

    async def health(self) -> Health:
        if self._url or (self._own is not None and self._own.runs):
            try:
                await (await self._opened()).rpc.ask(lambda client: client.get_session())
            except PluginError as error:
                return Health("failed", str(error))
        return Health()

    async def stop(self) -> None:
        if not self._started:
            return
        self._started = False
        async with self._opening:
            own, self._own, self._work = self._own, None, None
        if own is not None:
            await own.stop()
        await self._book.close()

    async def _opened(self) -> Work:
        """Transmission, started anew where it has died. Raises NotReady."""
        async with self._opening:
            if not self._started:
                raise NotReady("The engine is not started")
            if self._work is None or (self._own is not None and not self._own.runs):
                self._work = await self._connect()
            return self._work

    async def _connect(self) -> Work:
        from seen_engine_transmission.program import OwnTransmission
        from seen_engine_transmission.rpc import Rpc
        from seen_engine_transmission.work import Work

        if self._url:
            config = self._ctx.config
            name, password = str(config.get("username") or ""), str(config.get("password") or "")
            rpc = Rpc(self._ctx, self._url, name, password)
            return Work(self._ctx, self._book, rpc, guarded=False, distrust=False)
        if self._own is not None:
            await self._own.stop()
        own = self._own = OwnTransmission(self._ctx, self._book.store.folder / "transmission")
        try:
            rpc = await own.start()
        except TimeoutError:
            raise NotReady("Transmission was started, but does not answer") from None
        return Work(self._ctx, self._book, rpc, guarded=True, distrust=own.unclean)

    # --- jobs -----------------------------------------------------------------------------------

    async def add(self, spec: DownloadSpec) -> str:
        work = await self._opened()
        async with self._turns[spec.job_id]:
            job = await self._book.get(spec.job_id)
            if job is not None and job.state != "failed":
                return spec.job_id
            is_new = job is None
            if job is None:
                job = _new_job(spec)
                if any(each.info_hash == job.info_hash for each in self._book):
                    raise PluginError("Another download here brings the same torrent")
            if spec.torrent is not None:
                path = self._book.store.path(job.id, ".torrent")
                await self._ctx.run_blocking(path.write_bytes, spec.torrent)
            job.state, job.message, job.final = "running", "", False
            await self._book.put(job)
            try:
                await work.give(job)
            except PluginError:
                if is_new:
                    await self._book.forget(job.id)
                raise
        return spec.job_id

    async def adopt(self, spec: DownloadSpec, path: Path) -> str:
        # Transmission looks through whatever lies in the folder.
        try:
            await self._ctx.run_blocking(gather, path, spec.folder)
        except OSError as error:
            raise PluginError(f"The files cannot be taken over: {error.strerror}") from error
        return await self.add(spec)

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        jobs = [job for each in ids if (job := await self._book.get(each)) is not None]
        running = [each for each in jobs if each.state == "running"]
        found: dict[str, EngineStatus] = {}
        if running:
            work = await self._opened()
            said = await work.ask(running)
            for job in running:
                async with self._turns[job.id]:
                    # It may have been held or removed while Transmission was asked.
                    if job.state == "running" and await self._book.get(job.id) is job:
                        found[job.id] = await work.follow(job, said.get(job.info_hash))
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
            if job.state == "paused":
                job.state = "running"
                await self._book.put(job)
                await (await self._opened()).wake(job)

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        async with self._turns[engine_job_id]:
            job = await self._book.get(engine_job_id)
            if job is not None:
                await (await self._opened()).drop(job, delete_files)
                if delete_files:
                    await self._ctx.run_blocking(_delete, Path(job.folder), job.names)
                await self._book.forget(job.id)
        self._turns.pop(engine_job_id, None)

    async def files(self, engine_job_id: str) -> Sequence[EngineFile]:
        job = await self._found(engine_job_id)
        if job.state == "completed":
            return [EngineFile(*each) for each in zip(job.names, job.sizes, job.sizes, strict=True)]
        return await (await self._opened()).files(job)

    async def _found(self, engine_job_id: str) -> Job:
        job = await self._book.get(engine_job_id)
        if job is None:
            raise NotFound("There is no such download")
        return job


def _new_job(spec: DownloadSpec) -> Job:
    """Raises PluginError for what Transmission must not see."""
    if spec.torrent is not None:
        torrent = read_torrent(spec.torrent)
        names, sizes = [each for each, _ in torrent.files], [size for _, size in torrent.files]
        return Job(spec.job_id, spec.source, str(spec.folder), torrent.info_hash,
                   names=names, sizes=sizes)  # fmt: skip
    if spec.source.partition(":")[0].lower() != "magnet":
        raise Unsupported("This engine takes torrents and magnet links only")
    return Job(spec.job_id, spec.source, str(spec.folder), read_magnet(spec.source).info_hash)


def _delete(folder: Path, names: Sequence[str]) -> None:
    """Take away what Transmission left of a job's files, and the folders that are empty then.
    Blocks."""
    for name in names:
        path = folder / name
        if path.parent.resolve().is_relative_to(folder.resolve()):
            with contextlib.suppress(FileNotFoundError, IsADirectoryError, PermissionError):
                path.unlink()
    for top in {folder / name.partition("/")[0] for name in names}:
        for parent, _, _ in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                Path(parent).rmdir()
