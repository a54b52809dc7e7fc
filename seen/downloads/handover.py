"""The hand-over of finished downloads: from their folder into the library, looked through there and
matched. A job of the worker role, which has the scanners; all waiting downloads in one run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from seen.core.db import Database
from seen.core.errors import SeenError, Unavailable
from seen.core.events import Events
from seen.core.jobs import Job as BackgroundJob
from seen.core.jobs import JobContext
from seen.core.log import get_log
from seen.core.wording import counted
from seen.downloads import store
from seen.downloads.ledger import tell
from seen.downloads.model.arrival import arrivals, subtitle_name
from seen.downloads.model.preferences import Preferences, read_preferences
from seen.downloads.model.records import Job, JobFile
from seen.downloads.model.states import ImportState
from seen.downloads.namegiving import NameGiver, NewName
from seen.downloads.placing import NotPlaced, OnDisk, clear, look, place
from seen.library.folders import is_below
from seen.library.model.records import Root
from seen.library.service import Choice, Library

log = get_log(__name__)
IMPORT_JOB = "download_import"
_TOGETHER = 50
# A file that nobody has touched for so long is not being written any more.
_STABLE_SECONDS = 1.0
_SCAN_PAUSE = 1.0
_SCAN_TRIES = 600


class Blocked(Exception):
    """A download cannot be handed over; the message says why, and what would help."""


@dataclass(slots=True)
class _Parcel:
    """A download on its way: its files as they lie there, and what became of each."""

    job: Job
    folder: Path
    found: list[OnDisk]
    files: list[JobFile] = field(default_factory=list)

    def imported(self) -> list[str]:
        """Where its files are in the library."""
        return [each.imported_path for each in self.files if each.state == "imported"]


class HandOver:
    """Brings files into the library folders that the admin chose, and writes nowhere else."""

    def __init__(
        self, db: Database, events: Events, library: Library, names: NameGiver, folder: Path,
        reserve: int,
    ) -> None:  # fmt: skip
        self._db = db
        self._events = events
        self._library = library
        self._names = names
        self._folder = folder
        self._reserve = reserve

    def job(self) -> BackgroundJob:
        """The hand-over as background work; a worker that brings downloads asks for it."""
        return BackgroundJob(IMPORT_JOB, "Bring finished downloads into the library", self.run)

    async def run(self, context: JobContext) -> str:
        """Deal with every download that waits; answers with a sentence."""
        handled: set[UUID] = set()
        while jobs := await store.waiting_imports(self._db, _TOGETHER):
            fresh = [each for each in jobs if each.id not in handled]
            if not fresh:
                break
            handled.update(each.id for each in fresh)
            await context.progress(0, len(fresh), "Looking at finished downloads")
            await self._deal_with(fresh)
        return f"{counted(len(handled), 'finished download')} looked at."

    async def _deal_with(self, jobs: Sequence[Job]) -> None:
        preferences = read_preferences(await store.preferences(self._db))
        roots = await self._library.roots()
        parcels = []
        for job in jobs:
            await self._note(job, "importing")
            parcel = _Parcel(job, self._folder / str(job.id), [])
            if await self._try(job, self._open(parcel)):
                parcels.append(parcel)
        parcels = await self._stable(parcels)
        placed = [
            each
            for each in parcels
            if await self._try(each.job, self._place(each, preferences, roots))
        ]
        await self._scan(placed)
        for each in placed:
            await self._try(each.job, self._finish(each))

    async def _try(self, job: Job, work: Coroutine[Any, Any, None]) -> bool:
        """Do a part of the hand-over; what goes wrong is said beside the download."""
        try:
            await work
        except Unavailable:
            raise
        except (Blocked, NotPlaced, SeenError) as error:
            await self._note(job, "blocked", str(error), f"Not in the library: {error}")
        except OSError as error:
            why = error.strerror or str(error)
            await self._note(job, "blocked", why, f"Not in the library: {why}")
        else:
            return True
        return False

    async def _note(
        self, job: Job, state: ImportState, reason: str = "", message: str = ""
    ) -> None:
        async with self._db.transaction() as connection:
            written = await store.set_import(connection, job.id, state, reason, message)
            await tell(self._events, connection, written)

    # --- what lies there ---------------------------------------------------------------------

    async def _open(self, parcel: _Parcel) -> None:
        """Look at the files. Raises Blocked when they are not where the engine put them."""
        parcel.files = await store.files(self._db, parcel.job.id)
        try:
            parcel.found = await asyncio.to_thread(look, parcel.folder)
        except FileNotFoundError:
            parcel.found = []
        there = {each.path: each.size for each in parcel.found}
        waiting = [each for each in parcel.files if each.state == "waiting"]
        absent = [each for each in waiting if there.get(each.path) != each.size_bytes]
        if absent:
            raise Blocked(
                f"{absent[0].path} is not in {parcel.folder} as the engine says; it may see the "
                "folder under another path"
            )

    async def _stable(self, parcels: list[_Parcel]) -> list[_Parcel]:
        """Those whose files nobody writes any more."""
        latest = time.time_ns() - int(_STABLE_SECONDS * 1e9)
        if any(file.modified_ns > latest for each in parcels for file in each.found):
            await asyncio.sleep(_STABLE_SECONDS)
        stable = []
        for each in parcels:
            before = {file.path: (file.size, file.modified_ns) for file in each.found}
            found = await asyncio.to_thread(look, each.folder) if before else []
            if before == {file.path: (file.size, file.modified_ns) for file in found}:
                stable.append(each)
            else:
                # It is looked at again in the next run.
                await self._note(each.job, "waiting", "Its files are still changing")
        return stable

    # --- into the library --------------------------------------------------------------------

    async def _place(
        self, parcel: _Parcel, preferences: Preferences, roots: Sequence[Root]
    ) -> None:
        """Put every file that may come into the library where it belongs. Raises Blocked."""
        done = {each.path: each for each in parcel.files if each.state == "imported"}
        sorted_out = arrivals((f.path, f.size, f.head) for f in parcel.found if f.path not in done)
        sizes = {each.path: each.size for each in parcel.found}
        films: dict[str, tuple[Root, NewName]] = {}
        results = list(done.values())
        title = await self._names.title_of(parcel.job)
        for each in sorted_out:
            if each.take is None:
                results.append(_kept_out(each.path, sizes[each.path], each.reason))
            elif each.take == "video":
                file = parcel.folder / each.path
                named = await self._names.name(parcel.job, title, file, preferences.names)
                root = _root_for(parcel.job, named.kind, preferences, roots)
                films[each.path] = (root, named)
                path = await self._put(file, root, named.path, preferences, roots)
                results.append(_imported(each.path, sizes[each.path], path))
        where = {each.path: Path(each.imported_path) for each in results if each.imported_path}
        for each in sorted_out:
            if each.take == "subtitle" and each.follows in films and each.follows in where:
                root, named = films[each.follows]
                name = subtitle_name(each.path, each.follows, where[each.follows].stem)
                path = await self._put(
                    parcel.folder / each.path, root, named.path.with_name(name), preferences, roots
                )
                results.append(_imported(each.path, sizes[each.path], path))
        parcel.files = results
        await store.set_files(self._db, parcel.job.id, results)
        if not parcel.imported():
            raise Blocked(_nothing(results))

    async def _put(
        self, file: Path, root: Root, name: PurePosixPath, preferences: Preferences,
        roots: Sequence[Root],
    ) -> str:  # fmt: skip
        inside = any(is_below(str(file), each.path) for each in roots)
        if preferences.way == "in_place":
            if not inside:
                raise Blocked(
                    "Downloads are to stay where they are, but their folder is in no library folder"
                )
            return str(file)
        try:
            placed = await asyncio.to_thread(
                place, file, Path(root.path), name, reserve=self._reserve,
                copy=preferences.way == "copy",
            )  # fmt: skip
        except NotPlaced:
            if inside:
                return str(file)
            raise
        return str(placed.path)

    async def _scan(self, parcels: Sequence[_Parcel]) -> None:
        """Look through the folders that got something, one after the other."""
        folders = {str(Path(path).parent) for each in parcels for path in each.imported()}
        for folder in sorted(folders):
            for _ in range(_SCAN_TRIES):
                try:
                    await self._library.scan([folder], _silently)
                    break
                except Unavailable:
                    await asyncio.sleep(_SCAN_PAUSE)

    async def _finish(self, parcel: _Parcel) -> None:
        """Say which download brought the files, and what they are where somebody knows."""
        job, paths = parcel.job, parcel.imported()
        items = await self._library.credit(job.id, paths)
        for item in items:
            if job.media_id is not None and item.media_id != job.media_id:
                try:
                    await self._library.match(item.id, Choice(job.media_id), force=True)
                except SeenError as error:
                    log.info("downloads: left to the review", file=item.file_name, why=str(error))
            elif job.media_id is None and item.media_id is not None:
                await store.set_media(self._db, job.id, item.media_id)
        out = [each for each in parcel.files if each.state == "kept_out"]
        reason = f"{counted(len(out), 'file')} kept out" if out else ""
        message = f"In the library: {counted(len(paths), 'file')}"
        gone = [f.path for f in parcel.files if f.state == "imported"
                and not is_below(f.imported_path, str(parcel.folder))]  # fmt: skip
        await asyncio.to_thread(clear, parcel.folder, gone)
        # Told last: whoever hears of it finds nothing left over.
        await self._note(job, "imported", reason, f"{message}, {reason}" if out else message)


async def _silently(_done: int, _total: int, _message: str) -> None:
    """The scan's own progress would only flicker here."""


def _root_for(job: Job, kind: str, preferences: Preferences, roots: Sequence[Root]) -> Root:
    """The library folder that was chosen. Raises Blocked."""
    wanted = job.root_id or preferences.root_for(kind)
    if wanted is None:
        raise Blocked(
            "No library folder was chosen for downloads; an admin can choose one on the page "
            "Admin, Downloads"
        )
    for each in roots:
        if each.id == wanted:
            return each
    raise Blocked("The library folder that was chosen for downloads is not there any more")


def _imported(path: str, size: int, where: str) -> JobFile:
    return JobFile(path, size, size, "imported", "", where)


def _kept_out(path: str, size: int, reason: str) -> JobFile:
    return JobFile(path, size, size, "kept_out", reason)


def _nothing(files: Sequence[JobFile]) -> str:
    """Why nothing of a download may come in: the gravest reason."""
    harmful = [each for each in files if "harm" in each.reason or " is a " in each.reason]
    told = (harmful or list(files))[:1]
    if not told:
        return "There is no file in it"
    return f"{told[0].path}: {told[0].reason[:1].lower()}{told[0].reason[1:]}"
