"""Steps of downloads, written: state and event in one statement, fenced by the lease's token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from seen.core.db import Executor
from seen.downloads.model.judging import Progress
from seen.downloads.model.records import JobFile
from seen.downloads.model.steps import Change

# How many of the last speeds are kept for the line.
SPEEDS = 40


@dataclass(frozen=True, slots=True)
class Written:
    """A job that was written, for telling others."""

    id: UUID
    user_id: UUID
    status: str


_CHANGE = """
with wanted as (
    select * from unnest(
        $1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::boolean[], $9::boolean[], $10::text[], $11::text[], $12::smallint[],
        $13::timestamptz[], $14::integer[], $15::bigint[], $16::bigint[], $17::integer[],
        $18::text[], $19::boolean[], $20::text[], $21::text[], $22::text[], $23::text[]
    ) as w (
        id, here, token, status, engine_instance_id, engine_id, engine_job_id, held, needs_release,
        status_message, error_message, retry_count, not_before, percent, bytes_total, bytes_done,
        eta_seconds, import_state, leased, reason, message, facts, with_engine_job
    )
), written as (
    update download_jobs j set
        status = w.status,
        engine_instance_id = w.engine_instance_id,
        engine_id = w.engine_id,
        engine_job_id = w.engine_job_id,
        held = w.status in ('preparing', 'downloading') and (w.held or j.paused),
        paused = j.paused and not (w.status in ('completed', 'cancelled') or w.here = 'failed'),
        needs_release = w.needs_release or j.removed,
        status_message = w.status_message,
        error_message = w.error_message,
        retry_count = w.retry_count,
        not_before = w.not_before,
        progress_percent = greatest(j.progress_percent, w.percent),
        bytes_total = case when w.status = 'completed'
            then greatest(j.bytes_downloaded, w.bytes_total) else j.bytes_total end,
        bytes_downloaded = greatest(j.bytes_downloaded, w.bytes_done),
        download_speed_mbps = case when w.status = 'downloading' and not w.held
            then j.download_speed_mbps else 0 end,
        eta_seconds = w.eta_seconds,
        import_state = w.import_state,
        queue_position = case
            when w.status = w.here then j.queue_position
            when w.status = 'retrying' then nextval('download_queue_positions')::integer
        end,
        lease_owner = case when w.leased then j.lease_owner end,
        lease_until = case when w.leased then j.lease_until end,
        updated_at = case when w.reason = '' then j.updated_at else now() end,
        started_at = case when w.status = 'downloading' then coalesce(j.started_at, now())
            else j.started_at end,
        completed_at = case when w.status = 'completed' then coalesce(j.completed_at, now()) end,
        cancelled_at = case when w.status = 'cancelled' then coalesce(j.cancelled_at, now()) end
    from wanted w
    where j.id = w.id and j.status = w.here and (w.token is null or j.lease_token = w.token)
        and j.engine_job_id is not distinct from w.with_engine_job
    returning j.id, j.user_id, j.status, j.progress_percent, w.reason, w.message, w.facts
), told as (
    insert into download_events (job_id, status, message, progress_percent, payload)
    select id, status, message, progress_percent, facts::jsonb from written where reason <> ''
)
select id, user_id, status from written
"""


async def write_changes(db: Executor, changes: Sequence[Change], *, fenced: bool) -> list[Written]:
    """Write steps of different jobs, and answer with those that were written.

    A job that has meanwhile moved on, or changed its engine, is left as it is; with ``fenced`` so
    is one that another worker has taken over.
    """
    if not changes:
        return []
    after = [each.after for each in changes]
    rows = await db.fetch(
        _CHANGE,
        [each.id for each in after],
        [each.before.status for each in changes],
        [each.before.lease_token if fenced else None for each in changes],
        [each.status for each in after],
        [each.engine_instance_id for each in after],
        [each.engine_id for each in after],
        [each.engine_job_id for each in after],
        [each.held for each in after],
        [each.needs_release for each in after],
        [each.status_message for each in after],
        [each.error_message for each in after],
        [each.retry_count for each in after],
        [each.not_before for each in after],
        [each.progress_percent for each in after],
        [each.bytes_total for each in after],
        [each.bytes_downloaded for each in after],
        [each.eta_seconds for each in after],
        [each.import_state for each in after],
        [each.lease_owner is not None for each in after],
        [each.reason for each in changes],
        [each.message for each in changes],
        [_payload(each) for each in changes],
        [each.before.engine_job_id for each in changes],
    )
    written = [Written(row["id"], row["user_id"], row["status"]) for row in rows]
    done = {each.id for each in written}
    of_jobs = [each for each in changes if each.after.id in done]
    await _put_files(db, [(each.after.id, file) for each in of_jobs for file in each.files or ()])
    return written


def _payload(change: Change) -> str:
    facts = {"reason": change.reason, **change.facts}
    if change.after.engine_instance_id is not None:
        facts.setdefault("engine", change.after.engine_instance_id)
    if change.after.retry_count:
        facts.setdefault("retry", change.after.retry_count)
    return msgspec.json.encode(facts).decode()


async def write_files(
    db: Executor, job_id: UUID, token: int | None, files: Sequence[JobFile]
) -> list[Written]:
    """Write which files a running job brings, in a transaction; nothing for a job that is not this
    worker's any more."""
    rows = await db.fetch(
        "select id, user_id, status from download_jobs"
        " where id = $1 and lease_token = $2 and status = 'downloading' for update",
        job_id,
        token,
    )
    if rows:
        await _put_files(db, [(job_id, file) for file in files])
    return [Written(row["id"], row["user_id"], row["status"]) for row in rows]


