"""Ratings, favourites and notes in PostgreSQL. Every query names the person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from seen.core.db import Executor, Row
from seen.tracking.model.opinions import NamedPart, Note, Part, Rating, RatingPlace

# An import gives many parts of a title the same moment: only all of this is different for each.
_RATING_KEY = (
    "(r.rated_at, r.media_id, coalesce(r.season_number, -1),"
    " coalesce(r.episode_id, '00000000-0000-0000-0000-000000000000'::uuid))"
)


async def known(db: Executor, media_ids: Sequence[UUID]) -> set[UUID]:
    """Those of some ids that are titles."""
    rows = await db.fetch("select id from media_items where id = any($1)", list(media_ids))
    return {row["id"] for row in rows}


async def named(db: Executor, part: Part) -> NamedPart | None:
    """A title, a season or an episode with its name; None where there is none."""
    row = await db.fetchrow(
        "select m.title, m.media_type, coalesce(s.number, e.season_number) as season_number,"
        " e.number, coalesce(e.title, '') as episode_title from media_items m"
        " left join show_seasons s on s.media_id = m.id and s.number = $2"
        " left join show_episodes e on e.media_id = m.id and e.id = $3 where m.id = $1"
        " and ($2::int is null or s.media_id is not null)"
        " and ($3::uuid is null or e.id is not null)",
        part.media_id,
        part.season_number,
        part.episode_id,
    )
    return NamedPart(**dict(row)) if row is not None else None


async def rate(
    db: Executor, user_id: UUID, part: Part, rating: int, at: datetime | None = None
) -> None:
    await db.execute(
        "insert into user_ratings (user_id, media_id, season_number, episode_id, rating, rated_at)"
        " values ($1, $2, $3, $4, $5, coalesce($6, now()))"
        " on conflict (user_id, media_id, season_number, episode_id)"
        " do update set rating = $5, rated_at = excluded.rated_at"
        " where user_ratings.rating <> $5",
        user_id,
        part.media_id,
        part.season_number,
        part.episode_id,
        rating,
        at,
    )


async def unrate(db: Executor, user_id: UUID, part: Part) -> None:
    await db.execute(
        "delete from user_ratings where user_id = $1 and media_id = $2"
        " and season_number is not distinct from $3 and episode_id is not distinct from $4",
        user_id,
        part.media_id,
        part.season_number,
        part.episode_id,
    )


async def ratings(
    db: Executor,
    user_id: UUID,
    kind: str | None,
    at_least: int,
    limit: int,
    before: RatingPlace | None,
) -> list[Rating]:
    """The person's ratings of titles and parts, the last first."""
    rows = await db.fetch(
        "select r.media_id, r.season_number, r.episode_id, r.rating, r.rated_at"
        " from user_ratings r join media_items m on m.id = r.media_id where r.user_id = $1"
        " and ($3::text is null or m.media_type = $3) and r.rating >= $4"
        f" and ($5::timestamptz is null or {_RATING_KEY} < ($5, $6, $7, $8))"
        f" order by {_RATING_KEY} desc limit $2",
        user_id,
        limit,
        kind,
        at_least,
        *(before or (None, None, None, None)),
    )
    return [_rating(row) for row in rows]


async def ratings_of(db: Executor, user_id: UUID, media_id: UUID) -> list[Rating]:
    """The person's ratings of a title and its parts."""
    rows = await db.fetch(
        "select media_id, season_number, episode_id, rating, rated_at from user_ratings"
        " where user_id = $1 and media_id = $2",
        user_id,
        media_id,
    )
    return [_rating(row) for row in rows]


def _rating(row: Row) -> Rating:
    part = Part(row["media_id"], row["season_number"], row["episode_id"])
    return Rating(part, row["rating"], row["rated_at"])


async def favor(db: Executor, user_id: UUID, media_ids: Sequence[UUID]) -> None:
    await db.execute(
        "insert into user_favorites (user_id, media_id) select $1, id from unnest($2::uuid[]) as"
        " wanted(id) on conflict do nothing",
        user_id,
        list(media_ids),
    )


async def unfavor(db: Executor, user_id: UUID, media_ids: Sequence[UUID]) -> None:
    await db.execute(
        "delete from user_favorites where user_id = $1 and media_id = any($2)",
        user_id,
        list(media_ids),
    )


async def favorites(
    db: Executor,
    user_id: UUID,
    kind: str | None,
    limit: int,
    before: tuple[datetime, UUID] | None,
) -> list[tuple[UUID, datetime]]:
    """The person's favourites, the last first."""
    at, last = before or (None, None)
    rows = await db.fetch(
        "select f.media_id, f.added_at from user_favorites f join media_items m on m.id ="
        " f.media_id where f.user_id = $1 and ($3::text is null or m.media_type = $3)"
        " and ($4::timestamptz is null or (f.added_at, f.media_id) < ($4, $5))"
        " order by f.added_at desc, f.media_id desc limit $2",
        user_id,
        limit,
        kind,
        at,
        last,
    )
    return [(row["media_id"], row["added_at"]) for row in rows]


async def is_favorite(db: Executor, user_id: UUID, media_id: UUID) -> bool:
    return bool(
        await db.fetchval(
            "select exists(select 1 from user_favorites where user_id = $1 and media_id = $2)",
            user_id,
            media_id,
        )
    )


async def write_note(db: Executor, user_id: UUID, media_id: UUID, body: str) -> None:
    await db.execute(
        "insert into user_notes (user_id, media_id, body) values ($1, $2, $3)"
        " on conflict (user_id, media_id) do update set body = $3, updated_at = now()"
        " where user_notes.body <> $3",
        user_id,
        media_id,
        body,
    )


async def remove_note(db: Executor, user_id: UUID, media_id: UUID) -> None:
    await db.execute(
        "delete from user_notes where user_id = $1 and media_id = $2", user_id, media_id
    )


async def note(db: Executor, user_id: UUID, media_id: UUID) -> Note | None:
    row = await db.fetchrow(
        "select media_id, body, updated_at from user_notes where user_id = $1 and media_id = $2",
        user_id,
        media_id,
    )
    return Note(**dict(row)) if row is not None else None
