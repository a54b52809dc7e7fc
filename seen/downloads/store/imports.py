"""Finished downloads on their way into the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from seen.core.db import Executor
from seen.downloads.model.records import Job, JobFile
from seen.downloads.model.states import ImportState
from seen.downloads.store.changes import Written
from seen.downloads.store.rows import JOB, job_of

_SETTING = "downloads"


async def waiting_imports(db: Executor, limit: int) -> list[Job]:
    """Complete downloads that no engine holds any more and nobody has dealt with, oldest first."""
    rows = await db.fetch(
        f"select {JOB} from download_jobs where import_state in ('waiting', 'importing')"
        " and not needs_release order by completed_at, id limit $1",
        limit,
    )
    return [job_of(row) for row in rows]


async def set_import(
    db: Executor, job_id: UUID, state: ImportState, reason: str, message: str
) -> list[Written]:
    """Write how far the hand-over is, with an event where there is a message."""
    rows = await db.fetch(
        "with written as ("
        " update download_jobs set import_state = $2, import_reason = $3, updated_at = now()"
        "  where id = $1 and status = 'completed' returning id, user_id, status"
        "), told as ("
        " insert into download_events (job_id, status, message, progress_percent, payload)"
        "  select id, status, $4, 100, jsonb_build_object('reason', 'import_' || $2)"
        "   from written where $4 <> '')"
        " select id, user_id, status from written",
        job_id,
        state,
        reason,
        message,
    )
    return [Written(row["id"], row["user_id"], row["status"]) for row in rows]


async def set_media(db: Executor, job_id: UUID, media_id: UUID) -> None:
    """Note which title a download turned out to be, where nobody had said so."""
    await db.execute(
        "update download_jobs set media_id = coalesce(media_id, $2) where id = $1", job_id, media_id
    )


async def set_files(db: Executor, job_id: UUID, files: Sequence[JobFile]) -> None:
    """Write what became of a job's files."""
    await db.execute(
        "insert into download_files (job_id, path, size_bytes, done_bytes, state, reason,"
        " imported_path)"
        " select $1, * from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],"
        "  $7::text[])"
        " on conflict (job_id, path) do update set state = excluded.state,"
        " reason = excluded.reason, imported_path = excluded.imported_path",
        job_id,
        [each.path for each in files],
        [each.size_bytes for each in files],
        [each.done_bytes for each in files],
        [each.state for each in files],
        [each.reason for each in files],
        [each.imported_path for each in files],
    )


async def preferences(db: Executor) -> Any:
    """What an admin has decided, as it was stored; None where nothing was."""
    return await db.fetchval("select value from server_settings where name = $1", _SETTING)


async def set_preferences(db: Executor, value: Any) -> None:
    await db.execute(
        "insert into server_settings (name, value) values ($1, $2)"
        " on conflict (name) do update set value = excluded.value, updated_at = now()",
        _SETTING,
        value,
    )


async def forget_blocked(db: Executor) -> None:
    """Let all downloads that could not come into the library be looked at again: what was in their
    way may be gone."""
    await db.execute(
        "update download_jobs set import_state = 'waiting', import_reason = ''"
        " where import_state = 'blocked' and not removed"
    )
