"""Seasons and episodes in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from seen.catalog.model import EpisodeRow, SeasonRow
from seen.core.db import Executor
from seen.core.ids import new_id
from seen.plugin.models import Episode, Season


async def upsert_seasons(db: Executor, media_id: UUID, seasons: Sequence[Season]) -> None:
    """Write a show's seasons; ids and what is already known of them stay."""
    await db.executemany(
        "insert into show_seasons"
        " (id, media_id, number, title, overview, air_date, poster_source, episode_count,"
        "   refresh_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, now())"
        " on conflict (media_id, number) do update set title = excluded.title,"
        # More episodes than were announced before: somebody has to ask which.
        " refresh_at = case when excluded.episode_count > show_seasons.episode_count"
        "   then now() else show_seasons.refresh_at end,"
        " overview = coalesce(nullif(excluded.overview, ''), show_seasons.overview),"
        " air_date = coalesce(excluded.air_date, show_seasons.air_date),"
        " poster_source = coalesce(nullif(excluded.poster_source, ''), show_seasons.poster_source),"
        " episode_count = greatest(excluded.episode_count, show_seasons.episode_count)",
        [
            (
                new_id(),
                media_id,
                each.number,
                each.title,
                each.overview,
                each.air_date,
                each.poster,
                each.episode_count,
            )
            for each in seasons
        ],
    )


async def upsert_episodes(db: Executor, media_id: UUID, episodes: Sequence[Episode]) -> None:
    """Write episodes, making their seasons where they are missing; ids stay."""
    numbers = sorted({each.season for each in episodes})
    await db.executemany(
        "insert into show_seasons (id, media_id, number) values ($1, $2, $3)"
        " on conflict (media_id, number) do nothing",
        [(new_id(), media_id, number) for number in numbers],
    )
    await db.executemany(
        "insert into show_episodes (id, media_id, season_id, season_number, number, title,"
        " overview, air_date, runtime_seconds, still_source, absolute_number)"
        " select $1, $2, s.id, s.number, $4, $5, $6, $7, $8, $9, $10 from show_seasons s"
        " where s.media_id = $2 and s.number = $3"
        " on conflict (media_id, season_number, number) do update set"
        " title = coalesce(nullif(excluded.title, ''), show_episodes.title),"
        " overview = coalesce(nullif(excluded.overview, ''), show_episodes.overview),"
        " air_date = coalesce(excluded.air_date, show_episodes.air_date),"
        " runtime_seconds = coalesce(excluded.runtime_seconds, show_episodes.runtime_seconds),"
        " still_source = coalesce(nullif(excluded.still_source, ''), show_episodes.still_source),"
        " absolute_number = coalesce(excluded.absolute_number, show_episodes.absolute_number)",
        [
            (
                new_id(),
                media_id,
                each.season,
                each.number,
                each.title,
                each.overview,
                each.air_date,
                each.runtime_seconds,
                each.still,
                each.absolute_number,
            )
            for each in episodes
        ],
    )


async def mark_season_refreshed(db: Executor, media_id: UUID, number: int) -> None:
    await db.execute(
        "update show_seasons set refreshed_at = now() where media_id = $1 and number = $2",
        media_id,
        number,
    )


async def season_is_known(db: Executor, media_id: UUID, number: int) -> bool:
    """Whether a season's episodes were asked for within a day."""
    return bool(
        await db.fetchval(
            "select refreshed_at > now() - interval '1 day' from show_seasons"
            " where media_id = $1 and number = $2",
            media_id,
            number,
        )
    )


async def seasons(db: Executor, media_id: UUID) -> list[SeasonRow]:
    rows = await db.fetch(
        "select id, number, title, overview, air_date, poster_source, episode_count"
        " from show_seasons where media_id = $1 order by number = 0, number",
        media_id,
    )
    return [SeasonRow(**dict(row)) for row in rows]


_EPISODE = (
    "select id, season_id, season_number, number, title, overview, air_date, runtime_seconds,"
    " still_source, absolute_number from show_episodes"
)


async def episodes(db: Executor, media_id: UUID, season: int | None = None) -> list[EpisodeRow]:
    """The episodes of a show, or of one of its seasons, in order."""
    rows = await db.fetch(
        f"{_EPISODE} where media_id = $1 and ($2::int is null or season_number = $2)"
        " order by season_number = 0, season_number, number",
        media_id,
        season,
    )
    return [EpisodeRow(**dict(row)) for row in rows]


async def episodes_by_id(db: Executor, episode_ids: Sequence[UUID]) -> list[EpisodeRow]:
    rows = await db.fetch(f"{_EPISODE} where id = any($1::uuid[])", list(episode_ids))
    return [EpisodeRow(**dict(row)) for row in rows]


async def episode_ids(
    db: Executor, media_id: UUID, season: int, numbers: Sequence[int]
) -> list[UUID]:
    """The ids of some episodes of a season, in order."""
    rows = await db.fetch(
        "select id from show_episodes where media_id = $1 and season_number = $2"
        " and number = any($3::int[]) order by number",
        media_id,
        season,
        list(numbers),
    )
    return [row["id"] for row in rows]


async def episode_by_absolute(db: Executor, media_id: UUID, number: int) -> list[UUID]:
    """The episode with an absolute number: as the service says, or counted through the seasons."""
    rows = await db.fetch(
        "select id from (select id, absolute_number,"
        "   row_number() over (order by season_number, number) as counted"
        "   from show_episodes where media_id = $1 and season_number > 0) e"
        " where coalesce(absolute_number, counted) = $2 limit 1",
        media_id,
        number,
    )
    return [row["id"] for row in rows]


async def episode_by_date(db: Executor, media_id: UUID, air_date: Any) -> list[UUID]:
    """The episodes that aired on a day."""
    rows = await db.fetch(
        "select id from show_episodes where media_id = $1 and air_date = $2 order by number",
        media_id,
        air_date,
    )
    return [row["id"] for row in rows]


async def still_source(db: Executor, episode_id: UUID) -> tuple[str, str] | None:
    """The show's title and where an episode's picture comes from; None for an unknown one."""
    row = await db.fetchrow(
        "select m.title, e.still_source as source from show_episodes e"
        " join media_items m on m.id = e.media_id where e.id = $1",
        episode_id,
    )
    return (row["title"], row["source"]) if row else None
