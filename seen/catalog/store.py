"""Titles in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from seen.catalog.model import EpisodeRow, SeasonRow, Summary, Title
from seen.core.db import Connection, Executor, Row
from seen.core.ids import new_id
from seen.plugin.models import Episode, ExternalRef, MediaKind, Season

_TITLE = """
    select m.id, m.media_type as kind, m.title, m.original_title, m.overview, m.tagline,
           m.release_date, m.release_year as year, m.end_date, m.status, m.runtime_seconds,
           m.rating, m.votes, m.popularity, m.content_rating, m.original_language,
           m.poster_source, m.backdrop_source, m.details, m.provider,
           array(select g.name::text from media_genres mg join genres g on g.id = mg.genre_id
                 where mg.media_id = m.id order by g.name) as genres,
           (select coalesce(jsonb_object_agg(e.source, e.external_id), '{}')
              from media_external_ids e where e.media_id = m.id) as external_ids
      from media_items m
"""


def _title(row: Row) -> Title:
    facts = dict(row)
    facts["kind"] = MediaKind(facts["kind"])
    facts["genres"] = tuple(facts["genres"])
    return Title(**facts)


async def title(db: Executor, media_id: UUID) -> Title | None:
    """One title with its genres and external ids."""
    row = await db.fetchrow(f"{_TITLE} where m.id = $1", media_id)
    return _title(row) if row else None


async def media_by_refs(db: Executor, refs: Sequence[ExternalRef]) -> list[UUID]:
    """The titles that carry any of these references, in the order of the references."""
    rows = await db.fetch(
        "select e.media_id from media_external_ids e"
        " join unnest($1::text[], $2::text[], $3::text[]) with ordinality"
        "      as r(source, media_type, external_id, rank)"
        "   on (e.source, e.media_type, e.external_id) = (r.source, r.media_type, r.external_id)"
        " order by r.rank",
        [ref.source for ref in refs],
        [ref.kind.value for ref in refs],
        [ref.id for ref in refs],
    )
    return list(dict.fromkeys(row["media_id"] for row in rows))


async def upsert_title(db: Executor, values: dict[str, Any]) -> None:
    """Write a title's own columns; the picture of a title is kept where the new one has none."""
    columns = list(values)
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    keep_if_empty = ("poster_source", "backdrop_source", "overview")
    updates = ", ".join(
        f"{name} = coalesce(nullif(excluded.{name}, ''), media_items.{name})"
        if name in keep_if_empty
        else f"{name} = excluded.{name}"
        for name in columns
        if name != "id"
    )
    await db.execute(
        f"insert into media_items ({', '.join(columns)}, refreshed_at) values ({places}, now())"
        f" on conflict (id) do update set {updates}, refreshed_at = now(), updated_at = now()",
        *values.values(),
    )


async def claim_refs(db: Executor, media_id: UUID, refs: Sequence[ExternalRef]) -> UUID:
    """Give a title its references; answers with the title that owns the first of them.

    Two scans may meet the same new title at once. The first reference decides: the primary key
    lets one of them win, and the other is told who did.
    """
    await db.executemany(
        "insert into media_external_ids (source, media_type, external_id, media_id)"
        " values ($1, $2, $3, $4) on conflict do nothing",
        [(ref.source, ref.kind.value, ref.id, media_id) for ref in refs],
    )
    owner: UUID = await db.fetchval(
        "select media_id from media_external_ids"
        " where (source, media_type, external_id) = ($1, $2, $3)",
        refs[0].source,
        refs[0].kind.value,
        refs[0].id,
    )
    return owner


async def move_refs(db: Executor, twin: UUID, media_id: UUID) -> None:
    await db.execute(
        "update media_external_ids set media_id = $2 where media_id = $1", twin, media_id
    )


async def delete_title(db: Executor, media_id: UUID) -> None:
    await db.execute("delete from media_items where id = $1", media_id)


async def set_genres(db: Executor, media_id: UUID, names: Sequence[str]) -> None:
    """Replace a title's genres."""
    # Sorted, so that two writers take the rows in one order and never wait for each other.
    wanted = sorted({name for name in names if name})
    await db.execute(
        "insert into genres (name) select unnest($1::text[]) on conflict do nothing", wanted
    )
    await db.execute("delete from media_genres where media_id = $1", media_id)
    await db.execute(
        "insert into media_genres select $1, id from genres where name = any($2::citext[])",
        media_id,
        wanted,
    )


async def upsert_seasons(db: Executor, media_id: UUID, seasons: Sequence[Season]) -> None:
    """Write a show's seasons; ids and what is already known of them stay."""
    await db.executemany(
        "insert into show_seasons"
        " (id, media_id, number, title, overview, air_date, poster_source, episode_count)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (media_id, number) do update set title = excluded.title,"
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


async def picture_source(db: Executor, media_id: UUID, column: str) -> tuple[str, str, str] | None:
    """Title, kind and where a picture comes from; None for an unknown title."""
    if column not in ("poster_source", "backdrop_source"):
        raise ValueError(column)
    row = await db.fetchrow(
        f"select title, media_type, {column} as source from media_items where id = $1", media_id
    )
    return (row["title"], row["media_type"], row["source"]) if row else None


async def still_source(db: Executor, episode_id: UUID) -> tuple[str, str] | None:
    """The show's title and where an episode's picture comes from; None for an unknown one."""
    row = await db.fetchrow(
        "select m.title, e.still_source as source from show_episodes e"
        " join media_items m on m.id = e.media_id where e.id = $1",
        episode_id,
    )
    return (row["title"], row["source"]) if row else None


async def lock_title(connection: Connection, ref: ExternalRef) -> None:
    """Let one writer at a time store a title that is found by this reference."""
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))",
        f"{ref.source}:{ref.kind}:{ref.id}",
    )


async def summaries(db: Executor, media_ids: Sequence[UUID]) -> list[Summary]:
    """What cards need of some titles, in no order."""
    rows = await db.fetch(
        "select m.id, m.media_type as kind, m.title, m.release_year as year, m.end_date,"
        " m.status, m.runtime_seconds, left(md5(nullif(m.poster_source, '')), 8) as poster_version,"
        " left(md5(nullif(m.backdrop_source, '')), 8) as backdrop_version,"
        " coalesce((select min(g.name::text) from media_genres mg"
        "   join genres g on g.id = mg.genre_id where mg.media_id = m.id), '') as genre"
        " from media_items m where m.id = any($1::uuid[])",
        list(media_ids),
    )
    return [_summary(row) for row in rows]


def _summary(row: Row) -> Summary:
    facts = dict(row)
    facts["kind"] = MediaKind(facts["kind"])
    facts["poster_version"] = facts["poster_version"] or "drawn"
    facts["backdrop_version"] = facts["backdrop_version"] or "drawn"
    return Summary(**facts)
