"""Makes of a stored download what an engine is given; fetches the .torrent file it names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import aiohttp

from seen.core.bencode import LARGEST
from seen.core.db import Database
from seen.core.egress import Allowlist, guarded_session
from seen.core.errors import Invalid
from seen.downloads import store
from seen.downloads.model.records import Job, JobFile
from seen.downloads.model.torrents import Torrent, read_torrent
from seen.plugin.models import DownloadSpec

_FETCH_SECONDS = 60.0
# What a server may say that will not change soon.
_GONE = (400, 401, 403, 404, 410, 451)


class Unfit(Exception):
    """A download cannot be begun because of what it is. ``final``: trying again cannot help."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class Preparer:
    """Knows the download folder; ``folder`` holds one folder for each job, named by its id."""

    def __init__(self, db: Database, folder: Path, allow: Iterable[str] = ()) -> None:
        self._db = db
        self.folder = folder
        self._allow = tuple(allow)

    def folder_of(self, job: Job) -> Path:
        """Where a job's files lie."""
        return self.folder / str(job.id)

    async def spec(self, job: Job) -> DownloadSpec:
        """The job as its engine sees it. Raises Unfit."""
        folder = self.folder_of(job)
        torrent = await self._torrent(job) if job.scheme == "torrent" else None
        try:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            raise Unfit(f"{folder} cannot be made: {error.strerror}") from error
        return DownloadSpec(str(job.id), job.source, folder, torrent)

    async def has_bytes(self, job: Job) -> bool:
        """Whether an earlier try left something in the job's folder."""
        return await asyncio.to_thread(_holds_anything, self.folder_of(job))

    async def _torrent(self, job: Job) -> bytes:
        """The checked torrent file of a job, fetched when it is not there yet."""
        kept = await store.torrent_of(self._db, job.id)
        if kept is not None:
            return kept
        try:
            data = await self._fetch(job.source)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unfit(f"The torrent file could not be fetched: {_words(error)}") from error
        try:
            torrent = await asyncio.to_thread(read_torrent, data, Allowlist(self._allow))
        except Invalid as error:
            raise Unfit(error.detail, final=True) from error
        await self._keep(job, torrent)
        return torrent.metainfo

    async def _keep(self, job: Job, torrent: Torrent) -> None:
        async with self._db.transaction() as connection:
            if await store.runs_elsewhere(connection, job.id, torrent.content_key):
                raise Unfit("The same is being downloaded already")
            await store.keep_torrent(connection, job.id, torrent.metainfo)
            files = [JobFile(path, size, 0) for path, size in torrent.files]
            await store.set_files(connection, job.id, files)
            await store.set_content(
                connection, job.id, torrent.content_key, torrent.name, torrent.total
            )

    async def _fetch(self, address: str) -> bytes:
        async with (
            guarded_session(self._allow, timeout_seconds=_FETCH_SECONDS) as session,
            session.get(address) as answer,
        ):
            if answer.status in _GONE:
                raise Unfit(f"The server of the torrent file answers {answer.status}", final=True)
            answer.raise_for_status()
            data = bytearray()
            async for part in answer.content.iter_chunked(65_536):
                data += part
                if len(data) > LARGEST:
                    raise Unfit("The torrent file is too large", final=True)
        return bytes(data)


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"the server answers {error.status}"
    return str(error)[:200] or type(error).__name__


def _holds_anything(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is not None
    except OSError:
        return False
