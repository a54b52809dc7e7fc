"""What people do with downloads."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from seen.core.db import Connection, Database
from seen.core.egress import Allowlist
from seen.core.errors import Conflict, Forbidden, Invalid, NotHere, SeenError
from seen.core.events import Event, Events
from seen.core.ids import new_id
from seen.core.kept import Kept
from seen.core.text import clean
from seen.core.viewer import Viewer
from seen.core.wording import size
from seen.downloads import store
from seen.downloads.disk import free_bytes
from seen.downloads.ledger import CHANGED, tell
from seen.downloads.model.deeds import Action, Deed, deed_for
from seen.downloads.model.preferences import Quota, read_preferences
from seen.downloads.model.records import Job, JobEvent, JobFile, SourceType
from seen.downloads.model.sources import LONGEST_TITLE, Source, read_source
from seen.downloads.model.states import UNFINISHED, Status
from seen.downloads.model.steps import Change
from seen.downloads.model.torrents import Torrent, read_torrent
from seen.downloads.monitor import MOVED
from seen.downloads.store import Load, Place, Row, Wanted

Move = Literal["up", "down", "first", "last"]


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for. ``title`` is a label, ``media_id`` the title it is meant to be."""

    source_type: SourceType = "torrent"
    source: str = ""
    title: str = ""
    media_id: UUID | None = None
    root_id: UUID | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """All downloads in a few figures: how many in each state, what runs, and free bytes (None
    where the disk cannot be asked)."""

    counts: dict[str, int]
    load: Load
    free: int | None


