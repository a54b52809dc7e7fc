"""What stands on the dashboard's shelves, in PostgreSQL: ids, which others draw. Every query names
the viewer."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from seen.core.db import Executor


async def recently_played(db: Executor, user_id: UUID, limit: int) -> list[UUID]:
    """Games by their last session."""
    rows = await db.fetch(
        "select media_id from user_play_sessions where user_id = $1"
        " group by media_id order by max(started_at) desc limit $2",
        user_id,
        limit,
    )
    return [row["media_id"] for row in rows]


async def upcoming(
    db: Executor, user_id: UUID, today: date, limit: int
) -> list[tuple[UUID, date, str]]:
    """What the viewer waits for, the next first: titles kept for later or wished for that are not
    out, and the next episode of every show of which the viewer saw something or that is kept."""
    rows = await db.fetch(
        """
        with kept as (
            select media_id from user_watch_later where user_id = $1
            union select media_id from user_favorites where user_id = $1
            union select media_id from user_states where user_id = $1 and status <> 'dropped'
            union select media_id from user_watched where user_id = $1
        ), dropped as (
            select media_id from user_states where user_id = $1 and status = 'dropped'
        )
        select id, at, part from (
            select m.id, m.release_date as at, '' as part from kept k
              join media_items m on m.id = k.media_id
             where m.media_type <> 'show' and m.release_date >= $2
            union all
            select e.media_id, e.air_date, 'S' || e.season_number || ' E' || e.number
              from kept k join lateral (
                   select * from show_episodes e where e.media_id = k.media_id
                      and e.air_date >= $2 order by e.air_date, e.season_number, e.number limit 1
              ) e on true
        ) coming where id not in (select media_id from dropped)
        order by at, id limit $3
        """,
        user_id,
        today,
        limit,
    )
    return [(row["id"], row["at"], row["part"]) for row in rows]


async def because(db: Executor, user_id: UUID) -> list[tuple[str, UUID]]:
    """Titles that resemble what the viewer finished or liked last, and were not seen: each with
    the title it resembles."""
    rows = await db.fetch(
        """
        with liked as (
            select media_id, max(at) as at from (
                (select media_id, watched_at as at from user_watched where user_id = $1
                  order by watched_at desc limit 60)
                union all
                (select media_id, rated_at from user_ratings where user_id = $1 and rating >= 70
                  order by rated_at desc limit 30)
            ) recent group by media_id order by max(at) desc limit 12
        )
        select m.title, r.other_id from liked l join media_items m on m.id = l.media_id
          join media_related r on r.media_id = l.media_id
               and r.relation in ('similar', 'recommended')
         where not exists(select 1 from user_watched w
                           where w.user_id = $1 and w.media_id = r.other_id)
           and not exists(select 1 from user_states s where s.user_id = $1
                           and s.media_id = r.other_id and s.status = 'dropped')
         order by l.at desc, r.position
        """,
        user_id,
    )
    return [(row["title"], row["other_id"]) for row in rows]


async def favourite_genre(db: Executor, user_id: UUID) -> str:
    """The genre of most of what the viewer saw or liked last; "" where that is nothing."""
    found: str | None = await db.fetchval(
        """
        select m.genre from (
            (select media_id from user_watched where user_id = $1 order by watched_at desc limit 60)
            union all
            (select media_id from user_ratings where user_id = $1 and rating >= 70
              order by rated_at desc limit 30)
        ) recent join media_items m on m.id = recent.media_id
         where m.genre <> '' group by m.genre order by count(*) desc, m.genre limit 1
        """,
        user_id,
    )
    return found or ""
