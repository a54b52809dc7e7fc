"""What workers ask: leases, places, and what is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from seen.core.db import Executor
from seen.downloads.model.records import Job
from seen.downloads.store.rows import JOB, JOB_OF_J, job_of

_NEEDS_WORK = "(status in ('preparing', 'downloading') or needs_release)"
# Any number will do as long as every version of this program uses the same one.
_DISPATCH_LOCK = 0x5EE_0003


@dataclass(frozen=True, slots=True)
class Leased:
    """A job this worker looks after. ``previous`` is who did before, if that was somebody else."""

    job: Job
    previous: str | None


async def is_idle(db: Executor) -> bool:
    """Whether there is nothing at all to do, neither now nor later."""
    found: bool = await db.fetchval(
        "select not exists (select 1 from download_jobs where status in"
        "   ('queued', 'preparing', 'downloading', 'stalled', 'retrying'))"
        f" and not exists (select 1 from download_jobs where {_NEEDS_WORK})"
        " and not exists (select 1 from download_jobs"
        "   where import_state in ('waiting', 'importing'))"
        " and not exists (select 1 from download_engines_leaving)"
    )
    return found


async def renew(db: Executor, owner: str, seconds: float) -> list[Leased]:
    """Keep this worker's leases, and take over those that ended; answers with all of them."""
    rows = await db.fetch(
        "with mine as ("
        f" select id, lease_owner as previous from download_jobs where {_NEEDS_WORK}"
        "  and (lease_owner = $1 or lease_owner is null or lease_until < now())"
        "  for update skip locked)"
        " update download_jobs j set lease_owner = $1,"
        "  lease_until = now() + make_interval(secs => $2),"
        "  lease_token = case when mine.previous = $1 then j.lease_token"
        "   else nextval('download_lease_tokens') end"
        f" from mine where j.id = mine.id returning {JOB_OF_J}, mine.previous",
        owner,
        seconds,
    )
    return [
        Leased(job_of(row), row["previous"] if row["previous"] != owner else None) for row in rows
    ]


async def leased(db: Executor, owner: str) -> list[Job]:
    """The jobs that this worker looks after, as they are now."""
    rows = await db.fetch(
        f"select {JOB} from download_jobs where lease_owner = $1 and {_NEEDS_WORK}", owner
    )
    return [job_of(row) for row in rows]


async def let_go(db: Executor, owner: str) -> None:
    """Give all leases back, so that others need not wait for their end."""
    await db.execute("update download_jobs set lease_until = now() where lease_owner = $1", owner)


async def take(db: Executor, ids: Sequence[UUID], owner: str, seconds: float) -> None:
    """Lease jobs that this transaction has locked."""
    await db.execute(
        "update download_jobs set lease_owner = $2,"
        " lease_until = now() + make_interval(secs => $3),"
        " lease_token = nextval('download_lease_tokens') where id = any($1::uuid[])",
        list(ids),
        owner,
        seconds,
    )


async def jobs_by_id(db: Executor, ids: Sequence[UUID]) -> list[Job]:
    rows = await db.fetch(f"select {JOB} from download_jobs where id = any($1::uuid[])", list(ids))
    return [job_of(row) for row in rows]


async def one_at_a_time(db: Executor) -> None:
    """Let one dispatcher count and give out places at a time; until the transaction ends."""
    await db.execute("select pg_advisory_xact_lock($1)", _DISPATCH_LOCK)


async def taken_places(db: Executor) -> int:
    """How many downloads run."""
    count: int = await db.fetchval(
        "select count(*) from download_jobs"
        " where status in ('preparing', 'downloading') and not held"
    )
    return count


