"""Makes of a stored download what an engine is given."""

from __future__ import annotations

import asyncio
from pathlib import Path

from seen.core.db import Database
from seen.downloads import store
from seen.downloads.model.records import Job
from seen.plugin.models import DownloadSpec


class Unfit(Exception):
    """A download cannot be begun because of what it is. ``final``: trying again cannot help."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class Preparer:
    """Knows the download folder; ``folder`` holds one folder for each job, named by its id."""

    def __init__(self, db: Database, folder: Path) -> None:
        self._db = db
        self.folder = folder

    def folder_of(self, job: Job) -> Path:
        """Where a job's files lie."""
        return self.folder / str(job.id)

    async def spec(self, job: Job) -> DownloadSpec:
        """The job as its engine sees it. Raises Unfit."""
        folder = self.folder_of(job)
        try:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            raise Unfit(f"{folder} cannot be made: {error.strerror}") from error
        torrent = await store.torrent_of(self._db, job.id) if job.scheme == "torrent" else None
        return DownloadSpec(str(job.id), job.source, folder, torrent)

    async def has_bytes(self, job: Job) -> bool:
        """Whether an earlier try left something in the job's folder."""
        return await asyncio.to_thread(_holds_anything, self.folder_of(job))


def _holds_anything(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is not None
    except OSError:
        return False
