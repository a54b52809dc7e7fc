"""The download engine for torrents and magnet links."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

import libtorrent as lt

from seen.plugin import Health, NotFound, NotReady, PluginContext, PluginError
from seen.plugin.jobstore import JobStore, write_whole
from seen.plugin.models import DownloadSpec, EngineFile, EngineStatus
from seen.plugin.partial import gather, this_boot
from seen_engine_libtorrent import sources
from seen_engine_libtorrent.session import Session
from seen_engine_libtorrent.settings import filter_of, settings_of, use_system_certificates
from seen_engine_libtorrent.states import Job, JobState, status_of
from seen_engine_libtorrent.torrent import Torrent, names_of, trouble_of

RESUME = ".resume"
SAVE_EVERY = 5.0
"""Seconds between two looks at what has changed; a killed process loses that much work."""
_ANSWER = 1.0
_FLUSH = 30.0
_REMOVE = 15.0
_FAREWELL = 3.0
_WITH_INFO = lt.save_resume_flags_t.save_info_dict
_IF_CHANGED = lt.save_resume_flags_t.only_if_modified | _WITH_INFO


class LibtorrentEngine:
    """libtorrent inside this process. Jobs and their bytes survive a restart."""

    id = "libtorrent"
    features = frozenset({"pause", "adopt"})
    schemes = frozenset({"magnet", "torrent"})

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._dht = bool(ctx.config.get("dht"))
        self._seed = bool(ctx.config.get("seed"))
        self._store = JobStore(ctx.data_dir / "jobs", Job)
        self._session: Session | None = None
        self._torrents: dict[str, Torrent] = {}
        self._named: dict[str, Torrent] = {}
        self._distrust = False
        self._listening: bool | None = None
        self._updated: asyncio.Future[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- life -----------------------------------------------------------------------------------

    async def start(self) -> None:
        if self._session is not None:
            return
        use_system_certificates()
        for job in await self._ctx.run_blocking(self._recall):
            self._torrents[job.id] = Torrent(job)
        refuse = filter_of(self._ctx.refused_networks())
        self._session = Session(settings_of(self._ctx.config), refuse, self._heard)
        self._spawn(self._save_now_and_then())

    async def health(self) -> Health:
        if self._session is None:
            return Health("failed", "It is not started")
        if self._listening is False:
            port = self._ctx.config.get("port")
            return Health("degraded", f"Port {port} cannot be opened, so no peer can connect here")
        return Health()

    async def stop(self) -> None:
        session = self._session
        if session is None:
            return
        self._session = None
        for task in tuple(self._tasks):
            task.cancel()
        session.raw.pause()
        live = [each for each in self._torrents.values() if each.handle is not None]
        saving = [asyncio.create_task(self._save(each, _IF_CHANGED)) for each in live]
        if saving:
            await asyncio.wait(saving, timeout=_FAREWELL)
        session.close()
        for each in live:
            each.handle = None
        self._torrents.clear()
        self._named.clear()
        await self._ctx.run_blocking(session.drop)
        await self._ctx.run_blocking(self._close_store)

    def _recall(self) -> Sequence[Job]:
        """The jobs of the last run. Blocks."""
        jobs = self._store.open()
        mark = self._store.folder / "running"
        # Left behind by a run that did not end properly. As long as the system ran on, what was
        # written then is there; otherwise nobody knows.
        self._distrust = mark.exists() and mark.read_text() != this_boot()
        mark.write_text(this_boot() or "unknown")
        return jobs

    def _close_store(self) -> None:
        (self._store.folder / "running").unlink(missing_ok=True)
        self._store.close()

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- jobs -----------------------------------------------------------------------------------

    async def add(self, spec: DownloadSpec) -> str:
        if self._session is None:
            raise NotReady("The engine is not started")
        known = self._torrents.get(spec.job_id)
        if known is not None:
            await self._try_again(known)
            return spec.job_id
        params = sources.params_of(spec)
        known = self._torrents[spec.job_id] = Torrent(Job(spec.job_id, str(spec.folder)))
        try:
            async with known.turn:
                await self._ctx.run_blocking(self._remember_all, known.job, params)
                await self._hand_over(known, params)
        except (PluginError, OSError) as error:
            await self._forget(known)
            if isinstance(error, OSError):
                raise NotReady(f"The job cannot be written down: {error.strerror}") from error
            raise
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
        if asked:
            await self._update()
        return {each.job.id: self._status(each) for each in asked}

    async def pause(self, engine_job_id: str) -> None:
        found = self._found(engine_job_id)
        if found.job.state == "running":
            await self._set(found, "paused")
            if found.handle is not None:
                found.handle.pause()
                await self._save(found, _IF_CHANGED)

    async def resume(self, engine_job_id: str) -> None:
        found = self._found(engine_job_id)
        if found.job.state == "paused":
            await self._set(found, "running")
            await self._wake(found)

    async def remove(self, engine_job_id: str, delete_files: bool) -> None:
        found = self._torrents.get(engine_job_id)
        if found is None:
            return
        if found.handle is None and delete_files:
            await self._wake(found)
        async with found.turn:
            if found.handle is not None and self._session is not None:
                removed, deleted = found.expect("removed"), found.expect("deleted")
                self._session.raw.remove_torrent(
                    found.handle, lt.options_t.delete_files if delete_files else 0
                )
                found.handle = None
                await asyncio.wait([removed, deleted] if delete_files else [removed],
                                   timeout=_REMOVE)  # fmt: skip
        await self._forget(found)

    async def files(self, engine_job_id: str) -> Sequence[EngineFile]:
        found = self._found(engine_job_id)
        if found.handle is None:
            await self._wake(found)
        if found.handle is None:
            return []
        return await self._ctx.run_blocking(_files, found.handle, found.job.state == "completed")

    def _found(self, engine_job_id: str) -> Torrent:
        try:
            return self._torrents[engine_job_id]
        except KeyError:
            raise NotFound("There is no such download") from None

    def _goes_on(self, job: Job) -> bool:
        return job.state == "running" or (job.state == "completed" and self._seed)

    def _status(self, torrent: Torrent) -> EngineStatus:
        return status_of(torrent.job, torrent.facts, torrent.quiet, torrent.tracker, dht=self._dht)

    # --- giving torrents to libtorrent ----------------------------------------------------------

    async def _try_again(self, torrent: Torrent) -> None:
        if torrent.job.state == "failed":
            torrent.job.message, torrent.job.final = "", False
            await self._set(torrent, "running")
            if torrent.handle is not None:
                torrent.handle.clear_error()
                torrent.handle.unset_flags(lt.torrent_flags.upload_mode)
            await self._wake(torrent)

    async def _wake(self, torrent: Torrent) -> None:
        """Let a torrent go on, or hold it if its job is held, from libtorrent's own notes."""
        async with torrent.turn:
            if torrent.handle is None:
                path = self._store.path(torrent.job.id, RESUME)
                try:
                    params = sources.recalled(await self._ctx.run_blocking(path.read_bytes))
                except OSError:
                    params = None
                if params is None:
                    torrent.failed("What was known of this download is lost; remove it", final=True)
                    return
                handle = await self._hand_over(torrent, params)
                if self._distrust and torrent.job.state != "completed":
                    handle.force_recheck()
            elif self._goes_on(torrent.job):
                torrent.handle.resume()

    async def _hand_over(
        self, torrent: Torrent, params: lt.add_torrent_params
    ) -> lt.torrent_handle:
        session = self._session
        if session is None:
            raise NotReady("The engine is not started")
        sources.fit(params, Path(torrent.job.folder), dht=self._dht)
        if not self._goes_on(torrent.job):
            params.flags |= lt.torrent_flags.paused
        names = names_of(params.info_hashes)
        if any(each in self._named for each in names):
            raise PluginError("Another download here brings the same torrent")
        self._named.update((each, torrent) for each in names)
        try:
            handle: lt.torrent_handle = await self._ctx.run_blocking(
                session.raw.add_torrent, params
            )
        except RuntimeError as error:
            raise PluginError(f"The torrent cannot be added: {error}") from error
        torrent.handle = handle
        return handle

    async def _forget(self, torrent: Torrent) -> None:
        self._torrents.pop(torrent.job.id, None)
        for name in [each for each, owner in self._named.items() if owner is torrent]:
            del self._named[name]
        await self._ctx.run_blocking(self._store.forget, torrent.job.id)

    # --- writing down ---------------------------------------------------------------------------

    def _remember_all(self, job: Job, params: lt.add_torrent_params) -> None:
        """Blocks."""
        write_whole(self._store.path(job.id, RESUME), lt.write_resume_data_buf(params))
        self._store.put(job.id, job)

    async def _set(self, torrent: Torrent, state: JobState) -> None:
        torrent.job.state = state
        await self._note(torrent)

    async def _note(self, torrent: Torrent) -> None:
        try:
            await self._ctx.run_blocking(self._store.put, torrent.job.id, torrent.job)
        except OSError as error:
            self._ctx.log.warning("a job could not be written down", reason=str(error))

    async def _save_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY)
            for each in tuple(self._torrents.values()):
                if each.handle is not None and each.job.state == "running":
                    await self._save(each, _IF_CHANGED)

    async def _save(self, torrent: Torrent, flags: int) -> None:
        """Write down what libtorrent knows of a torrent, if that has changed."""
        async with torrent.turn:
            if torrent.handle is None:
                return
            saved = torrent.expect("saved")
            torrent.handle.save_resume_data(flags)
            await asyncio.wait([saved], timeout=_FLUSH)
            if saved.done() and saved.result() is not None:
                path = self._store.path(torrent.job.id, RESUME)
                try:
                    await self._ctx.run_blocking(write_whole, path, saved.result())
                    await self._ctx.run_blocking(self._store.put, torrent.job.id, torrent.job)
                except OSError as error:
                    self._ctx.log.warning("a job could not be written down", reason=str(error))

    # --- what libtorrent says -------------------------------------------------------------------

    async def _update(self) -> None:
        """Have every torrent that changed described anew; all who ask at once get one answer."""
        if self._session is None:
            return
        if self._updated is None or self._updated.done():
            self._updated = asyncio.get_running_loop().create_future()
            self._session.raw.post_torrent_updates(0)
        await asyncio.wait([self._updated], timeout=_ANSWER)

    def _heard(self, alert: Any) -> None:
        if isinstance(alert, lt.state_update_alert):
            self._described(alert)
        elif isinstance(alert, lt.listen_succeeded_alert):
            self._listening = True
        elif isinstance(alert, lt.listen_failed_alert):
            self._listening = self._listening or False
        elif isinstance(alert, lt.torrent_removed_alert | lt.torrent_deleted_alert):
            what = "removed" if isinstance(alert, lt.torrent_removed_alert) else "deleted"
            self._tell(names_of(alert.info_hashes), what)
        elif isinstance(alert, lt.torrent_delete_failed_alert):
            self._tell(names_of(alert.info_hashes), "deleted")
        elif isinstance(alert, lt.torrent_alert) and alert.handle.is_valid():
            torrent = self._of(names_of(alert.handle.info_hashes()))
            if torrent is not None:
                self._happened(torrent, alert)

    def _described(self, alert: Any) -> None:
        for status in alert.status:
            torrent = self._of(names_of(status.info_hashes))
            if torrent is not None:
                torrent.described(status)
        if self._updated is not None and not self._updated.done():
            self._updated.set_result(None)

    def _of(self, names: Sequence[str]) -> Torrent | None:
        return next((self._named[each] for each in names if each in self._named), None)

    def _tell(self, names: Sequence[str], what: str) -> None:
        torrent = self._of(names)
        if torrent is not None:
            torrent.happened(what)

    def _happened(self, torrent: Torrent, alert: Any) -> None:
        if isinstance(alert, lt.save_resume_data_alert):
            torrent.happened("saved", lt.write_resume_data_buf(alert.params))
        elif isinstance(alert, lt.save_resume_data_failed_alert):
            torrent.happened("saved")
        elif isinstance(alert, lt.cache_flushed_alert):
            torrent.happened("flushed")
        elif isinstance(alert, lt.torrent_finished_alert):
            if torrent.job.state == "running":
                self._spawn(self._complete(torrent))
        elif isinstance(alert, lt.metadata_received_alert):
            self._learned(torrent)
        elif isinstance(alert, lt.tracker_error_alert):
            torrent.tracker = alert.error_message() or alert.error.message()
        elif isinstance(alert, lt.tracker_reply_alert):
            torrent.tracker = ""
        elif isinstance(alert, lt.torrent_error_alert | lt.file_error_alert):
            torrent.failed(trouble_of(alert))
            self._spawn(self._note(torrent))

    def _learned(self, torrent: Torrent) -> None:
        """A magnet link's list of files has come."""
        info = torrent.handle.torrent_file() if torrent.handle is not None else None
        if info is None:
            return
        self._named.update((each, torrent) for each in names_of(info.info_hashes()))
        try:
            sources.check_files(info)
        except PluginError as error:
            torrent.failed(str(error), final=True)
            self._spawn(self._note(torrent))
        else:
            self._spawn(self._save(torrent, _WITH_INFO))

    async def _complete(self, torrent: Torrent) -> None:
        """Every byte is there and right; say so when it has reached the files."""
        flushed = torrent.expect("flushed")
        torrent.handle.flush_cache()
        await asyncio.wait([flushed], timeout=_FLUSH)
        await self._update()
        if not self._seed:
            torrent.handle.pause()
        await self._save(torrent, _WITH_INFO)
        if torrent.job.state == "running":
            torrent.job.bytes_done = torrent.job.bytes_total
            await self._set(torrent, "completed")


def _files(handle: lt.torrent_handle, complete: bool) -> Sequence[EngineFile]:
    """The files of a torrent, none before they are known. Blocks."""
    with contextlib.suppress(RuntimeError):
        info = handle.torrent_file()
        if info is not None:
            done = [] if complete else handle.file_progress()
            return [
                EngineFile(path, size, size if complete else done[at])
                for at, path, size in sources.files_of(info)
            ]
    return []
