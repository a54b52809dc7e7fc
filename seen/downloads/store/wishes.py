"""What people ask for and change, and what admins want of engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from seen.core.db import Executor
from seen.downloads.model.records import Job
from seen.downloads.model.sources import Source
from seen.downloads.store.changes import Written
from seen.downloads.store.rows import JOB, job_of


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


async def twin(db: Executor, user_id: UUID, content_key: str) -> UUID | None:
    """A person's unfinished job for the same content."""
    found: UUID | None = await db.fetchval(
        "select id from download_jobs where user_id = $1 and content_key = $2"
        " and status not in ('completed', 'failed', 'cancelled') limit 1",
        user_id,
        content_key,
    )
    return found


async def lock_person(db: Executor, user_id: UUID) -> None:
    """Let one request of a person at a time add downloads, until the transaction ends."""
    await db.execute("select pg_advisory_xact_lock(hashtextextended($1::text, 22))", str(user_id))


async def lock_jobs(
    db: Executor, job_ids: Sequence[UUID], viewer_id: UUID, *, everyone: bool
) -> list[Job]:
    """Some jobs of a person, or with ``everyone`` of anybody, locked until the transaction ends."""
    rows = await db.fetch(
        f"select {JOB} from download_jobs where id = any($1::uuid[]) and ($3 or user_id = $2)"
        " and not removed order by id for update",
        list(job_ids),
        viewer_id,
        everyone,
    )
    return [job_of(row) for row in rows]


async def set_paused(db: Executor, job_ids: Sequence[UUID], paused: bool) -> list[Written]:
    """Let jobs rest or go on, with an event for each. One that runs gives its place back at
    once."""
    rows = await db.fetch(
        "with written as ("
        " update download_jobs set paused = $2, updated_at = now(),"
        "  held = case when $2 then status in ('preparing', 'downloading') else held end,"
        "  download_speed_mbps = 0, eta_seconds = null where id = any($1::uuid[])"
        "  returning id, user_id, status, progress_percent"
        "), told as ("
        " insert into download_events (job_id, status, message, progress_percent, payload)"
        "  select id, status, case when $2 then 'Paused' else 'Resumed' end, progress_percent,"
        "   jsonb_build_object('reason', case when $2 then 'paused' else 'resumed' end)"
        "   from written"
        ") select id, user_id, status from written",
        list(job_ids),
        paused,
    )
    return [Written(row["id"], row["user_id"], row["status"]) for row in rows]


async def set_label(
    db: Executor, job_id: UUID, title: str, media_id: UUID | None, priority: int
) -> None:
    await db.execute(
        "update download_jobs set title = $2, media_id = $3, priority = $4, updated_at = now()"
        " where id = $1",
        job_id,
        title,
        media_id,
        priority,
    )


async def set_removed(db: Executor, job_ids: Sequence[UUID]) -> list[Written]:
    """Take jobs off the list; a worker takes their folders away, and then the rows."""
    rows = await db.fetch(
        "update download_jobs set removed = true, needs_release = true"
        " where id = any($1::uuid[]) returning id, user_id, status",
        list(job_ids),
    )
    return [Written(row["id"], row["user_id"], row["status"]) for row in rows]


async def delete_removed(db: Executor, job_id: UUID, token: int | None) -> None:
    """Forget a job that somebody took off the list, while this worker looks after it."""
    await db.execute(
        "delete from download_jobs where id = $1 and removed and lease_token = $2", job_id, token
    )


async def in_line(db: Executor, user_id: UUID) -> list[tuple[UUID, int, int]]:
    """A person's waiting jobs in the order in which they come: id, priority and position; locked
    until the transaction ends."""
    rows = await db.fetch(
        "select id, priority, queue_position from download_jobs where user_id = $1"
        " and status in ('queued', 'retrying') and queue_position is not null and not removed"
        " order by priority desc, queue_position, id for update",
        user_id,
    )
    return [(row["id"], row["priority"], row["queue_position"]) for row in rows]


async def set_positions(db: Executor, positions: Mapping[UUID, int]) -> None:
    await db.execute(
        "update download_jobs j set queue_position = p.position, updated_at = now()"
        " from unnest($1::uuid[], $2::integer[]) as p (id, position)"
        " where j.id = p.id and j.queue_position is distinct from p.position",
        list(positions),
        list(positions.values()),
    )


async def jobs_of_engine(db: Executor, instance_id: str) -> int:
    """How many jobs a plugin's engines have in hand."""
    count: int = await db.fetchval(
        "select count(*) from download_jobs where engine_instance_id = $1"
        " and (status in ('preparing', 'downloading') or needs_release)",
        instance_id,
    )
    return count


async def engine_loads(db: Executor) -> dict[str, tuple[int, str]]:
    """For each plugin with downloads in hand, or that is to be left: how many, and which way."""
    rows = await db.fetch(
        "select coalesce(j.instance_id, l.instance_id) as instance_id, coalesce(j.jobs, 0) as jobs,"
        " coalesce(l.way, '') as way"
        " from (select engine_instance_id as instance_id, count(*) as jobs from download_jobs"
        "   where engine_instance_id is not null"
        "   and (status in ('preparing', 'downloading') or needs_release) group by 1) j"
        " full join download_engines_leaving l on l.instance_id = j.instance_id"
    )
    return {row["instance_id"]: (row["jobs"], row["way"]) for row in rows}


async def set_leaving(db: Executor, instance_id: str, way: str) -> None:
    """Let jobs leave a plugin's engines, in one of two ways."""
    await db.execute(
        "insert into download_engines_leaving (instance_id, way) values ($1, $2)"
        " on conflict (instance_id) do update set way = excluded.way, requested_at = now()",
        instance_id,
        way,
    )


async def set_staying(db: Executor, instance_id: str) -> bool:
    """Nobody need leave a plugin's engines; False when nobody was to."""
    status = await db.execute(
        "delete from download_engines_leaving where instance_id = $1", instance_id
    )
    return status != "DELETE 0"


async def has_media(db: Executor, media_id: UUID) -> bool:
    """Whether the catalog has a title."""
    found: bool = await db.fetchval(
        "select exists (select 1 from media_items where id = $1)", media_id
    )
    return found


async def has_root(db: Executor, root_id: UUID) -> bool:
    """Whether there is such a library folder."""
    found: bool = await db.fetchval(
        "select exists (select 1 from library_roots where id = $1)", root_id
    )
    return found


async def keep_torrent(db: Executor, job_id: UUID, metainfo: bytes) -> None:
    """Keep the checked torrent file of a job."""
    await db.execute(
        "insert into download_torrents (job_id, metainfo) values ($1, $2)"
        " on conflict (job_id) do update set metainfo = excluded.metainfo",
        job_id,
        metainfo,
    )
