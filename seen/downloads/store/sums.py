"""What downloads add up to: for the head of a page, and against quotas."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from seen.core.db import Executor


@dataclass(frozen=True, slots=True)
class Load:
    """What runs: bytes per second, bytes that are still missing, and how many jobs that is."""

    speed: int
    missing: int
    jobs: int
    percent: int


async def load(db: Executor, viewer_id: UUID, *, everyone: bool) -> Load:
    """What runs for a person, or for everybody."""
    row = await db.fetchrow(
        "select coalesce(sum(speeds[cardinality(speeds)]) filter (where status = 'downloading'"
        "   and not held), 0)::bigint as speed,"
        " coalesce(sum(greatest(0, bytes_total - bytes_downloaded)), 0)::bigint as missing,"
        " count(*) as jobs, coalesce(avg(progress_percent), 0)::integer as percent"
        " from download_jobs where (user_id = $1 or $2) and not removed"
        " and status in ('preparing', 'downloading')",
        viewer_id,
        everyone,
    )
    assert row is not None
    return Load(**dict(row))


async def usage(db: Executor, user_id: UUID) -> tuple[int, int]:
    """A person's unfinished jobs, and the bytes of what they asked for in the last 30 days."""
    row = await db.fetchrow(
        "select count(*) filter (where status not in ('completed', 'failed', 'cancelled')) as jobs,"
        " coalesce(sum(greatest(bytes_total, bytes_downloaded)) filter ("
        "   where status not in ('failed', 'cancelled')"
        "   and created_at > now() - interval '30 days'), 0)::bigint as bytes"
        " from download_jobs where user_id = $1",
        user_id,
    )
    assert row is not None
    return row["jobs"], row["bytes"]


async def own_quota(db: Executor, user_id: UUID) -> dict[str, int | None]:
    """What a person may have where that is not the usual."""
    row = await db.fetchrow("select jobs, bytes from download_quotas where user_id = $1", user_id)
    return dict(row) if row else {}


async def quotas(db: Executor) -> dict[UUID, tuple[int | None, int | None]]:
    """What people may have who are not like the others."""
    rows = await db.fetch("select user_id, jobs, bytes from download_quotas")
    return {row["user_id"]: (row["jobs"], row["bytes"]) for row in rows}


async def set_quota(db: Executor, user_id: UUID, jobs: int | None, amount: int | None) -> bool:
    """Give a person figures of their own; None is as usual. False when there is no such person."""
    status = await db.execute(
        "insert into download_quotas (user_id, jobs, bytes)"
        " select id, $2, $3 from users where id = $1"
        " on conflict (user_id) do update set jobs = excluded.jobs, bytes = excluded.bytes",
        user_id,
        jobs,
        amount,
    )
    return status != "INSERT 0 0"
