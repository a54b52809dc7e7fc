"""The download engine for torrents and magnet links."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seen.plugin import Health, NotFound, NotReady, PluginContext, PluginError, Unsupported
from seen.plugin.jobfiles import gather
from seen.plugin.jobstore import JobStore
from seen.plugin.models import DownloadSpec, EngineFile, EngineStatus
from seen.plugin.partial import this_boot
from seen_engine_libtorrent.states import Job, JobState, status_of
from seen_engine_libtorrent.torrent import Torrent

if TYPE_CHECKING:
    from seen_engine_libtorrent.client import Client

SAVE_EVERY = 5.0
"""Seconds between two looks at what has changed; a killed process loses that much work."""


class LibtorrentEngine:
    """libtorrent inside this process. Jobs and their bytes survive a restart.

    libtorrent is loaded, and the port opened, when there is something to do for the first time.
    """

    id = "libtorrent"
    features = frozenset({"pause", "adopt"})
    schemes = frozenset({"magnet", "torrent"})

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._dht = bool(ctx.config.get("dht"))
        self._seed = bool(ctx.config.get("seed"))
        self._store = JobStore(ctx.data_dir / "jobs", Job)
        self._torrents: dict[str, Torrent] = {}
        self._started = self._distrust = False
        self._client: Client | None = None
        self._opening = asyncio.Lock()
        self._saving: asyncio.Task[None] | None = None

    # --- life -----------------------------------------------------------------------------------

    async def start(self) -> None:
        if not self._started:
            # Not in a thread: a start that is given up half-way must not leave the folder taken.
            for job in self._recall():
                self._torrents[job.id] = Torrent(job)
            self._started = True

    async def health(self) -> Health:
        if self._client is not None and self._client.deaf:
            port = self._ctx.config.get("port")
            return Health("degraded", f"Port {port} cannot be opened, so no peer can connect here")
        return Health()

    async def stop(self) -> None:
        if not self._started:
            return
        self._started = False
        async with self._opening:
            client, self._client = self._client, None
        if client is not None:
            if self._saving is not None:
                self._saving.cancel()
            await client.close(self._torrents.values())
        self._torrents.clear()
        await self._ctx.run_blocking(self._end_store)

    def _recall(self) -> Sequence[Job]:
        """The jobs of the last run. Blocks."""
        jobs = self._store.open()
        mark = self._store.folder / "running"
        # Left behind by a run that did not end properly. As long as the system ran on, what was
        # written then is there; otherwise nobody knows.
        self._distrust = mark.exists() and mark.read_text() != this_boot()
        mark.write_text(this_boot() or "unknown")
        return jobs

    def _end_store(self) -> None:
        (self._store.folder / "running").unlink(missing_ok=True)
        self._store.close()

    async def _opened(self) -> Client:
        async with self._opening:
            if not self._started:
                raise NotReady("The engine is not started")
            if self._client is None:
                # Some 15 MB of memory and a port that nobody needs without torrents.
                from seen_engine_libtorrent.client import Client

                self._client = Client(
                    self._ctx, self._note, lambda each: self._store.path(each.job.id, ".resume")
                )
                self._saving = asyncio.create_task(self._save_now_and_then(self._client))
            return self._client

    async def _save_now_and_then(self, client: Client) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY)
            for each in tuple(self._torrents.values()):
                if each.job.state == "running":
                    await client.save(each)

    # --- jobs -----------------------------------------------------------------------------------

    async def add(self, spec: DownloadSpec) -> str:
        known = self._torrents.get(spec.job_id)
        if known is not None:
            if known.job.state == "failed":
                known.job.message, known.job.final = "", False
                await self._set(known, "running")
                await self._wake(known)
            return spec.job_id
        if spec.torrent is None and not spec.source.lower().startswith("magnet:"):
            raise Unsupported("This engine takes torrents and magnet links only")
        known = self._torrents[spec.job_id] = Torrent(Job(spec.job_id, str(spec.folder)))
        try:
            await (await self._opened()).begin(known, spec)
        except PluginError:
            await self._forget(known)
            raise
        await self._note(known)
        return spec.job_id

    async def adopt(self, spec: DownloadSpec, path: Path) -> str:
        # Without notes of its own libtorrent looks through whatever lies in the folder.
        if spec.job_id not in self._torrents:
            try:
                await self._ctx.run_blocking(gather, path, spec.folder)
            except OSError as error:
                raise PluginError(f"The files cannot be taken over: {error.strerror}") from error
        return await self.add(spec)

    async def status(self, ids: Sequence[str]) -> Mapping[str, EngineStatus]:
        asked = [self._torrents[each] for each in ids if each in self._torrents]
        for each in asked:
            # After a restart only what somebody asks for goes on: the rest may have gone elsewhere.
            if each.handle is None and self._goes_on(each.job):
                await self._wake(each)
        if self._client is not None and asked:
            await self._client.update()
        return {
            each.job.id: status_of(each.job, each.facts, each.quiet, each.tracker, dht=self._dht)
            for each in asked
        }

    async def pause(self, engine_job_id: str) -> None:
        found = self._found(engine_job_id)
        if found.job.state == "running":
            await self._set(found, "paused")
            if self._client is not None:
                await self._client.hold(found)

    async def resume(self, engine_job_id: str) -> None:
        found = self._found(engine_job_id)
        if found.job.state == "paused":
            await self._set(found, "running")
            await self._wake(found)

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        found = self._torrents.get(engine_job_id)
        if found is not None:
            if found.handle is not None or delete_files:
                await (await self._opened()).remove(found, delete_files)
            await self._forget(found)

    async def files(self, engine_job_id: str) -> Sequence[EngineFile]:
        found = self._found(engine_job_id)
        return await (await self._opened()).files(found)

    def _found(self, engine_job_id: str) -> Torrent:
        try:
            return self._torrents[engine_job_id]
        except KeyError:
            raise NotFound("There is no such download") from None

    def _goes_on(self, job: Job) -> bool:
        return job.state == "running" or (job.state == "completed" and self._seed)

    async def _wake(self, torrent: Torrent) -> None:
        check = self._distrust and torrent.job.state != "completed"
        await (await self._opened()).wake(torrent, check=check)

    async def _set(self, torrent: Torrent, state: JobState) -> None:
        torrent.job.state = state
        await self._note(torrent)

    async def _note(self, torrent: Torrent) -> None:
        try:
            await self._ctx.run_blocking(self._store.put, torrent.job)
        except OSError as error:
            self._ctx.log.warning("a job could not be written down", reason=str(error))

    async def _forget(self, torrent: Torrent) -> None:
        if self._client is not None:
            self._client.forget(torrent)
        self._torrents.pop(torrent.job.id, None)
        await self._ctx.run_blocking(self._store.forget, torrent.job.id)
