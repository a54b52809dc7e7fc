"""Progress and watched rows in PostgreSQL. Every query names the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from seen.core.db import Executor
from seen.core.ids import new_id
from seen.tracking.model import Mark, NextEpisode, ProgressRow

_PROGRESS = "select media_id, episode_id, position_seconds, duration_seconds, updated_at"


# What a person paused or dropped does not go on by itself.
_NOT_ASIDE = (
    "not exists(select 1 from user_states s where s.user_id = $1 and s.media_id = {}.media_id"
    " and s.status in ('paused', 'dropped'))"
)


async def take_up(db: Executor, user_id: UUID, media_id: UUID) -> bool:
    """What is played again is neither paused nor dropped; whether it was."""
    status = await db.execute(
        "delete from user_states where user_id = $1 and media_id = $2"
        " and status in ('paused', 'dropped')",
        user_id,
        media_id,
    )
    return status != "DELETE 0"


async def upsert_progress(
    db: Executor,
    user_id: UUID,
    media_id: UUID,
    episode_id: UUID | None,
    position: float,
    duration: float,
) -> None:
    await db.execute(
        "insert into user_progress"
        " (user_id, media_id, episode_id, position_seconds, duration_seconds)"
        " values ($1, $2, $3, $4, $5)"
        " on conflict (user_id, media_id, episode_id) do update set position_seconds = $4,"
        " duration_seconds = $5, updated_at = now(), dismissed_at = null",
        user_id,
        media_id,
        episode_id,
        position,
        duration,
    )


async def delete_progress(
    db: Executor, user_id: UUID, media_id: UUID, episode_id: UUID | None
) -> None:
    await db.execute(
        "delete from user_progress where user_id = $1 and media_id = $2"
        " and episode_id is not distinct from $3",
        user_id,
        media_id,
        episode_id,
    )


async def dismiss(db: Executor, user_id: UUID, media_id: UUID) -> bool:
    """Hide a title from continue watching; the position stays."""
    status = await db.execute(
        "update user_progress set dismissed_at = now() where user_id = $1 and media_id = $2",
        user_id,
        media_id,
    )
    return status != "UPDATE 0"


async def episode_belongs(db: Executor, media_id: UUID, episode_id: UUID) -> bool:
    return bool(
        await db.fetchval(
            "select exists(select 1 from show_episodes where id = $1 and media_id = $2)",
            episode_id,
            media_id,
        )
    )


async def media_type(db: Executor, media_id: UUID) -> str | None:
    found: str | None = await db.fetchval(
        "select media_type from media_items where id = $1", media_id
    )
    return found


async def progress_of(db: Executor, user_id: UUID, media_id: UUID) -> list[ProgressRow]:
    """Where the person is in a title: one row for a movie, one per started episode for a show."""
    rows = await db.fetch(
        f"{_PROGRESS} from user_progress where user_id = $1 and media_id = $2", user_id, media_id
    )
    return [ProgressRow(**dict(row)) for row in rows]


async def recent_progress(
    db: Executor, user_id: UUID, limit: int, before: datetime | None
) -> list[ProgressRow]:
    rows = await db.fetch(
        f"{_PROGRESS} from user_progress where user_id = $1"
        " and ($3::timestamptz is null or updated_at < $3) order by updated_at desc limit $2",
        user_id,
        limit,
        before,
    )
    return [ProgressRow(**dict(row)) for row in rows]


async def continue_watching(db: Executor, user_id: UUID, limit: int) -> list[ProgressRow]:
    """Of every title in progress the place played last, last played first."""
    rows = await db.fetch(
        "select * from (select distinct on (media_id) media_id, episode_id, position_seconds,"
        "   duration_seconds, updated_at, dismissed_at from user_progress"
        "   where user_id = $1 order by media_id, updated_at desc) p"
        f" where dismissed_at is null and {_NOT_ASIDE.format('p')}"
        " order by updated_at desc limit $2",
        user_id,
        limit,
    )
    return [
        ProgressRow(**{name: row[name] for name in ProgressRow.__dataclass_fields__})
        for row in rows
    ]


async def last_watched(
    db: Executor, user_id: UUID, media_id: UUID, episode_id: UUID | None
) -> datetime | None:
    found: datetime | None = await db.fetchval(
        "select max(watched_at) from user_watched where user_id = $1 and media_id = $2"
        " and episode_id is not distinct from $3",
        user_id,
        media_id,
        episode_id,
    )
    return found


async def insert_watched(
    db: Executor,
    user_id: UUID,
    media_id: UUID,
    episode_ids: Sequence[UUID | None],
    source: str,
    watched_at: datetime | None = None,
) -> None:
    """One row a viewing; of now where nobody says when."""
    await db.execute(
        "insert into user_watched (id, user_id, media_id, episode_id, source, watched_at)"
        " select id, $2, $3, episode_id, $5, coalesce($6, now())"
        " from unnest($1::uuid[], $4::uuid[]) as row(id, episode_id)",
        [new_id() for _ in episode_ids],
        user_id,
        media_id,
        list(episode_ids),
        source,
        watched_at,
    )


async def delete_progress_of(
    db: Executor, user_id: UUID, media_id: UUID, episode_ids: Sequence[UUID | None]
) -> None:
    """Forget the positions in some episodes, or in a movie (None)."""
    await db.execute(
        "delete from user_progress p using unnest($3::uuid[]) as part(id)"
        " where user_id = $1 and media_id = $2 and p.episode_id is not distinct from part.id",
        user_id,
        media_id,
        list(episode_ids),
    )


async def delete_watched(
    db: Executor, user_id: UUID, media_id: UUID, episode_ids: Sequence[UUID] | None
) -> int:
    """Take the watched rows of a movie (None) or of some episodes back."""
    status = await db.execute(
        "delete from user_watched where user_id = $1 and media_id = $2"
        " and ($3::uuid[] is null or episode_id = any($3))",
        user_id,
        media_id,
        list(episode_ids) if episode_ids is not None else None,
    )
    return int(status.split()[-1])


async def watched_episodes(
    db: Executor, user_id: UUID, media_id: UUID
) -> dict[UUID | None, datetime]:
    """What was seen of a title and when last; the key None stands for the movie itself."""
    rows = await db.fetch(
        "select episode_id, max(watched_at) as at from user_watched"
        " where user_id = $1 and media_id = $2 group by episode_id",
        user_id,
        media_id,
    )
    return {row["episode_id"]: row["at"] for row in rows}


async def aired_episodes(db: Executor, media_id: UUID, season: int | None) -> list[UUID]:
    """The episodes of a season, or of all but the specials, that have aired, or whose day nobody
    knows."""
    rows = await db.fetch(
        "select id from show_episodes where media_id = $1"
        " and case when $2::int is null then season_number > 0 else season_number = $2 end"
        " and coalesce(air_date <= current_date, true) order by season_number, number",
        media_id,
        season,
    )
    return [row["id"] for row in rows]


async def episode_place(db: Executor, episode_id: UUID) -> str:
    """An episode's place in words: "S2 E4"."""
    row = await db.fetchrow(
        "select season_number, number from show_episodes where id = $1", episode_id
    )
    return f"S{row['season_number']} E{row['number']}" if row is not None else ""


