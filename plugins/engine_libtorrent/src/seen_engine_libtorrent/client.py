"""Torrents in libtorrent's hands: gives them, takes them, and hears what it says about them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import libtorrent as lt

from seen.plugin import NotReady, PluginContext, PluginError
from seen.plugin.jobstore import write_whole
from seen.plugin.models import DownloadSpec, EngineFile
from seen_engine_libtorrent import sources
from seen_engine_libtorrent.session import Session
from seen_engine_libtorrent.settings import filter_of, settings_of, use_system_certificates
from seen_engine_libtorrent.states import disk_trouble
from seen_engine_libtorrent.torrent import Torrent

_ANSWER = 1.0
_FLUSH = 30.0
_REMOVE = 15.0
_FAREWELL = 3.0
_WITH_INFO = lt.save_resume_flags_t.save_info_dict
_IF_CHANGED = lt.save_resume_flags_t.only_if_modified | _WITH_INFO


class Client:
    """libtorrent's session and the torrents in it. Made and closed on one loop.

    ``note`` writes a job down that has changed by itself. ``notes`` says where libtorrent's own
    notes of a torrent lie. ``seed`` shares what is complete.
    """

    def __init__(
        self, ctx: PluginContext, note: Callable[[Torrent], Awaitable[None]],
        notes: Callable[[Torrent], Path],
    ) -> None:  # fmt: skip
        use_system_certificates()
        self.deaf = False
        """Whether no other peer can connect, because no port could be opened."""
        self._ctx = ctx
        self._note = note
        self._notes = notes
        self._dht = bool(ctx.config.get("dht"))
        self._seed = bool(ctx.config.get("seed"))
        self._named: dict[str, Torrent] = {}
        self._updated: asyncio.Future[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._listens = False
        self._session = Session(
            settings_of(ctx.config), filter_of(ctx.refused_networks()), self._heard
        )

    async def close(self, torrents: Collection[Torrent]) -> None:
        """Write down what has changed, and end the session."""
        for task in tuple(self._tasks):
            task.cancel()
        self._session.raw.pause()
        live = [each for each in torrents if each.handle is not None]
        saving = [asyncio.create_task(self.save(each)) for each in live]
        if saving:
            await asyncio.wait(saving, timeout=_FAREWELL)
        self._session.close()
        for each in live:
            each.handle = None
        self._named.clear()
        await self._ctx.run_blocking(self._session.drop)

    # --- giving and taking ----------------------------------------------------------------------

    async def begin(self, torrent: Torrent, spec: DownloadSpec) -> None:
        """Take a new job. Raises PluginError, NotReady when it cannot be written down."""
        params = sources.params_of(spec)
        data = lt.write_resume_data_buf(params)
        async with torrent.turn:
            try:
                await self._ctx.run_blocking(write_whole, self._notes(torrent), data)
            except OSError as error:
                raise NotReady(f"The job cannot be written down: {error.strerror}") from error
            await self._hand_over(torrent, params)

    async def wake(self, torrent: Torrent, *, check: bool = False) -> None:
        """Let a torrent go on, or hold it if its job is held; from libtorrent's own notes where it
        does not have it yet. With ``check`` these are not believed."""
        async with torrent.turn:
            if torrent.handle is not None:
                if self._goes_on(torrent):
                    torrent.handle.clear_error()
                    torrent.handle.unset_flags(lt.torrent_flags.upload_mode)
                    torrent.handle.resume()
                return
            try:
                data = await self._ctx.run_blocking(self._notes(torrent).read_bytes)
                params = lt.read_resume_data(data)
            except (OSError, RuntimeError):
                torrent.failed("What was known of this download is lost; remove it", final=True)
                await self._note(torrent)
                return
            if check:
                # Without them libtorrent looks through the files before it does anything else.
                params.have_pieces, params.verified_pieces, params.unfinished_pieces = [], [], {}
            try:
                await self._hand_over(torrent, params)
            except PluginError as error:
                torrent.failed(str(error))
                await self._note(torrent)

    async def hold(self, torrent: Torrent) -> None:
        """Pause a torrent and write down what is there."""
        if torrent.handle is not None:
            torrent.handle.pause()
            await self.save(torrent)

    async def remove(self, torrent: Torrent, delete_files: bool) -> None:
        """Take a torrent away, and its files where wanted."""
        if torrent.handle is None and delete_files:
            await self.wake(torrent)
        async with torrent.turn:
            if torrent.handle is not None:
                awaited = [torrent.expect("removed")]
                if delete_files:
                    awaited.append(torrent.expect("deleted"))
                options = lt.options_t.delete_files if delete_files else 0
                self._session.raw.remove_torrent(torrent.handle, options)
                torrent.handle = None
                await asyncio.wait(awaited, timeout=_REMOVE)
        self.forget(torrent)

    def forget(self, torrent: Torrent) -> None:
        """Listen no more to what is said about a torrent."""
        for name in [each for each, owner in self._named.items() if owner is torrent]:
            del self._named[name]

    async def files(self, torrent: Torrent) -> Sequence[EngineFile]:
        """The files of a torrent, none before they are known."""
        if torrent.handle is None:
            await self.wake(torrent)
        if torrent.handle is None:
            return []
        complete = torrent.job.state == "completed"
        return await self._ctx.run_blocking(_files, torrent.handle, complete)

    async def save(self, torrent: Torrent, flags: int = _IF_CHANGED) -> None:
        """Have libtorrent write down what it knows of a torrent, if that has changed."""
        async with torrent.turn:
            if torrent.handle is None:
                return
            saved = torrent.expect("saved")
            torrent.handle.save_resume_data(flags)
            await asyncio.wait([saved], timeout=_FLUSH)
            if saved.done() and saved.result() is not None:
                try:
                    await self._ctx.run_blocking(write_whole, self._notes(torrent), saved.result())
                except OSError as error:
                    self._ctx.log.warning("a torrent could not be written down", reason=str(error))
                await self._note(torrent)

    async def update(self) -> None:
        """Have every torrent that changed described anew; all who ask at once get one answer."""
        if self._updated is None or self._updated.done():
            self._updated = asyncio.get_running_loop().create_future()
            self._session.raw.post_torrent_updates(0)
        await asyncio.wait([self._updated], timeout=_ANSWER)

    def _goes_on(self, torrent: Torrent) -> bool:
        state = torrent.job.state
        return state == "running" or (state == "completed" and self._seed)

    async def _hand_over(self, torrent: Torrent, params: lt.add_torrent_params) -> None:
        sources.fit(params, Path(torrent.job.folder), dht=self._dht)
        if not self._goes_on(torrent):
            params.flags |= lt.torrent_flags.paused
        names = _names_of(params.info_hashes)
        if any(each in self._named for each in names):
            raise PluginError("Another download here brings the same torrent")
        self._named.update((each, torrent) for each in names)
        try:
            torrent.handle = await self._ctx.run_blocking(self._session.raw.add_torrent, params)
        except RuntimeError as error:
            raise PluginError(f"The torrent cannot be added: {error}") from error

    # --- what libtorrent says -------------------------------------------------------------------

    def _heard(self, alert: Any) -> None:
        if isinstance(alert, lt.state_update_alert):
            self._described(alert)
        elif isinstance(alert, lt.listen_succeeded_alert):
            self.deaf = False
            self._listens = True
        elif isinstance(alert, lt.listen_failed_alert):
            self.deaf = not self._listens
        elif isinstance(alert, lt.torrent_removed_alert | lt.torrent_deleted_alert):
            what = "removed" if isinstance(alert, lt.torrent_removed_alert) else "deleted"
            self._tell(_names_of(alert.info_hashes), what)
        elif isinstance(alert, lt.torrent_delete_failed_alert):
            self._tell(_names_of(alert.info_hashes), "deleted")
        elif isinstance(alert, lt.torrent_alert) and alert.handle.is_valid():
            torrent = self._of(_names_of(alert.handle.info_hashes()))
            if torrent is not None:
                self._happened(torrent, alert)

    def _described(self, alert: Any) -> None:
        for status in alert.status:
            torrent = self._of(_names_of(status.info_hashes))
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
            self._learned(torrent, alert.handle)
        elif isinstance(alert, lt.tracker_error_alert):
            torrent.tracker = alert.error_message() or alert.error.message()
        elif isinstance(alert, lt.tracker_reply_alert):
            torrent.tracker = ""
        elif isinstance(alert, lt.torrent_error_alert | lt.file_error_alert):
            torrent.failed(_trouble_of(alert))
            self._spawn(self._note(torrent))

    def _learned(self, torrent: Torrent, handle: lt.torrent_handle) -> None:
        """A magnet link's list of files has come."""
        info = handle.torrent_file()
        if info is None:
            return
        self._named.update((each, torrent) for each in _names_of(info.info_hashes()))
        try:
            sources.check_files(info)
        except PluginError as error:
            torrent.failed(str(error), final=True)
            self._spawn(self._note(torrent))
        else:
            self._spawn(self.save(torrent, _WITH_INFO))

    async def _complete(self, torrent: Torrent) -> None:
        """Every byte is there and right; say so when it has reached the files."""
        # libtorrent may say so before we have its handle.
        async with torrent.turn:
            handle = torrent.handle
        if handle is None:
            return
        flushed = torrent.expect("flushed")
        handle.flush_cache()
        await asyncio.wait([flushed], timeout=_FLUSH)
        await self.update()
        if not self._seed and torrent.handle is not None:
            torrent.handle.pause()
        await self.save(torrent, _WITH_INFO)
        if torrent.job.state == "running":
            torrent.job.bytes_done = torrent.job.bytes_total
            torrent.job.state = "completed"
            await self._note(torrent)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _files(handle: lt.torrent_handle, complete: bool) -> Sequence[EngineFile]:
    """Blocks."""
    with contextlib.suppress(RuntimeError):
        info = handle.torrent_file()
        if info is not None:
            done = [] if complete else handle.file_progress()
            return [
                EngineFile(path, size, size if complete else done[at])
                for at, path, size in sources.files_of(info)
            ]
    return []


def _trouble_of(alert: Any) -> str:
    """The sentence for an alert that says why a torrent cannot go on."""
    error = alert.error
    if error.category().name() in ("system", "generic"):
        return disk_trouble(error.value(), error.message())
    return f"The torrent cannot go on: {error.message()}"


def _names_of(hashes: lt.info_hash_t) -> tuple[str, ...]:
    """What a torrent is called in alerts: by one hash or by two."""
    found = []
    if hashes.has_v1():
        found.append(str(hashes.v1))
    if hashes.has_v2():
        found.append(str(hashes.v2))
    return tuple(found)
