"""Viewings, one row each, in PostgreSQL. Every query names the person."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from seen.core.db import Executor
from seen.tracking.model.history import Viewing


async def viewings(
    db: Executor,
    user_id: UUID,
    media_id: UUID | None,
    episode_id: UUID | None,
    kind: str | None,
    limit: int,
    before: tuple[datetime, UUID] | None,
) -> list[Viewing]:
    """What the person saw, the last first; of one title, of one episode or of all."""
    at, last = before or (None, None)
    rows = await db.fetch(
        "select w.id, w.media_id, w.episode_id, w.source, w.watched_at, m.title, m.media_type,"
        " e.season_number, e.number, coalesce(e.title, '') as episode_title"
        " from (select w.* from user_watched w where w.user_id = $1"
        "   and ($3::uuid is null or w.media_id = $3)"
        "   and ($4::text is null or exists(select 1 from media_items m"
        "     where m.id = w.media_id and m.media_type = $4))"
        "   and ($5::timestamptz is null or (w.watched_at, w.id) < ($5, $6))"
        "   and ($7::uuid is null or w.episode_id = $7)"
        "   order by w.watched_at desc, w.id desc limit $2) w"
        " join media_items m on m.id = w.media_id left join show_episodes e on e.id = w.episode_id"
        " order by w.watched_at desc, w.id desc",
        user_id,
        limit,
        media_id,
        kind,
        at,
        last,
        episode_id,
    )
    return [Viewing(**dict(row)) for row in rows]


async def set_time(db: Executor, user_id: UUID, viewing_id: UUID, at: datetime) -> UUID | None:
    """Say when a viewing was; the title it is of."""
    found: UUID | None = await db.fetchval(
        "update user_watched set watched_at = $3, updated_at = now()"
        " where user_id = $1 and id = $2 returning media_id",
        user_id,
        viewing_id,
        at,
    )
    return found


async def set_day(db: Executor, user_id: UUID, viewing_id: UUID, day: date) -> UUID | None:
    """Say on which day (UTC) a viewing was, at the same time of it; the title it is of."""
    found: UUID | None = await db.fetchval(
        "update user_watched set updated_at = now(), watched_at ="
        " ($3::date + (watched_at at time zone 'UTC')::time) at time zone 'UTC'"
        " where user_id = $1 and id = $2 returning media_id",
        user_id,
        viewing_id,
        day,
    )
    return found


async def remove(db: Executor, user_id: UUID, viewing_id: UUID) -> UUID | None:
    """Delete a viewing; the title it was of."""
    found: UUID | None = await db.fetchval(
        "delete from user_watched where user_id = $1 and id = $2 returning media_id",
        user_id,
        viewing_id,
    )
    return found


async def clear(db: Executor, user_id: UUID, since: datetime | None) -> int:
    """Delete viewings, positions and play sessions, all or from a time on; how many."""
    gone = 0
    for table, column in (
        ("user_watched", "watched_at"),
        ("user_progress", "updated_at"),
        ("user_play_sessions", "started_at"),
    ):
        status = await db.execute(
            f"delete from {table} where user_id = $1"
            f" and ($2::timestamptz is null or {column} >= $2)",
            user_id,
            since,
        )
        gone += int(status.split()[-1])
    return gone


async def seen_titles(
    db: Executor,
    user_id: UUID,
    kind: str | None,
    limit: int,
    before: tuple[datetime, UUID] | None,
) -> list[tuple[UUID, datetime]]:
    """Titles of which the person saw something, each once, the last seen first."""
    at, last = before or (None, None)
    rows = await db.fetch(
        "select media_id, at from (select w.media_id, max(w.watched_at) as at from user_watched w"
        "   where w.user_id = $1 and ($3::text is null or exists(select 1 from media_items m"
        "     where m.id = w.media_id and m.media_type = $3)) group by w.media_id) seen"
        " where $4::timestamptz is null or (at, media_id) < ($4, $5)"
        " order by at desc, media_id desc limit $2",
        user_id,
        limit,
        kind,
        at,
        last,
    )
    return [(row["media_id"], row["at"]) for row in rows]
