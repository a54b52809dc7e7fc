"""Takes jobs through Transmission: gives them to it, follows what it says, takes them away."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from seen.plugin import PluginContext, PluginError
from seen.plugin.jobfiles import check_complete
from seen.plugin.jobstore import JobBook
from seen.plugin.models import EngineFile, EngineStatus
from seen.plugin.torrents import read_magnet, read_torrent
from seen_engine_transmission.rpc import Refused, Rpc
from seen_engine_transmission.states import (
    LOCAL_ERROR,
    STOPPED,
    Job,
    is_complete,
    local_trouble,
    number,
    status_of,
)

_TRACKERS = ("http://", "https://", "udp://")
_SETTLE = 5.0


class Work:
    """One Transmission and the jobs it has. ``guarded``: it was started here, behind the proxy.
    ``distrust``: what it remembers may be older than what is on the disk."""

    def __init__(
        self, ctx: PluginContext, book: JobBook[Job], rpc: Rpc, *, guarded: bool, distrust: bool
    ) -> None:
        self.rpc = rpc
        self._ctx = ctx
        self._book = book
        self._guarded = guarded
        self._distrust = distrust
        self._seed = bool(ctx.config.get("seed"))
        # Hashes of what has been looked through, or was begun, since this Transmission started.
        self._trusted: set[str] = set()

    async def answers(self) -> None:
        """Return when Transmission answers."""
        await self.rpc.ask(lambda client: client.get_session())

    async def close(self) -> None:
        """Nothing has to be closed."""

    async def ask(self, jobs: Sequence[Job]) -> Sequence[Mapping[str, Any] | None]:
        """Transmission's word about each job, in one question; None where it has no such."""
        found = await self.rpc.torrents([each.info_hash for each in jobs])
        return [found.get(each.info_hash) for each in jobs]

    # --- giving ---------------------------------------------------------------------------------

    async def give(self, job: Job) -> None:
        """Have Transmission work on a job, from whatever is there of it. Raises PluginError."""
        if any(each.info_hash == job.info_hash and each is not job for each in self._book):
            raise PluginError("Another download here brings the same torrent")
        try:
            torrent = await self._described(job)
        except OSError:
            await self._fail(job, "What was known of this torrent is lost")
            return
        folder = Path(job.folder)
        try:
            await self._ctx.run_blocking(folder.mkdir, parents=True, exist_ok=True)
            there = await self._ctx.run_blocking(lambda: any(folder.iterdir()))
            await self.rpc.ask(
                lambda client: client.add_torrent(torrent, download_dir=job.folder, paused=True)
            )
        except (Refused, OSError) as error:
            await self._fail(job, f"Transmission does not take this: {error}", final=True)
            return
        said = (await self.ask([job]))[0] or {}
        astray = not _same(said.get("downloadDir"), job.folder)
        if astray and not (self._guarded or job.given):
            await self._fail(job, "Transmission has this torrent already, in another folder")
            return
        if not job.given:
            job.given = True
            await self._book.put(job)
        if astray:
            await self._bring_back(job)
        else:
            await self._begin(job, look_through=there)

    async def go_on(self, job: Job) -> None:
        """Let a torrent that Transmission has go on."""
        # Whoever asks for the trackers must be known to the proxy.
        with contextlib.suppress(OSError, PluginError):
            await self._described(job)
        distrusted = self._distrust and job.info_hash not in self._trusted
        await self._begin(job, look_through=distrusted)

    async def _begin(self, job: Job, *, look_through: bool) -> None:
        if look_through:
            await self._tell(lambda client: client.verify_torrent(job.info_hash))
        self._trusted.add(job.info_hash)
        await self._tell(lambda client: client.start_torrent(job.info_hash))

    async def _described(self, job: Job) -> str | bytes:
        """What to add: a link, or a torrent file. Raises OSError, PluginError."""
        if not job.has_torrent:
            magnet = read_magnet(job.source)
            return magnet.link(await self._trackers(magnet.trackers))
        path = self._book.store.path(job.id, ".torrent")
        torrent = read_torrent(await self._ctx.run_blocking(path.read_bytes))
        return torrent.encoded(await self._trackers(torrent.trackers), torrent.web_seeds)

    async def _trackers(self, urls: tuple[str, ...]) -> list[str]:
        kept = [each for each in urls if each.lower().startswith(_TRACKERS)]
        return [await self._ctx.guarded_tracker(each) for each in kept] if self._guarded else kept

    async def _tell(self, work: Callable[[Any], Any]) -> None:
        """Tell it something that it may have no use for any more."""
        with contextlib.suppress(Refused):
            await self.rpc.ask(work)

    # --- following ------------------------------------------------------------------------------

    async def follow(self, job: Job, said: Mapping[str, Any] | None) -> EngineStatus:
        """How a running job stands, after acting on what Transmission says about it."""
        if said is None:
            # Somebody took it away there, or it has lost its notes.
            await self.give(job)
            return job.at_rest()
        if not _same(said.get("downloadDir"), job.folder):
            await self._bring_back(job)
            return job.at_rest()
        if said.get("error") == LOCAL_ERROR:
            await self._tell(lambda client: client.stop_torrent(job.info_hash))
            await self._fail(job, local_trouble(said))
            return job.at_rest()
        if is_complete(said) and (self._guarded is False or self._is_trusted(job)):
            await self._completed(job, said)
            return job.at_rest()
        if said.get("status") == STOPPED:
            await self.go_on(job)
        return status_of(job, said)

    async def _bring_back(self, job: Job) -> None:
        """Killed before it wrote down where a torrent belongs, Transmission takes its usual folder
        the next time, and knows nothing of what is there."""
        await self._tell(lambda client: client.stop_torrent(job.info_hash))
        await self._tell(
            lambda client: client.move_torrent_data(job.info_hash, job.folder, move=False)
        )
        await self._begin(job, look_through=True)

    def _is_trusted(self, job: Job) -> bool:
        return not self._distrust or job.info_hash in self._trusted

    async def _completed(self, job: Job, said: Mapping[str, Any]) -> None:
        if not self._seed and said.get("status") != STOPPED:
            # Stopping also brings everything to the disk.
            await self.hold(job)
        sizes = {each.path: each.size_bytes for each in await self.files(job)}
        try:
            await self._ctx.run_blocking(check_complete, "Transmission", Path(job.folder), sizes)
        except PluginError as error:
            await self._fail(job, str(error))
            return
        job.names, job.sizes = list(sizes), list(sizes.values())
        job.bytes_done = job.bytes_total = number(said, "sizeWhenDone")
        job.state, job.message = "completed", ""
        await self._book.put(job)

    async def _fail(self, job: Job, sentence: str, *, final: bool = False) -> None:
        job.state, job.message, job.final = "failed", sentence, final
        await self._book.put(job)

    # --- holding and taking away ----------------------------------------------------------------

    async def hold(self, job: Job) -> None:
        """Pause a job; one that Transmission does not have is held anyway."""
        await self._tell(lambda client: client.stop_torrent(job.info_hash))
        await self._settle(job, lambda said: said is None or said.get("status") == STOPPED)

    async def drop(self, job: Job, delete_files: bool) -> None:
        """Have Transmission let go of a job, and of its files."""
        for each in await self.files(job):
            if each.path not in job.names:
                job.names.append(each.path)
        await self._tell(lambda client: client.remove_torrent(job.info_hash, delete_files))
        await self._settle(job, lambda said: said is None)
        self._trusted.discard(job.info_hash)

    async def _settle(self, job: Job, reached: Callable[[Mapping[str, Any] | None], bool]) -> None:
        """Transmission does as it is told a moment later."""
        for _ in range(int(_SETTLE / 0.03)):
            if reached((await self.ask([job]))[0]):
                return
            await asyncio.sleep(0.03)

    async def files(self, job: Job) -> Sequence[EngineFile]:
        """The files of a job as Transmission has them; none before it knows them."""
        found = await self.rpc.torrents([job.info_hash], ("hashString", "files"))
        listed = found.get(job.info_hash, {}).get("files") or []
        return [
            EngineFile(
                str(each.get("name")), number(each, "length"), number(each, "bytesCompleted")
            )
            for each in listed
        ]


def _same(said: object, folder: str) -> bool:
    return isinstance(said, str) and os.path.realpath(said) == os.path.realpath(folder)
