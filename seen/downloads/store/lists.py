"""What people see of downloads, and what they ask for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from seen.core.db import Executor
from seen.downloads.model.records import Job, JobEvent, JobFile
from seen.downloads.store.rows import JOB, event_of, file_of, job_of

Place = tuple[datetime, UUID]
"""Where a page of the list ends: the last row's time and id."""


async def job(
    db: Executor, job_id: UUID, viewer_id: UUID, *, everyone: bool, lock: bool = False
) -> Job | None:
    """A job of a person, or with ``everyone`` of anybody."""
    row = await db.fetchrow(
        f"select {JOB} from download_jobs where id = $1 and ($3 or user_id = $2) and not removed"
        + (" for update" if lock else ""),
        job_id,
        viewer_id,
        everyone,
    )
    return job_of(row) if row else None


async def jobs(
    db: Executor, viewer_id: UUID, *, everyone: bool, statuses: Collection[str],
    after: Place | None, limit: int,
) -> list[Job]:  # fmt: skip
    """A page of jobs, last changed first; without statuses those in any."""
    whose = "true" if everyone else "user_id = $1"
    conditions = ["$1::uuid is not null", "not removed", whose]
    arguments: list[object] = [viewer_id, limit]
    if statuses:
        arguments.append(list(statuses))
        conditions.append(f"status = any(${len(arguments)}::text[])")
    if after is not None:
        arguments += after
        conditions.append(f"(updated_at, id) < (${len(arguments) - 1}, ${len(arguments)})")
    rows = await db.fetch(
        f"select {JOB} from download_jobs where {' and '.join(conditions)}"
        " order by updated_at desc, id desc limit $2",
        *arguments,
    )
    return [job_of(row) for row in rows]


async def events(db: Executor, job_id: UUID, after: datetime | None, limit: int) -> list[JobEvent]:
    """What happened to a job, in order, after a time."""
    rows = await db.fetch(
        "select id, status, message, progress_percent, payload, created_at from download_events"
        " where job_id = $1 and ($2::timestamptz is null or created_at > $2)"
        " order by created_at, id limit $3",
        job_id,
        after,
        limit,
    )
    return [event_of(row) for row in rows]


async def files(db: Executor, job_id: UUID) -> list[JobFile]:
    """The files of a job by path, as far as they are known."""
    rows = await db.fetch(
        "select path, size_bytes, done_bytes, state, reason, imported_path from download_files"
        " where job_id = $1 order by path",
        job_id,
    )
    return [file_of(row) for row in rows]


async def counts(db: Executor, viewer_id: UUID, *, everyone: bool) -> dict[str, int]:
    """How many jobs are in each state."""
    whose = "true" if everyone else "user_id = $1"
    rows = await db.fetch(
        f"select status, count(*) as jobs from download_jobs where {whose}"
        " and $1::uuid is not null and not removed group by status",
        viewer_id,
    )
    return {row["status"]: row["jobs"] for row in rows}


async def of_media(db: Executor, viewer_id: UUID, media_ids: Sequence[UUID]) -> list[Job]:
    """A person's latest download of each of some titles, cancelled ones left out."""
    rows = await db.fetch(
        f"select distinct on (media_id) {JOB} from download_jobs"
        " where media_id = any($2::uuid[]) and user_id = $1 and status <> 'cancelled'"
        " and not removed order by media_id, created_at desc",
        viewer_id,
        list(media_ids),
    )
    return [job_of(row) for row in rows]


# --- for the page --------------------------------------------------------------------------------

Row = tuple[int, float, UUID]
"""Where a page of the page's list ends: its group, the order in there, and the id."""

# What moves comes first, then what waits in the order of the line, then what has ended last.
_GROUP = (
    "case status when 'downloading' then 0 when 'preparing' then 0 when 'stalled' then 1"
    " when 'retrying' then 2 when 'queued' then 2 else 3 end"
)
_WITHIN = (
    "case when status in ('downloading', 'preparing')"
    "  then extract(epoch from coalesce(started_at, created_at))"
    " when status = 'stalled' then extract(epoch from coalesce(not_before, updated_at))"
    " when status in ('retrying', 'queued')"
    "  then coalesce(queue_position, 0) - 1e10 * priority"
    " else - extract(epoch from updated_at) end::double precision"
)


async def rows(
    db: Executor, viewer_id: UUID, *, everyone: bool, statuses: Collection[str],
    after: Row | None, limit: int,
) -> list[tuple[Job, Row]]:  # fmt: skip
    """A page of jobs in the order in which people look at them, each with its own place."""
    arguments: list[object] = [viewer_id, list(statuses), limit]
    whose = "$1::uuid is not null" if everyone else "user_id = $1"
    beyond = ""
    if after is not None:
        arguments += after
        beyond = "where (group_, within_, id) > ($4, $5, $6)"
    found = await db.fetch(
        f"select * from (select {JOB}, {_GROUP} as group_, {_WITHIN} as within_"
        f" from download_jobs where {whose} and not removed and status = any($2::text[])) j"
        f" {beyond} order by group_, within_, id limit $3",
        *arguments,
    )
    return [(job_of(row), (row["group_"], row["within_"], row["id"])) for row in found]


async def places(db: Executor, job_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many downloads are before each of some that wait in line."""
    found = await db.fetch(
        "select id, before from (select id, row_number() over"
        "   (order by priority desc, queue_position, id) - 1 as before from download_jobs"
        "   where status in ('queued', 'retrying') and not paused and not removed) line"
        " where id = any($1::uuid[])",
        list(job_ids),
    )
    return {row["id"]: row["before"] for row in found}


async def main_files(db: Executor, job_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The largest file of each of some jobs."""
    found = await db.fetch(
        "select distinct on (job_id) job_id, path from download_files"
        " where job_id = any($1::uuid[]) order by job_id, size_bytes desc, path",
        list(job_ids),
    )
    return {row["job_id"]: row["path"] for row in found}
