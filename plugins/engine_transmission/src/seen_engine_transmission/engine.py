"""The download engine that works with Transmission."""

from __future__ import annotations

from pathlib import Path

from seen.plugin import PluginContext, Unsupported
from seen.plugin.daemon_engine import DaemonEngine, DaemonWork, OwnProgram
from seen.plugin.jobfiles import delete_below
from seen.plugin.models import DownloadSpec
from seen.plugin.torrents import read_magnet, read_torrent
from seen_engine_transmission.states import Job


class TransmissionEngine(DaemonEngine[Job]):
    """Transmission as a daemon. Its client is imported with the first job. What lies in a job's
    folder already is looked through by Transmission itself."""

    id = "transmission"
    schemes = frozenset({"magnet", "torrent"})

    def __init__(self, ctx: PluginContext) -> None:
        super().__init__(ctx, Job)

    def _check_program(self) -> None:
        from seen_engine_transmission.program import program_of

        program_of(self._ctx.config)

    async def _start_own(self) -> tuple[OwnProgram, DaemonWork[Job]]:
        from seen_engine_transmission.program import OwnTransmission
        from seen_engine_transmission.work import Work

        own = OwnTransmission(self._ctx, self._book.store.folder / "transmission")
        rpc = await own.start()
        return own, Work(self._ctx, self._book, rpc, guarded=True, distrust=own.unclean)

    def _reach_yours(self) -> DaemonWork[Job]:
        from seen_engine_transmission.rpc import Rpc
        from seen_engine_transmission.work import Work

        config = self._ctx.config
        name, password = str(config.get("username") or ""), str(config.get("password") or "")
        rpc = Rpc(self._ctx, self._url, name, password)
        return Work(self._ctx, self._book, rpc, guarded=False, distrust=False)

    def _new_job(self, spec: DownloadSpec) -> Job:
        job = Job(spec.job_id, spec.source, str(spec.folder))
        if spec.torrent is not None:
            torrent = read_torrent(spec.torrent)
            job.has_torrent, job.info_hash = True, torrent.info_hash
            job.names = [name for name, _ in torrent.files]
            job.sizes = [size for _, size in torrent.files]
        elif spec.source.partition(":")[0].lower() == "magnet":
            job.info_hash = read_magnet(spec.source).info_hash
        else:
            raise Unsupported("This engine takes torrents and magnet links only")
        return job

    def _clear(self, job: Job, delete_files: bool) -> None:
        # Transmission deletes them itself, but not always all and at once.
        if delete_files:
            delete_below(Path(job.folder), job.names)
