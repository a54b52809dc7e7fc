"""The download engine that works with aria2."""

from __future__ import annotations

from urllib.parse import urlsplit

from seen.plugin import PluginContext, Unsupported
from seen.plugin.daemon_engine import DaemonEngine, DaemonWork, OwnProgram
from seen.plugin.models import DownloadSpec
from seen.plugin.torrents import read_magnet, read_torrent
from seen_engine_aria2 import files
from seen_engine_aria2.states import Job

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Aria2Engine(DaemonEngine[Job]):
    """aria2 as a daemon. Its client is imported with the first job."""

    id = "aria2"
    schemes = frozenset({"http", "https", "magnet", "torrent"})

    def __init__(self, ctx: PluginContext) -> None:
        super().__init__(ctx, Job)

    def _check_program(self) -> None:
        from seen_engine_aria2.program import program_of

        program_of(self._ctx.config)

    async def _start_own(self) -> tuple[OwnProgram, DaemonWork[Job]]:
        from seen_engine_aria2.program import OwnAria2
        from seen_engine_aria2.work import Work

        own = OwnAria2(self._ctx, self._book.store.folder / "aria2")
        return own, Work(self._ctx, self._book, await own.start(), guarded=True)

    def _reach_yours(self) -> DaemonWork[Job]:
        from seen_engine_aria2.rpc import Rpc
        from seen_engine_aria2.work import Work

        rpc = Rpc(self._ctx, self._url, str(self._ctx.config.get("secret") or ""))
        guarded = urlsplit(self._url).hostname in _LOOPBACK
        return Work(self._ctx, self._book, rpc, guarded=guarded)

    def _new_job(self, spec: DownloadSpec) -> Job:
        job = Job(spec.job_id, spec.source, str(spec.folder))
        if spec.torrent is not None:
            torrent = read_torrent(spec.torrent)
            job.phase = "content"
            job.names = [name for name, _ in torrent.files]
            job.sizes = [size for _, size in torrent.files]
            return job
        scheme = spec.source.partition(":")[0].lower()
        if scheme == "magnet":
            read_magnet(spec.source)
            job.phase = "metadata"
        elif scheme in ("http", "https"):
            job.names = [files.name_of(spec.source)]
        else:
            raise Unsupported("This engine takes links, torrents and magnet links only")
        return job

    async def _take_over(self, job: Job, spec: DownloadSpec) -> None:
        if job.phase == "file":
            name, job.condition, job.foreign = await self._ctx.run_blocking(
                files.take_over, spec.folder, spec.source
            )
            job.names = [name]

    def _clear(self, job: Job, delete_files: bool) -> None:
        files.clear(job, delete_files)
