"""What a person watched and played, in sums, in PostgreSQL. Every query names the person."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from seen.core.db import Executor
from seen.tracking.model.stats import Figures, Share, Sharer

# What was seen between $2 and $3 by $1: each viewing with its length.
_SEEN = """
    seen as (
        select w.media_id, w.episode_id, w.watched_at, m.media_type,
               coalesce(e.runtime_seconds, m.runtime_seconds, 0) as seconds
          from user_watched w join media_items m on m.id = w.media_id
          left join show_episodes e on e.id = w.episode_id
         where w.user_id = $1 and w.watched_at >= $2 and w.watched_at < $3
    ),
    played as (
        select media_id, seconds, started_at from user_play_sessions
         where user_id = $1 and started_at >= $2 and started_at < $3
    )
"""


async def sharers(db: Executor, user_id: UUID) -> list[Sharer]:
    """The others who share their numbers, by name."""
    rows = await db.fetch(
        "select id, display_name from users where id <> $1 and disabled_at is null"
        " and settings ->> 'shareStatistics' = 'true' order by display_name, id",
        user_id,
    )
    return [Sharer(row["id"], row["display_name"]) for row in rows]


async def last_act(db: Executor, user_id: UUID) -> UUID | None:
    """The last thing the person did, whatever it was: their numbers have not changed since."""
    found: UUID | None = await db.fetchval(
        "select id from user_acts where user_id = $1 order by created_at desc, id desc limit 1",
        user_id,
    )
    return found


async def years(db: Executor, user_id: UUID) -> list[int]:
    """The years in which the person watched or played something, the last first."""
    rows = await db.fetch(
        "select distinct extract(year from at)::int as year from ("
        " select watched_at as at from user_watched where user_id = $1"
        " union all select started_at from user_play_sessions where user_id = $1) times"
        " order by 1 desc",
        user_id,
    )
    return [row["year"] for row in rows]


async def figures(db: Executor, user_id: UUID, start: datetime, end: datetime) -> Figures:
    row = await db.fetchrow(
        f"""
        with {_SEEN}
        select count(distinct media_id) filter (where media_type = 'movie') as movies,
               count(*) filter (where episode_id is not null) as episodes,
               count(distinct media_id) filter (where media_type = 'show') as shows,
               coalesce(sum(seconds), 0) as seconds_watched,
               (select count(distinct media_id) from played) as games,
               (select coalesce(sum(seconds), 0) from played) as seconds_played,
               (select avg(rating) from user_ratings where user_id = $1
                   and rated_at >= $2 and rated_at < $3) as mean_rating
          from seen
        """,
        user_id,
        start,
        end,
    )
    assert row is not None
    mean = row["mean_rating"]
    return Figures(
        row["movies"],
        row["episodes"],
        row["shows"],
        row["games"],
        int(row["seconds_watched"]),
        int(row["seconds_played"]),
        float(mean) if mean is not None else None,
    )


async def genres(
    db: Executor, user_id: UUID, start: datetime, end: datetime, limit: int
) -> list[Share]:
    """The genres of most titles seen or played."""
    rows = await db.fetch(
        f"with {_SEEN} select g.name::text as name, count(*) as count from ("
        "  select media_id from seen union select media_id from played) titles"
        " join media_genres mg on mg.media_id = titles.media_id join genres g on g.id = mg.genre_id"
        " group by g.name order by count(*) desc, g.name limit $4",
        user_id,
        start,
        end,
        limit,
    )
    return [Share(row["name"], row["count"]) for row in rows]


async def decades(db: Executor, user_id: UUID, start: datetime, end: datetime) -> list[Share]:
    """How many titles came out in each decade, in order."""
    rows = await db.fetch(
        f"with {_SEEN} select (m.release_year / 10) * 10 as decade, count(*) as count from ("
        "  select media_id from seen union select media_id from played) titles"
        " join media_items m on m.id = titles.media_id where m.release_year is not null"
        " group by 1 order by 1",
        user_id,
        start,
        end,
    )
    return [Share(f"{row['decade']}s", row["count"]) for row in rows]


async def people(
    db: Executor, user_id: UUID, start: datetime, end: datetime, limit: int
) -> list[Share]:
    """Those who lead most titles seen: in front of the camera, or as director."""
    rows = await db.fetch(
        "select name, count(*) as count from media_items m, unnest(m.leads) as name"
        " where m.id in (select media_id from user_watched"
        "   where user_id = $1 and watched_at >= $2 and watched_at < $3)"
        " group by name having count(*) > 1 order by count(*) desc, name limit $4",
        user_id,
        start,
        end,
        limit,
    )
    return [Share(row["name"], row["count"]) for row in rows]


async def ratings(db: Executor, user_id: UUID, start: datetime, end: datetime) -> list[int]:
    """How many ratings fall into each tenth of the scale, the lowest first."""
    rows = await db.fetch(
        "select least(rating / 10, 9) as tenth, count(*) as count from user_ratings"
        " where user_id = $1 and rated_at >= $2 and rated_at < $3 group by 1",
        user_id,
        start,
        end,
    )
    found = {row["tenth"]: row["count"] for row in rows}
    return [found.get(tenth, 0) for tenth in range(10)]


async def days(
    db: Executor, user_id: UUID, start: datetime, end: datetime
) -> list[tuple[date, int]]:
    """Every day (UTC) with something on it and how many seconds, in order."""
    rows = await db.fetch(
        f"with {_SEEN} select (at at time zone 'UTC')::date as day, sum(seconds) as seconds from ("
        "  select watched_at as at, seconds from seen"
        "  union all select started_at, seconds from played) times group by 1 order by 1",
        user_id,
        start,
        end,
    )
    return [(row["day"], int(row["seconds"])) for row in rows]