async def _put_files(db: Executor, rows: Sequence[tuple[UUID, JobFile]]) -> None:
    """Put what an engine says now in place of what was known of the files before."""
    if rows:
        ids = [job_id for job_id, _ in rows]
        await db.execute("delete from download_files where job_id = any($1::uuid[])", ids)
        await db.execute(
            "insert into download_files (job_id, path, size_bytes, done_bytes)"
            " select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[])"
            " on conflict do nothing",
            ids,
            [file.path for _, file in rows],
            [file.size_bytes for _, file in rows],
            [file.done_bytes for _, file in rows],
        )


async def write_progress(db: Executor, steps: Sequence[Progress]) -> list[Written]:
    """Write how far some jobs are; a job that is not this worker's any more is left out."""
    if not steps:
        return []
    rows = await db.fetch(
        "update download_jobs j set"
        " progress_percent = greatest(j.progress_percent, w.percent),"
        " bytes_total = greatest(j.bytes_downloaded, w.bytes_total),"
        " bytes_downloaded = greatest(j.bytes_downloaded, w.bytes_done),"
        " download_speed_mbps = w.megabits, eta_seconds = w.eta, status_message = w.message,"
        f" speeds = (j.speeds || w.speed)[greatest(1, cardinality(j.speeds) - {SPEEDS - 2}):],"
        " updated_at = now()"
        " from unnest($1::uuid[], $2::bigint[], $3::integer[], $4::bigint[], $5::bigint[],"
        "  $6::bigint[], $7::double precision[], $8::integer[], $9::text[])"
        " as w (id, token, percent, bytes_total, bytes_done, speed, megabits, eta, message)"
        " where j.id = w.id and j.lease_token = w.token and j.status = 'downloading'"
        " and not j.held"
        " returning j.id, j.user_id, j.status",
        [each.job_id for each in steps],
        [each.token for each in steps],
        [each.percent for each in steps],
        [each.bytes_total for each in steps],
        [each.bytes_done for each in steps],
        [each.speed for each in steps],
        [each.megabits for each in steps],
        [each.eta_seconds for each in steps],
        [each.message for each in steps],
    )
    return [Written(row["id"], row["user_id"], row["status"]) for row in rows]
