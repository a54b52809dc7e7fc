"""The lists of what to watch later in PostgreSQL. Every query names the person."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from seen.core.db import Executor


async def add(db: Executor, user_id: UUID, media_ids: Sequence[UUID]) -> int:
    """Put titles on top of the list, the first uppermost; how many are new there."""
    status = await db.execute(
        "insert into user_watch_later (user_id, media_id, rank)"
        " select $1, id, top.rank + count(*) over () - place + 1"
        " from unnest($2::uuid[]) with ordinality as wanted(id, place),"
        "  (select coalesce(max(rank), 0) as rank from user_watch_later where user_id = $1) top"
        " on conflict do nothing",
        user_id,
        list(media_ids),
    )
    return int(status.split()[-1])


async def remove(db: Executor, user_id: UUID, media_ids: Sequence[UUID]) -> int:
    status = await db.execute(
        "delete from user_watch_later where user_id = $1 and media_id = any($2)",
        user_id,
        list(media_ids),
    )
    return int(status.split()[-1])


async def move(db: Executor, user_id: UUID, media_id: UUID, before: UUID | None) -> bool:
    """Put a title right above another, or at the end; False when one of them is not listed."""
    status = await db.execute(
        "update user_watch_later set rank = place.rank from ("
        "  select case when $3::uuid is null then"
        "    (select min(rank) - 1 from user_watch_later where user_id = $1)"
        "  else (select (below.rank + coalesce((select min(rank) from user_watch_later"
        "      where user_id = $1 and rank > below.rank and media_id <> $2), below.rank + 2)) / 2"
        "      from user_watch_later below where user_id = $1 and media_id = $3) end as rank) place"
        " where user_id = $1 and media_id = $2 and place.rank is not null",
        user_id,
        media_id,
        before,
    )
    return status != "UPDATE 0"


async def is_crowded(db: Executor, user_id: UUID) -> bool:
    """Whether two ranks have come so near that soon nothing fits between them."""
    return bool(
        await db.fetchval(
            "select exists(select 1 from (select rank - lag(rank) over (order by rank) as gap"
            " from user_watch_later where user_id = $1) gaps where gap < 1e-6)",
            user_id,
        )
    )


async def number_anew(db: Executor, user_id: UUID) -> None:
    await db.execute(
        "update user_watch_later l set rank = fresh.rank from (select media_id,"
        "  row_number() over (order by rank) as rank from user_watch_later where user_id = $1)"
        " fresh"
        " where l.user_id = $1 and l.media_id = fresh.media_id",
        user_id,
    )


async def listed(
    db: Executor, user_id: UUID, kind: str | None, limit: int, after: float | None
) -> list[tuple[UUID, float]]:
    """The list from the top: title and rank, below a rank."""
    rows = await db.fetch(
        "select l.media_id, l.rank from user_watch_later l join media_items m on m.id = l.media_id"
        " where l.user_id = $1 and ($3::float8 is null or l.rank < $3)"
        " and ($4::text is null or m.media_type = $4) order by l.rank desc limit $2",
        user_id,
        limit,
        after,
        kind,
    )
    return [(row["media_id"], row["rank"]) for row in rows]


async def count(db: Executor, user_id: UUID) -> int:
    found: int = await db.fetchval(
        "select count(*) from user_watch_later where user_id = $1", user_id
    )
    return found
