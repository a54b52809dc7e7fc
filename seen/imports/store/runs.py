"""Runs and their uploads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from seen.core.db import Executor, Row
from seen.imports.model.changes import Report, report_of

State = Literal["reading", "ready", "applying", "done", "failed"]

_RUN = (
    "select r.id, r.user_id, r.plugin, r.importer, r.name, r.file_name, r.state, r.message,"
    " r.report, r.take, r.act_id, r.created_at, r.ended_at, a.undone_by is not null as undone,"
    " j.done, j.total, j.message as doing"
    " from import_runs r left join user_acts a on a.id = r.act_id"
    " left join job_runs j on j.id = r.job_run_id"
)


@dataclass(frozen=True, slots=True)
class Run:
    """One import. ``take`` names the classes in which the other side was taken; ``act_id`` is the
    entry in the person's history; ``done`` of ``total`` says how far the job at work on it is."""

    id: UUID
    user_id: UUID
    plugin: str
    importer: str
    name: str
    file_name: str
    state: State
    message: str
    report: Report
    take: tuple[str, ...]
    act_id: UUID | None
    undone: bool
    done: int
    total: int
    doing: str
    created_at: datetime
    ended_at: datetime | None


async def insert(
    db: Executor, run_id: UUID, user_id: UUID, plugin: str, importer: str, name: str, file: str
) -> None:
    await db.execute(
        "insert into import_runs (id, user_id, plugin, importer, name, file_name)"
        " values ($1, $2, $3, $4, $5, $6)",
        run_id,
        user_id,
        plugin,
        importer,
        name,
        file,
    )


async def add_piece(db: Executor, run_id: UUID, number: int, data: bytes) -> None:
    await db.execute(
        "insert into import_pieces (run_id, number, data) values ($1, $2, $3)",
        run_id,
        number,
        data,
    )


async def pieces(db: Executor, run_id: UUID) -> AsyncIterator[bytes]:
    """The upload from its start, a piece at a time."""
    number = 0
    while (data := await _piece(db, run_id, number)) is not None:
        yield data
        number += 1


async def _piece(db: Executor, run_id: UUID, number: int) -> bytes | None:
    found: bytes | None = await db.fetchval(
        "select data from import_pieces where run_id = $1 and number = $2", run_id, number
    )
    return found


async def drop_pieces(db: Executor, run_id: UUID) -> None:
    await db.execute("delete from import_pieces where run_id = $1", run_id)


async def run(db: Executor, user_id: UUID, run_id: UUID) -> Run | None:
    """A run of the person's."""
    row = await db.fetchrow(f"{_RUN} where r.id = $1 and r.user_id = $2", run_id, user_id)
    return _run(row) if row is not None else None


async def by_id(db: Executor, run_id: UUID) -> Run | None:
    """A run, whoever's it is: for the job that works on it."""
    row = await db.fetchrow(f"{_RUN} where r.id = $1", run_id)
    return _run(row) if row is not None else None


async def runs(
    db: Executor, user_id: UUID, limit: int, before: tuple[datetime, UUID] | None
) -> list[Run]:
    """The person's runs, newest first."""
    at, last = before or (None, None)
    rows = await db.fetch(
        f"{_RUN} where r.user_id = $1"
        " and ($3::timestamptz is null or (r.created_at, r.id) < ($3, $4))"
        " order by r.created_at desc, r.id desc limit $2",
        user_id,
        limit,
        at,
        last,
    )
    return [_run(row) for row in rows]


async def unfinished(db: Executor, user_id: UUID) -> int:
    """How many of the person's runs are being read or applied, or wait for a word; without
    uploads that broke off with the process that took them."""
    found: int = await db.fetchval(
        "select count(*) from import_runs where user_id = $1"
        " and state in ('reading', 'ready', 'applying')"
        " and (job_run_id is not null or created_at > now() - interval '10 minutes')",
        user_id,
    )
    return found


async def set_job(db: Executor, run_id: UUID, job_run_id: UUID) -> None:
    await db.execute("update import_runs set job_run_id = $2 where id = $1", run_id, job_run_id)


async def set_ready(db: Executor, run_id: UUID, report: dict[str, Any]) -> bool:
    """Note what a run would change; False when it is gone or was given up meanwhile."""
    status = await db.execute(
        "update import_runs set state = 'ready', report = $2 where id = $1 and state = 'reading'",
        run_id,
        report,
    )
    return status != "UPDATE 0"


async def begin_applying(db: Executor, user_id: UUID, run_id: UUID, take: Sequence[str]) -> bool:
    """Decide what to do with a run that is ready; False when it is not."""
    status = await db.execute(
        "update import_runs set state = 'applying', take = $3"
        " where id = $1 and user_id = $2 and state = 'ready'",
        run_id,
        user_id,
        list(take),
    )
    return status != "UPDATE 0"


async def hold(db: Executor, run_id: UUID) -> bool:
    """Hold a run that is to be applied until this transaction ends; False when it is none."""
    return bool(
        await db.fetchval(
            "select true from import_runs where id = $1 and state = 'applying' for update", run_id
        )
    )


async def finish(db: Executor, run_id: UUID, act_id: UUID, report: dict[str, Any]) -> None:
    """Note that it is done, by an act that is written down at the end of this transaction if it
    changed anything."""
    await db.execute(
        "update import_runs set state = 'done', report = $3, ended_at = now(), act_id ="
        " (select act_id from user_act_changes where act_id = $2 limit 1) where id = $1",
        run_id,
        act_id,
        report,
    )


async def fail(db: Executor, run_id: UUID, message: str) -> None:
    await db.execute(
        "update import_runs set state = 'failed', message = $2, ended_at = now()"
        " where id = $1 and state <> 'done'",
        run_id,
        message,
    )


async def delete(db: Executor, user_id: UUID, run_id: UUID) -> bool:
    """Forget a run; what it changed stays. False when there is none that may be forgotten."""
    status = await db.execute(
        "delete from import_runs where id = $1 and user_id = $2 and state <> 'applying'",
        run_id,
        user_id,
    )
    return status != "DELETE 0"


async def forget(db: Executor, age: timedelta) -> int:
    """Forget old runs, and uploads that broke off a day ago; how many those were."""
    status = await db.execute(
        "delete from import_runs where created_at < now() - $1::interval"
        " or (job_run_id is null and created_at < now() - interval '1 day')",
        age,
    )
    return int(status.split()[-1])


def _run(row: Row) -> Run:
    return Run(
        row["id"], row["user_id"], row["plugin"], row["importer"], row["name"], row["file_name"],
        row["state"], row["message"], report_of(row["report"]), tuple(row["take"]), row["act_id"],
        row["undone"], row["done"] or 0, row["total"] or 0, row["doing"] or "", row["created_at"],
        row["ended_at"],
    )  # fmt: skip
