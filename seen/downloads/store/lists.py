"""What people see of downloads, and what they ask for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from seen.core.db import Executor
from seen.downloads.model.records import Job, JobEvent, JobFile
from seen.downloads.model.sources import Source
from seen.downloads.store.rows import JOB, event_of, file_of, job_of

Place = tuple[datetime, UUID]
"""Where a page of the list ends: the last row's time and id."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A new download."""

    id: UUID
    user_id: UUID
    source: Source
    title: str
    media_id: UUID | None
    root_id: UUID | None
    priority: int
    bytes_total: int


async def insert_job(db: Executor, wanted: Wanted) -> Job:
    """Put a download at the end of the line."""
    row = await db.fetchrow(
        "insert into download_jobs (id, user_id, media_id, root_id, source_type, source, scheme,"
        " content_key, title, priority, bytes_total, queue_position)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
        f" nextval('download_queue_positions')::integer) returning {JOB}",
        wanted.id,
        wanted.user_id,
        wanted.media_id,
        wanted.root_id,
        wanted.source.type,
        wanted.source.text,
        wanted.source.scheme,
        wanted.source.content_key,
        wanted.title,
        wanted.priority,
        wanted.bytes_total,
    )
    assert row is not None
    return job_of(row)


async def insert_event(db: Executor, job: Job, message: str, payload: Mapping[str, object]) -> None:
    """Note something that happened to a job without a step."""
    await db.execute(
        "insert into download_events (job_id, status, message, progress_percent, payload)"
        " values ($1, $2, $3, $4, $5)",
        job.id,
        job.status,
        message,
        job.progress_percent,
        dict(payload),
    )


async def job(
    db: Executor, job_id: UUID, viewer_id: UUID, *, everyone: bool, lock: bool = False
) -> Job | None:
    """A job of a person, or with ``everyone`` of anybody."""
    row = await db.fetchrow(
        f"select {JOB} from download_jobs where id = $1 and ($3 or user_id = $2)"
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
    conditions = ["$1::uuid is not null", whose]
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


async def twin(db: Executor, user_id: UUID, content_key: str) -> UUID | None:
    """A person's unfinished job for the same content."""
    found: UUID | None = await db.fetchval(
        "select id from download_jobs where user_id = $1 and content_key = $2"
        " and status not in ('completed', 'failed', 'cancelled') limit 1",
        user_id,
        content_key,
    )
    return found


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
        " and $1::uuid is not null group by status",
        viewer_id,
    )
    return {row["status"]: row["jobs"] for row in rows}


async def lock_person(db: Executor, user_id: UUID) -> None:
    """Let one request of a person at a time add downloads, until the transaction ends."""
    await db.execute("select pg_advisory_xact_lock(hashtextextended($1::text, 22))", str(user_id))