async def marks(db: Executor, user_id: UUID, media_ids: Sequence[UUID]) -> list[Mark]:
    """The person's marks on some titles, in one query."""
    rows = await db.fetch(
        """
        select m.id as media_id, m.media_type,
               exists(select 1 from user_watched w where w.user_id = $1 and w.media_id = m.id
                      and w.episode_id is null) as seen,
               (select p.position_seconds / nullif(p.duration_seconds, 0) from user_progress p
                 where p.user_id = $1 and p.media_id = m.id
                 order by p.updated_at desc limit 1) as progress,
               exists(select 1 from user_watch_later l where l.user_id = $1
                      and l.media_id = m.id) as watch_later,
               coalesce(e.total, 0) as total, coalesce(e.seen, 0) as episodes_seen
          from unnest($2::uuid[]) as wanted(id)
          join media_items m on m.id = wanted.id
          left join lateral (
               select count(*) as total, count(w.episode_id) as seen
                 from show_episodes e
                 left join (select distinct episode_id from user_watched
                             where user_id = $1 and media_id = m.id) w on w.episode_id = e.id
                where e.media_id = m.id and e.season_number > 0
                  and coalesce(e.air_date <= current_date, true)
          ) e on m.media_type = 'show'
        """,
        user_id,
        list(media_ids),
    )
    return [
        Mark(
            row["media_id"],
            seen=row["seen"] or (row["total"] > 0 and row["episodes_seen"] == row["total"]),
            progress=min(1.0, row["progress"]) if row["progress"] is not None else None,
            episodes_seen=row["episodes_seen"],
            episodes_total=row["total"],
            watch_later=row["watch_later"],
        )
        for row in rows
    ]