class Downloads:
    """A person sees and changes their own downloads; an admin may do so with everybody's."""

    def __init__(self, db: Database, events: Events, allow: Allowlist, folder: Path) -> None:
        self._db = db
        self._events = events
        self._allow = allow
        self._folder = folder
        self._running = Kept[str, Load](events, (CHANGED, MOVED))

    # --- asking for something ----------------------------------------------------------------

    async def submit(self, viewer: Viewer, request: Request) -> Job:
        """Put a download in line.

        Raises Invalid for a source that cannot be one or points into a private network, Conflict
        when the person is fetching the same already or may have no more.
        """
        source = read_source(request.source_type, request.source, self._allow)
        return await self._submit(viewer, request, source, None)

    async def submit_torrent(self, viewer: Viewer, data: bytes, request: Request) -> Job:
        """Put the content of a torrent file in line. Raises Invalid with what is wrong with the
        file, and Conflict as :meth:`submit` does."""
        torrent = await asyncio.to_thread(read_torrent, data, self._allow)
        source = Source(
            "torrent", "torrent", torrent.magnet, torrent.content_key, torrent.name,
            torrent.left_out,
        )  # fmt: skip
        return await self._submit(viewer, request, source, torrent)

    async def _submit(
        self, viewer: Viewer, request: Request, source: Source, torrent: Torrent | None
    ) -> Job:
        if request.priority > 0 and not viewer.is_admin:
            raise Forbidden("Only an admin may put a download before those of all others.")
        wanted = Wanted(
            new_id(), viewer.user_id, source, clean(request.title, LONGEST_TITLE) or source.title,
            request.media_id, request.root_id, request.priority, torrent.total if torrent else 0,
        )  # fmt: skip
        async with self._db.transaction() as connection:
            await store.lock_person(connection, viewer.user_id)
            await self._check_twin(connection, viewer, source)
            await self._check_quota(connection, viewer, wanted.bytes_total)
            await self._check_links(connection, wanted)
            job = await store.insert_job(connection, wanted)
            if torrent is not None:
                await store.keep_torrent(connection, job.id, torrent.metainfo)
                files = [JobFile(path, size, 0) for path, size in torrent.files]
                await store.set_files(connection, job.id, files)
            facts: dict[str, object] = {"reason": "submitted"}
            if source.left_out:
                facts["leftOut"] = list(source.left_out[:20])
            await self._note(connection, job, "Added", facts)
        return job

    async def _check_twin(self, connection: Connection, viewer: Viewer, source: Source) -> None:
        if not source.content_key:
            return
        if twin := await store.twin(connection, viewer.user_id, source.content_key):
            raise Conflict("You are downloading this already.", code="known", download=str(twin))

    async def _check_quota(self, connection: Connection, viewer: Viewer, more: int) -> None:
        quota = await self._quota(connection, viewer.user_id)
        jobs, amount = await store.usage(connection, viewer.user_id)
        if quota.jobs and jobs >= quota.jobs:
            raise Conflict(
                f"You have {jobs} unfinished downloads, and may have {quota.jobs}.",
                code="quota_jobs",
            )
        if quota.bytes and amount + more > quota.bytes:
            raise Conflict(
                f"You may download {size(quota.bytes)} in 30 days, and this would be "
                f"{size(amount + more)}.", code="quota_bytes",
            )  # fmt: skip

    async def _quota(self, connection: Connection, user_id: UUID) -> Quota:
        usual = read_preferences(await store.preferences(connection))
        return Quota.of(usual, await store.own_quota(connection, user_id))

    async def _check_links(self, connection: Connection, wanted: Wanted) -> None:
        """What a request names must exist."""
        if wanted.media_id and not await store.has_media(connection, wanted.media_id):
            raise NotHere("There is no such title.")
        if wanted.root_id and not await store.has_root(connection, wanted.root_id):
            raise NotHere("There is no such library folder.")

    # --- reading -----------------------------------------------------------------------------

    async def job(self, viewer: Viewer, job_id: UUID) -> Job:
        """One download. Raises NotHere, for somebody else's as well."""
        found = await store.job(self._db, job_id, viewer.user_id, everyone=viewer.is_admin)
        if found is None:
            raise NotHere("There is no such download.")
        return found

    async def jobs(
        self, viewer: Viewer, *, statuses: Collection[Status] = (), everyone: bool = False,
        after: Place | None = None, limit: int = 20,
    ) -> tuple[list[Job], Place | None]:  # fmt: skip
        """A page of downloads, last changed first, and where the next one begins (None at the
        end). ``everyone`` has no meaning for those who are not admins."""
        rows = await store.jobs(
            self._db, viewer.user_id, everyone=everyone and viewer.is_admin, statuses=statuses,
            after=after, limit=limit + 1,
        )  # fmt: skip
        page = rows[:limit]
        return page, (page[-1].updated_at, page[-1].id) if len(rows) > limit else None

    async def rows(
        self, viewer: Viewer, *, statuses: Collection[Status], everyone: bool,
        after: Row | None, limit: int,
    ) -> tuple[list[Job], Row | None]:  # fmt: skip
        """A page of downloads as people look at them: what moves, what waits in the order of the
        line, what has ended; and where the next page begins."""
        found = await store.rows(
            self._db, viewer.user_id, everyone=everyone and viewer.is_admin, statuses=statuses,
            after=after, limit=limit + 1,
        )  # fmt: skip
        page = found[:limit]
        return [each for each, _ in page], page[-1][1] if len(found) > limit else None

    async def unfinished(self, user_id: UUID, limit: int) -> list[Job]:
        """A person's downloads that have not ended, those that move first."""
        found = await store.rows(
            self._db, user_id, everyone=False, statuses=UNFINISHED, after=None, limit=limit
        )
        return [each for each, _ in found]

    async def main_files(self, job_ids: Sequence[UUID]) -> dict[UUID, str]:
        """The largest file of each of some downloads."""
        return await store.main_files(self._db, job_ids)

    async def places(self, job_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many are before each of some downloads that wait in line."""
        return await store.places(self._db, job_ids)

    async def events(
        self, viewer: Viewer, job_id: UUID, after: datetime | None = None, limit: int = 100
    ) -> list[JobEvent]:
        """What happened to a download, in order. Raises NotHere."""
        await self.job(viewer, job_id)
        return await store.events(self._db, job_id, after, limit)

    async def files(self, viewer: Viewer, job_id: UUID) -> list[JobFile]:
        """The files of a download as far as they are known. Raises NotHere."""
        await self.job(viewer, job_id)
        return await store.files(self._db, job_id)

    async def summary(self, viewer: Viewer, *, everyone: bool = False) -> Summary:
        """A person's downloads, or everybody's, in a few figures."""
        everyone = everyone and viewer.is_admin
        async with self._db.connection() as connection:
            counts = await store.counts(connection, viewer.user_id, everyone=everyone)
            load = await store.load(connection, viewer.user_id, everyone=everyone)
        try:
            free = await asyncio.to_thread(free_bytes, self._folder)
        except OSError:
            free = None
        return Summary(counts, load, free)

    async def running(self, user_id: UUID) -> Load:
        """What runs for a person: for the head of every page."""
        return await self._running.get(
            str(user_id), lambda: store.load(self._db, user_id, everyone=False)
        )

    async def of_titles(self, viewer_id: UUID, media_ids: Sequence[UUID]) -> dict[UUID, Job]:
        """The person's latest download of each of some titles, in one query; see also ``mark_of``
        in ``pages/marks.py``."""
        found = await store.of_media(self._db, viewer_id, media_ids)
        return {each.media_id: each for each in found if each.media_id is not None}

    async def of_title(self, viewer_id: UUID, media_id: UUID) -> Job | None:
        """The person's latest download of a title, cancelled ones left out."""
        return (await self.of_titles(viewer_id, [media_id])).get(media_id)

    # --- changing ----------------------------------------------------------------------------

    async def do(self, viewer: Viewer, job_id: UUID, action: Action) -> Job:
        """Do something with one download.

        ``pause`` lets it rest and gives its place to another one, ``resume`` lets it go on as soon
        as there is a place, ``retry`` tries it again now (or the hand-over of one that could not
        come into the library), ``cancel`` ends it and takes its files away, which leaves one that
        has ended as it is, ``remove`` takes it off the list. Raises NotHere, or Conflict where the
        download is in no state for it.
        """
        async with self._db.transaction() as connection:
            errors = await self._do(connection, viewer, [job_id], action)
            if error := errors[job_id]:
                raise error
            found = await store.jobs_by_id(connection, [job_id])
        return found[0]

    async def do_all(
        self, viewer: Viewer, job_ids: Sequence[UUID], action: Action
    ) -> dict[UUID, str]:
        """Do the same with many downloads; for each "" or the reason why not."""
        async with self._db.transaction() as connection:
            errors = await self._do(connection, viewer, job_ids, action)
        return {job_id: error.detail if error else "" for job_id, error in errors.items()}

    async def _do(
        self, connection: Connection, viewer: Viewer, job_ids: Sequence[UUID], action: Action
    ) -> dict[UUID, SeenError | None]:
        locked = await store.lock_jobs(
            connection, job_ids, viewer.user_id, everyone=viewer.is_admin
        )
        jobs = {each.id: each for each in locked}
        errors: dict[UUID, SeenError | None] = {}
        deeds: list[tuple[Job, Deed]] = []
        for job_id in dict.fromkeys(job_ids):
            try:
                if job_id not in jobs:
                    raise NotHere("There is no such download.")
                deeds.append((jobs[job_id], deed_for(jobs[job_id], action)))
                errors[job_id] = None
            except SeenError as error:
                errors[job_id] = error
        await self._apply(connection, deeds)
        return errors

    async def _apply(self, connection: Connection, deeds: Sequence[tuple[Job, Deed]]) -> None:
        changes = [deed for _, deed in deeds if isinstance(deed, Change)]
        written = await store.write_changes(connection, changes, fenced=False)
        for what in ("pause", "resume"):
            ids = [job.id for job, deed in deeds if deed == what]
            written += await store.set_paused(connection, ids, what == "pause")
        for job, deed in deeds:
            if deed == "import":
                said = "Trying again"
                written += await store.set_import(connection, job.id, "waiting", "", said)
        removed = [job.id for job, deed in deeds if deed == "remove"]
        written += await store.set_removed(connection, removed)
        await tell(self._events, connection, written)

    async def change(
        self, viewer: Viewer, job_id: UUID, *, title: str | None = None,
        media_id: UUID | Literal[""] | None = None, priority: int | None = None,
    ) -> Job:  # fmt: skip
        """Change a download's label, the title it is meant to be ("" for none), or its priority.

        Raises NotHere, or Forbidden where only an admin may do so.
        """
        if priority is not None and priority > 0 and not viewer.is_admin:
            raise Forbidden("Only an admin may put a download before those of all others.")
        async with self._db.transaction() as connection:
            job = await self._locked(connection, viewer, job_id)
            if media_id and not await store.has_media(connection, media_id):
                raise NotHere("There is no such title.")
            await store.set_label(
                connection, job.id,
                job.title if title is None else clean(title, LONGEST_TITLE),
                job.media_id if media_id is None else media_id or None,
                job.priority if priority is None else priority,
            )  # fmt: skip
            await self._tell(connection, job)
        return await self.job(viewer, job_id)

    async def reorder(self, viewer: Viewer, job_ids: Sequence[UUID]) -> None:
        """Put waiting downloads of one person into this order, in the places that they have
        together. Raises NotHere for one that is not theirs, Invalid for one that does not wait."""
        if not job_ids:
            return
        async with self._db.transaction() as connection:
            owner = (await self._locked(connection, viewer, job_ids[0])).user_id
            line = await store.in_line(connection, owner)
            known = {each for each, _, _ in line}
            if any(each not in known for each in job_ids):
                raise Invalid("Only downloads that wait in line can be put in another order.")
            wanted = set(job_ids)
            places = [position for each, _, position in line if each in wanted]
            order = dict(zip(dict.fromkeys(job_ids), sorted(places), strict=True))
            await store.set_positions(connection, order)
            await self._tell(connection, await self._locked(connection, viewer, job_ids[0]))

    async def move(self, viewer: Viewer, job_id: UUID, to: Move) -> Job:
        """Move a waiting download among the others of its owner that wait with its priority."""
        async with self._db.transaction() as connection:
            job = await self._locked(connection, viewer, job_id)
            line = await store.in_line(connection, job.user_id)
        row = [each for each, priority, _ in line if priority == job.priority]
        if job_id not in row:
            raise Conflict("This download does not wait in line.", code="not_waiting")
        at = row.index(job_id)
        target = {"up": at - 1, "down": at + 1, "first": 0, "last": len(row) - 1}[to]
        row.remove(job_id)
        row.insert(max(0, target), job_id)
        await self.reorder(viewer, row)
        return await self.job(viewer, job_id)

    # --- inside ------------------------------------------------------------------------------

    async def _locked(self, connection: Connection, viewer: Viewer, job_id: UUID) -> Job:
        found = await store.job(
            connection, job_id, viewer.user_id, everyone=viewer.is_admin, lock=True
        )
        if found is None:
            raise NotHere("There is no such download.")
        return found

    async def _note(
        self, connection: Connection, job: Job, message: str, facts: dict[str, object]
    ) -> None:
        await store.insert_event(connection, job, message, facts)
        await self._tell(connection, job)

    async def _tell(self, connection: Connection, job: Job) -> None:
        event = Event(
            CHANGED, subject=str(job.id), user_id=str(job.user_id),
            facts={"jobs": {str(job.id): job.status}},
        )  # fmt: skip
        await self._events.emit(event, connection)
