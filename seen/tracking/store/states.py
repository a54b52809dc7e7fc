"""States and play sessions in PostgreSQL. Every query names the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from seen.core.db import Executor, Row
from seen.tracking.model.states import PlaySession, State, Status

_STATE = """
    s.media_id, s.status, s.platform, s.completion_percent, s.updated_at,
    s.seconds_played + coalesce(p.seconds, 0) as seconds_played, p.last_played_at
"""
_PLAYED = """
    left join lateral (select sum(seconds) as seconds, max(started_at) as last_played_at
      from user_play_sessions where user_id = s.user_id and media_id = s.media_id) p on true
"""


async def kinds(db: Executor, media_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The kind of each title that there is."""
    rows = await db.fetch(
        "select id, media_type from media_items where id = any($1)", list(media_ids)
    )
    return {row["id"]: row["media_type"] for row in rows}


async def set_status(db: Executor, user_id: UUID, media_ids: Sequence[UUID], status: Status) -> int:
    """Give titles a state; how many had another one or none."""
    done = await db.execute(
        "insert into user_states (user_id, media_id, status) select $1, id, $3"
        " from unnest($2::uuid[]) as wanted(id)"
        " on conflict (user_id, media_id) do update set status = $3, updated_at = now()"
        " where user_states.status <> $3",
        user_id,
        list(media_ids),
        status,
    )
    return int(done.split()[-1])


async def set_facts(db: Executor, user_id: UUID, media_id: UUID, facts: Mapping[str, Any]) -> None:
    """Change the platform, the time played or the share completed of a title with a state."""
    await db.execute(
        "update user_states set platform = coalesce($3, platform),"
        " seconds_played = coalesce($4, seconds_played),"
        " completion_percent = case when $6 then $5 else completion_percent end"
        " where user_id = $1 and media_id = $2 and (platform, seconds_played, completion_percent)"
        " is distinct from (coalesce($3, platform), coalesce($4, seconds_played),"
        " case when $6 then $5::smallint else completion_percent end)",
        user_id,
        media_id,
        facts.get("platform"),
        facts.get("seconds_played"),
        facts.get("completion_percent"),
        "completion_percent" in facts,
    )


async def clear(db: Executor, user_id: UUID, media_ids: Sequence[UUID]) -> None:
    await db.execute(
        "delete from user_states where user_id = $1 and media_id = any($2)",
        user_id,
        list(media_ids),
    )


async def state(db: Executor, user_id: UUID, media_id: UUID) -> State | None:
    row = await db.fetchrow(
        f"select {_STATE} from user_states s {_PLAYED} where s.user_id = $1 and s.media_id = $2",
        user_id,
        media_id,
    )
    return _state(row) if row is not None else None


async def states(
    db: Executor,
    user_id: UUID,
    kind: str,
    statuses: Sequence[Status],
    platform: str,
    limit: int,
    before: tuple[datetime, UUID] | None,
) -> list[State]:
    """Titles of a kind in some states, the last changed first."""
    at, last = before or (None, None)
    rows = await db.fetch(
        f"select {_STATE} from (select s.* from user_states s"
        "   join media_items m on m.id = s.media_id and m.media_type = $3"
        "   where s.user_id = $1 and s.status = any($4::text[])"
        "   and ($5 = '' or s.platform = $5 or (s.platform = '' and m.platforms @> array[$5]))"
        "   and ($6::timestamptz is null or (s.updated_at, s.media_id) < ($6, $7))"
        f"   order by s.updated_at desc, s.media_id desc limit $2) s {_PLAYED}"
        " order by s.updated_at desc, s.media_id desc",
        user_id,
        limit,
        kind,
        list(statuses),
        platform,
        at,
        last,
    )
    return [_state(row) for row in rows]


async def board(db: Executor, user_id: UUID, kind: str, limit: int) -> list[State]:
    """The head of every column: of each state the titles changed last."""
    rows = await db.fetch(
        f"select {_STATE} from (select s.*, row_number() over (partition by s.status"
        "   order by s.updated_at desc, s.media_id desc) as place from user_states s"
        "   join media_items m on m.id = s.media_id and m.media_type = $2"
        f"   where s.user_id = $1) s {_PLAYED} where s.place <= $3"
        " order by s.status, s.place",
        user_id,
        kind,
        limit,
    )
    return [_state(row) for row in rows]


async def counts(db: Executor, user_id: UUID, kind: str) -> dict[str, int]:
    """How many titles of a kind are in each state."""
    rows = await db.fetch(
        "select s.status, count(*) as number from user_states s"
        " join media_items m on m.id = s.media_id and m.media_type = $2"
        " where s.user_id = $1 group by s.status",
        user_id,
        kind,
    )
    return {row["status"]: row["number"] for row in rows}


async def add_session(
    db: Executor,
    user_id: UUID,
    media_id: UUID,
    session_id: UUID,
    started_at: datetime,
    seconds: int,
    note: str,
) -> None:
    await db.execute(
        "insert into user_play_sessions (id, user_id, media_id, started_at, seconds, note)"
        " values ($1, $2, $3, $4, $5, $6)",
        session_id,
        user_id,
        media_id,
        started_at,
        seconds,
        note,
    )


async def remove_session(db: Executor, user_id: UUID, session_id: UUID) -> UUID | None:
    """Delete a session; the title it was of."""
    found: UUID | None = await db.fetchval(
        "delete from user_play_sessions where user_id = $1 and id = $2 returning media_id",
        user_id,
        session_id,
    )
    return found


async def sessions(
    db: Executor, user_id: UUID, media_id: UUID | None, limit: int, before: datetime | None
) -> list[PlaySession]:
    """Sessions of a title or of all, the last first."""
    rows = await db.fetch(
        "select id, media_id, started_at, seconds, note from user_play_sessions"
        " where user_id = $1 and ($2::uuid is null or media_id = $2)"
        " and ($4::timestamptz is null or started_at < $4) order by started_at desc limit $3",
        user_id,
        media_id,
        limit,
        before,
    )
    return [PlaySession(**dict(row)) for row in rows]


def _state(row: Row) -> State:
    return State(
        row["media_id"],
        row["status"],
        row["platform"],
        int(row["seconds_played"]),
        row["completion_percent"],
        row["updated_at"],
        row["last_played_at"],
    )