async def next_in_line(db: Executor, schemes: Sequence[str], limit: int) -> list[Job]:
    """The jobs whose turn it is, locked: those that wait for nothing but a place.

    What another engine still holds, or is being fetched by another job, is left out.
    """
    rows = await db.fetch(
        f"select {JOB} from download_jobs j where status in ('queued', 'retrying')"
        " and not paused and not needs_release and scheme = any($1::text[])"
        " and coalesce(not_before <= now(), true)"
        " and (content_key = '' or not exists (select 1 from download_jobs o"
        "   where o.content_key = j.content_key and o.id <> j.id"
        "   and (o.status in ('preparing', 'downloading') or o.needs_release)))"
        " order by priority desc, queue_position, id limit $2 for update skip locked",
        list(schemes),
        limit,
    )
    return [job_of(row) for row in rows]


async def held_jobs(db: Executor, owner: str, engines: Sequence[str], limit: int) -> list[Job]:
    """Jobs of this worker that wait for a place to go on, with one of these engines, locked."""
    rows = await db.fetch(
        f"select {JOB} from download_jobs where lease_owner = $1 and status = 'downloading'"
        " and held and not paused"
        " and (engine_instance_id is null or engine_instance_id = any($2::text[]))"
        " order by priority desc, started_at, id limit $3 for update skip locked",
        owner,
        list(engines),
        limit,
    )
    return [job_of(row) for row in rows]


async def first_waiting(db: Executor, schemes: Sequence[str], limit: int) -> list[Job]:
    """The first jobs in line whose sources are of these kinds."""
    rows = await db.fetch(
        f"select {JOB} from download_jobs where status in ('queued', 'retrying') and not paused"
        " and scheme = any($1::text[]) and coalesce(not_before <= now(), true)"
        " order by priority desc, queue_position, id limit $2",
        list(schemes),
        limit,
    )
    return [job_of(row) for row in rows]


async def due_jobs(db: Executor, now: datetime, limit: int) -> list[Job]:
    """Stalled jobs whose pause is over, locked."""
    rows = await db.fetch(
        f"select {JOB} from download_jobs where status = 'stalled' and not paused"
        " and not_before <= $1 order by not_before limit $2 for update skip locked",
        now,
        limit,
    )
    return [job_of(row) for row in rows]


async def waits_for_import(db: Executor) -> bool:
    """Whether a download is complete and nobody has dealt with its files yet."""
    found: bool = await db.fetchval(
        "select exists (select 1 from download_jobs"
        " where import_state in ('waiting', 'importing') and not needs_release)"
    )
    return found


async def leaving_engines(db: Executor) -> Mapping[str, str]:
    """Engines that an admin wants to leave, and in which way."""
    rows = await db.fetch("select instance_id, way from download_engines_leaving")
    return {row["instance_id"]: row["way"] for row in rows}


async def torrent_of(db: Executor, job_id: UUID) -> bytes | None:
    """The checked torrent file of a job."""
    found: bytes | None = await db.fetchval(
        "select metainfo from download_torrents where job_id = $1", job_id
    )
    return found


async def runs_elsewhere(db: Executor, job_id: UUID, content_key: str) -> bool:
    """Whether another job that runs brings this content."""
    found: bool = await db.fetchval(
        "select exists (select 1 from download_jobs where content_key = $2 and id <> $1"
        " and (status in ('preparing', 'downloading') or needs_release))",
        job_id,
        content_key,
    )
    return found


async def promised_bytes(db: Executor) -> int:
    """Bytes that running downloads still have to bring, as far as anybody knows."""
    found: int = await db.fetchval(
        "select coalesce(sum(greatest(0, bytes_total - bytes_downloaded)), 0)::bigint"
        " from download_jobs where status in ('preparing', 'downloading') and not held"
    )
    return found


async def set_content(db: Executor, job_id: UUID, content_key: str, title: str, total: int) -> None:
    """Note what a torrent file that was fetched says; the job's name only where it had none."""
    await db.execute(
        "update download_jobs set content_key = $2, bytes_total = $4,"
        " title = case when title = '' then $3 else title end where id = $1",
        job_id,
        content_key,
        title,
        total,
    )
