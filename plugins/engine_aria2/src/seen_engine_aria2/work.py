"""Takes jobs through aria2: gives them to it, follows what it says, takes them away again."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seen.plugin import PluginContext, PluginError
from seen.plugin.jobfiles import check_complete
from seen.plugin.jobstore import JobBook
from seen.plugin.models import EngineFile, EngineStatus
from seen.plugin.torrents import read_magnet, read_torrent
from seen_engine_aria2 import files
from seen_engine_aria2.program import options_of
from seen_engine_aria2.rpc import Refused, Rpc
from seen_engine_aria2.states import KEYS, Job, number, status_of, trouble

_TRACKERS = ("http://", "https://", "udp://")
_SETTLE = 5.0
_GONE = ("complete", "error", "removed")


class Work:
    """One aria2 and the jobs it has. ``guarded``: whether it can reach this machine's proxy."""

    def __init__(self, ctx: PluginContext, book: JobBook[Job], rpc: Rpc, *, guarded: bool) -> None:
        self.rpc = rpc
        self._ctx = ctx
        self._book = book
        self._guarded = guarded

    async def answers(self) -> None:
        """Return when aria2 answers."""
        await self.rpc.call("getVersion")

    async def close(self) -> None:
        """Close the connection."""
        await self.rpc.close()

    async def ask(self, jobs: Sequence[Job]) -> Sequence[Any]:
        """aria2's word about each job, in one question."""
        return await self.rpc.many([("tellStatus", (job.gid, KEYS)) for job in jobs])

    # --- giving ---------------------------------------------------------------------------------

    async def give(self, job: Job) -> None:
        """Have aria2 work on a job, from whatever is there of it. What aria2 says no to makes the
        job fail."""
        proxy = await self._ctx.guarded_proxy() if self._guarded else ""
        options: dict[str, Any] = options_of(self._ctx.config, proxy)
        options |= {"gid": job.gid, "dir": job.folder}
        try:
            if job.phase == "content":
                await self._give_torrent(job, options)
            elif job.phase == "metadata":
                await self._give_magnet(job, options)
            else:
                await self._give_file(job, options)
        except Refused as error:
            if "is not unique" in str(error):
                await self._take_up(job)
            else:
                await self._fail(job, f"aria2 does not take this: {error}", final=True)
        except OSError as error:
            await self._fail(job, f"The files cannot be written: {error.strerror}")

    async def _give_file(self, job: Job, options: dict[str, Any]) -> None:
        folder = Path(job.folder)
        if not job.foreign:
            await self._ctx.run_blocking(files.make_ready, folder, job.names[0])
        # From now on its control file tells what is there.
        job.foreign = False
        if not job.plain and await self._ctx.run_blocking((folder / job.names[0]).exists):
            # Otherwise it asks for the whole file, to learn its size, before it asks for the rest.
            options["use-head"] = "true"
        options["out"] = job.names[0]
        if job.condition:
            options["header"] = [f"If-Range: {job.condition}"]
        await self.rpc.call("addUri", [job.source], options)

    async def _give_magnet(self, job: Job, options: dict[str, Any]) -> None:
        magnet = read_magnet(job.source)
        options |= {"bt-metadata-only": "true", "bt-save-metadata": "true"}
        link = magnet.link(await self._trackers(magnet.trackers))
        await self._ctx.run_blocking(Path(job.folder).mkdir, parents=True, exist_ok=True)
        await self.rpc.call("addUri", [link], options)

    async def _give_torrent(self, job: Job, options: dict[str, Any]) -> None:
        path = self._book.store.path(job.id, ".torrent")
        try:
            torrent = read_torrent(await self._ctx.run_blocking(path.read_bytes))
        except (OSError, PluginError):
            await self._fail(job, "What was known of this torrent is lost")
            return
        if await self._ctx.run_blocking(files.is_unknown, Path(job.folder) / torrent.name):
            # aria2 looks through what is there instead of writing over it.
            options["check-integrity"] = "true"
        seeds = torrent.web_seeds if self._guarded else ()
        data = torrent.encoded(await self._trackers(torrent.trackers), seeds)
        await self.rpc.call("addTorrent", base64.b64encode(data).decode("ascii"), [], options)

    async def _trackers(self, urls: tuple[str, ...]) -> list[str]:
        kept = [each for each in urls if each.lower().startswith(_TRACKERS)]
        return [await self._ctx.guarded_tracker(each) for each in kept] if self._guarded else kept

    async def _take_up(self, job: Job) -> None:
        """aria2 has the job already: go on with it, or begin again where it has ended."""
        said = (await self.ask([job]))[0]
        if isinstance(said, Refused) or said.get("status") == "complete":
            return
        if said.get("status") == "paused":
            await self.rpc.many([("unpause", (job.gid,))])
        elif said.get("status") in _GONE:
            await self.rpc.many([("removeDownloadResult", (job.gid,))])
            await self.give(job)

    # --- following ------------------------------------------------------------------------------

    async def follow(self, job: Job, said: Any) -> EngineStatus:
        """How a running job stands, after acting on what aria2 says about it."""
        if isinstance(said, Refused):
            # aria2 was started anew, or somebody took it away there.
            await self.give(job)
            return job.at_rest()
        state = said.get("status")
        if state == "complete" and job.phase == "metadata":
            await self._learned(job)
        elif state == "complete":
            await self._completed(job, said)
        elif state == "error":
            await self._stumbled(job, said)
        elif state == "removed":
            await self._fail(job, "Somebody removed the download in aria2")
        else:
            return status_of(job, said)
        return job.at_rest()

    async def _learned(self, job: Job) -> None:
        """A magnet link's list of files has come: check it, then bring the content."""
        magnet = read_magnet(job.source)
        path = Path(job.folder) / f"{magnet.info_hash}.torrent"
        await self.rpc.many([("removeDownloadResult", (job.gid,))])
        try:
            torrent = read_torrent(await self._ctx.run_blocking(path.read_bytes))
            await self._ctx.run_blocking(path.unlink)
        except OSError:
            await self._fail(job, f"aria2 did not leave {path} where the server can see it")
            return
        except PluginError as error:
            await self._fail(job, str(error), final=True)
            return
        # aria2 writes down the addresses that it was given in place of the trackers'.
        data = torrent.encoded(magnet.trackers)
        await self._ctx.run_blocking(self._book.store.path(job.id, ".torrent").write_bytes, data)
        job.phase = "content"
        job.names, job.sizes = [each for each, _ in torrent.files], [n for _, n in torrent.files]
        await self._book.put(job)
        await self.give(job)

    async def _completed(self, job: Job, said: Mapping[str, Any]) -> None:
        try:
            found = {each.path: each.size_bytes for each in await self._listed(job)}
            await self._ctx.run_blocking(check_complete, "aria2", Path(job.folder), found)
        except (PluginError, Refused) as error:
            await self._fail(job, str(error))
            return
        await self.rpc.many([("removeDownloadResult", (job.gid,))])
        job.names, job.sizes = list(found), list(found.values())
        job.bytes_done = job.bytes_total = number(said, "totalLength")
        job.state, job.message = "completed", ""
        await self._book.put(job)

    async def _stumbled(self, job: Job, said: Mapping[str, Any]) -> None:
        await self.rpc.many([("removeDownloadResult", (job.gid,))])
        sentence, final = trouble(said)
        if job.phase == "file" and not job.plain and job.bytes_done:
            # The likeliest reasons: the server does not know the question for the size, or has
            # another version of the file by now.
            job.plain = True
            if job.condition:
                job.condition = ""
                await self._ctx.run_blocking(files.begin_anew, Path(job.folder), job.names)
            await self._book.put(job)
            await self.give(job)
            return
        await self._fail(job, sentence, final=final)

    async def _fail(self, job: Job, sentence: str, *, final: bool = False) -> None:
        job.state, job.message, job.final = "failed", sentence, final
        await self._book.put(job)

    # --- holding and taking away ----------------------------------------------------------------

    async def hold(self, job: Job) -> None:
        """Pause a job; one that aria2 does not have is held anyway."""
        await self.rpc.many([("forcePause", (job.gid,))])
        await self._settle(job, ("paused", *_GONE))

    async def go_on(self, job: Job) -> None:
        """Go on with a held job."""
        (said,) = await self.rpc.many([("unpause", (job.gid,))])
        if isinstance(said, Refused):
            await self.give(job)

    async def drop(self, job: Job, delete_files: bool) -> None:
        """Have aria2 let go of a job; it never deletes files itself."""
        if job.state not in ("running", "paused"):
            return
        await self.rpc.many([("forceRemove", (job.gid,))])
        await self._settle(job, _GONE)
        await self.rpc.many([("removeDownloadResult", (job.gid,))])

    async def _settle(self, job: Job, states: tuple[str, ...]) -> None:
        """aria2 does as it is told a moment later."""
        for _ in range(int(_SETTLE / 0.02)):
            said = (await self.ask([job]))[0]
            if isinstance(said, Refused) or said.get("status") in states:
                return
            await asyncio.sleep(0.02)

    async def files(self, job: Job) -> Sequence[EngineFile]:
        """The files of a job, as far as they are known."""
        if job.phase == "file":
            return [EngineFile(job.names[0], job.bytes_total, job.bytes_done)]
        if job.phase == "content" and job.state == "running":
            with contextlib.suppress(Refused):
                return await self._listed(job)
        return [EngineFile(name, size, 0) for name, size in zip(job.names, job.sizes, strict=True)]

    async def _listed(self, job: Job) -> Sequence[EngineFile]:
        """The files of a job as aria2 has them. Raises Refused when it does not."""
        found = []
        for each in await self.rpc.call("getFiles", job.gid):
            path = Path(str(each.get("path")))
            if path.is_relative_to(job.folder) and each.get("selected") == "true":
                size, done = number(each, "length"), number(each, "completedLength")
                found.append(EngineFile(str(path.relative_to(job.folder)), size, done))
        if not found:
            raise PluginError("aria2 keeps the files of this download elsewhere")
        return found