async def next_up(db: Executor, user_id: UUID, limit: int) -> list[NextEpisode]:
    """Of every show with a watched episode, the first unseen one after the furthest seen."""
    rows = await db.fetch(
        f"""
        with last as (
            select w.media_id, max(array[e.season_number, e.number]) as place,
                   max(w.watched_at) as at
              from user_watched w join show_episodes e on e.id = w.episode_id
             where w.user_id = $1 and e.season_number > 0
             group by w.media_id
        )
        select l.media_id, n.id as episode_id, n.season_number, n.number, n.title,
               n.runtime_seconds, n.air_date, l.at as last_watched_at
          from last l
          join lateral (
               select e.* from show_episodes e
                where e.media_id = l.media_id and e.season_number > 0
                  and array[e.season_number, e.number] > l.place
                  and coalesce(e.air_date <= current_date, true)
                  and not exists (select 1 from user_watched w
                                   where w.user_id = $1 and w.episode_id = e.id)
                order by e.season_number, e.number limit 1
          ) n on true
         where not exists (select 1 from user_progress p
                            where p.user_id = $1 and p.media_id = l.media_id
                              and p.dismissed_at is null)
           and {_NOT_ASIDE.format("l")}
         order by l.at desc limit $2
        """,
        user_id,
        limit,
    )
    return [NextEpisode(**dict(row)) for row in rows]


_PAIRS = "unnest($3::uuid[], $4::uuid[]) as pair(old_id, new_id)"


async def move_history(
    db: Executor, twin: UUID, media_id: UUID, episodes: Mapping[UUID, UUID]
) -> None:
    """Give everybody's rows of one title to another; of two positions the later one stays."""
    arguments = (twin, media_id, list(episodes), list(episodes.values()))
    await db.execute(
        "update user_watched w set media_id = $2,"
        f" episode_id = (select new_id from {_PAIRS} where old_id = w.episode_id)"
        " where media_id = $1",
        *arguments,
    )
    await db.execute(
        "insert into user_progress (user_id, media_id, episode_id, position_seconds,"
        " duration_seconds, dismissed_at, updated_at)"
        f" select user_id, $2, (select new_id from {_PAIRS} where old_id = p.episode_id),"
        "   position_seconds, duration_seconds, dismissed_at, updated_at"
        "   from user_progress p where media_id = $1"
        " on conflict (user_id, media_id, episode_id) do update set"
        "   position_seconds = excluded.position_seconds,"
        "   duration_seconds = excluded.duration_seconds,"
        "   dismissed_at = excluded.dismissed_at, updated_at = excluded.updated_at"
        "   where excluded.updated_at > user_progress.updated_at",
        *arguments,
    )
    await db.execute(
        "insert into user_watch_later (user_id, media_id, rank, added_at)"
        " select user_id, $2, rank, added_at from user_watch_later where media_id = $1"
        " on conflict do nothing",
        twin,
        media_id,
    )
    await db.execute(
        "update user_ratings r set media_id = $2,"
        f" episode_id = (select new_id from {_PAIRS} where old_id = r.episode_id)"
        " where media_id = $1 and not exists(select 1 from user_ratings o where o.media_id = $2"
        "  and o.user_id = r.user_id and o.season_number is not distinct from r.season_number"
        "  and o.episode_id is not distinct from"
        f"    (select new_id from {_PAIRS} where old_id = r.episode_id))",
        *arguments,
    )
    for table in ("user_favorites", "user_notes", "user_states"):
        await db.execute(
            f"update {table} t set media_id = $2 where media_id = $1 and not exists("
            f" select 1 from {table} o where o.media_id = $2 and o.user_id = t.user_id)",
            twin,
            media_id,
        )
    await db.execute(
        "update user_play_sessions set media_id = $2 where media_id = $1", twin, media_id
    )
    await db.execute(
        "update collection_items t set media_id = $2 where media_id = $1 and not exists("
        " select 1 from collection_items o where o.media_id = $2"
        "  and o.collection_id = t.collection_id)",
        twin,
        media_id,
    )
    await db.execute("update user_acts set media_id = $2 where media_id = $1", twin, media_id)
