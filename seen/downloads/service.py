"""What people do with downloads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from seen.core.db import Connection, Database
from seen.core.egress import Allowlist
from seen.core.errors import Conflict, NotHere
from seen.core.events import Event, Events
from seen.core.ids import new_id
from seen.core.text import clean
from seen.core.viewer import Viewer
from seen.downloads import store
from seen.downloads.ledger import CHANGED, tell
from seen.downloads.model import steps
from seen.downloads.model.records import Job, JobEvent, JobFile, SourceType
from seen.downloads.model.sources import LONGEST_TITLE, Source, read_source
from seen.downloads.model.states import Status
from seen.downloads.store import Place, Wanted


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for. ``title`` is a label, ``media_id`` the title it is meant to be."""

    source_type: SourceType
    source: str
    title: str = ""
    media_id: UUID | None = None
    root_id: UUID | None = None
    priority: int = 0


class Downloads:
    """A person sees and changes their own downloads; an admin may do so with everybody's."""

    def __init__(self, db: Database, events: Events, allow: Allowlist) -> None:
        self._db = db
        self._events = events
        self._allow = allow

    async def submit(self, viewer: Viewer, request: Request) -> Job:
        """Put a download in line.

        Raises Invalid for a source that cannot be one or points into a private network, Conflict
        when the person is fetching the same already.
        """
        source = read_source(request.source_type, request.source, self._allow)
        return await self._submit(viewer, request, source)

    async def _submit(self, viewer: Viewer, request: Request, source: Source) -> Job:
        title = clean(request.title, LONGEST_TITLE) or source.title
        wanted = Wanted(
            new_id(), viewer.user_id, source, title, request.media_id, request.root_id,
            request.priority, 0,
        )  # fmt: skip
        async with self._db.transaction() as connection:
            await store.lock_person(connection, viewer.user_id)
            await self._check_twin(connection, viewer, source)
            job = await store.insert_job(connection, wanted)
            facts: dict[str, object] = {"reason": "submitted"}
            if source.left_out:
                facts["leftOut"] = list(source.left_out[:20])
            await store.insert_event(connection, job, "Added", facts)
            await self._events.emit(
                Event(
                    CHANGED, subject=str(job.id), user_id=str(job.user_id),
                    facts={"jobs": {str(job.id): job.status}},
                ),
                connection,
            )  # fmt: skip
        return job

    async def _check_twin(self, connection: Connection, viewer: Viewer, source: Source) -> None:
        if not source.content_key:
            return
        if twin := await store.twin(connection, viewer.user_id, source.content_key):
            raise Conflict("You are downloading this already.", code="known", download=str(twin))

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

    # --- changing ----------------------------------------------------------------------------

    async def cancel(self, viewer: Viewer, job_id: UUID) -> Job:
        """Cancel a download; one that has ended stays as it is. Raises NotHere."""
        async with self._db.transaction() as connection:
            job = await self._locked(connection, viewer, job_id)
            if not job.is_terminal:
                await self._write(connection, [steps.cancelled(job)])
        return await self.job(viewer, job_id)

    async def _locked(self, connection: Connection, viewer: Viewer, job_id: UUID) -> Job:
        found = await store.job(
            connection, job_id, viewer.user_id, everyone=viewer.is_admin, lock=True
        )
        if found is None:
            raise NotHere("There is no such download.")
        return found

    async def _write(self, connection: Connection, changes: Sequence[steps.Change]) -> None:
        written = await store.write_changes(connection, changes, fenced=False)
        await tell(self._events, connection, written)
