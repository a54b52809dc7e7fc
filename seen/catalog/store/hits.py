"""Titles as lists name them: kept until somebody asks for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from seen.core.db import Executor
from seen.plugin.models import ExternalRef


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list, cleaned, with the id it would get if the title is new."""

    id: UUID
    ref: ExternalRef
    title: str
    original_title: str
    sort_title: str
    folded_title: str
    others: str
    overview: str
    release_date: date | None
    year: int | None
    rating: int | None
    votes: int
    popularity: float
    language: str
    poster: str
    backdrop: str
    genre: str


async def known(db: Executor, refs: Sequence[ExternalRef]) -> dict[ExternalRef, UUID]:
    """Which of these references stand for a title."""
    rows = await db.fetch(
        "select e.source, e.media_type, e.external_id, e.media_id from media_external_ids e"
        " join unnest($1::text[], $2::text[], $3::text[]) as r(source, media_type, external_id)"
        "   on (e.source, e.media_type, e.external_id) = (r.source, r.media_type, r.external_id)",
        [ref.source for ref in refs],
        [ref.kind.value for ref in refs],
        [ref.id for ref in refs],
    )
    by_text = {(r["source"], r["media_type"], r["external_id"]): r["media_id"] for r in rows}
    return {
        ref: by_text[key]
        for ref in refs
        if (key := (ref.source, ref.kind.value, ref.id)) in by_text
    }


async def insert(db: Executor, listed: Sequence[Listed], provider: str, *, due: bool) -> None:
    """Make new titles of rows, to be asked for at once where they are ``due``."""
    await db.execute(
        "insert into media_items (id, media_type, title, original_title, sort_title,"
        "   folded_title, overview, release_date, release_year, rating, votes, popularity,"
        "   original_language, poster_source, backdrop_source, provider, refresh_at, search,"
        "   genre)"
        " select id, kind, title, original, sort, folded, overview, released, year, rating, votes,"
        "   popularity, language, poster, backdrop, $17,"
        "   case when $18 then now() end,"
        "   setweight(to_tsvector('simple', folded), 'A')"
        "   || setweight(to_tsvector('simple', others), 'B'), genre"
        " from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],"
        "   $7::text[], $8::date[], $9::int[], $10::int[], $11::int[], $12::float8[], $13::text[],"
        "   $14::text[], $15::text[], $16::text[], $19::text[]) as r(id, kind, title,"
        "   original, sort, folded, overview, released, year, rating, votes, popularity,"
        "   language, poster, backdrop, others, genre)",
        [each.id for each in listed],
        [each.ref.kind.value for each in listed],
        [each.title for each in listed],
        [each.original_title for each in listed],
        [each.sort_title for each in listed],
        [each.folded_title for each in listed],
        [each.overview for each in listed],
        [each.release_date for each in listed],
        [each.year for each in listed],
        [each.rating for each in listed],
        [each.votes for each in listed],
        [each.popularity for each in listed],
        [each.language for each in listed],
        [each.poster for each in listed],
        [each.backdrop for each in listed],
        [each.others for each in listed],
        provider,
        due,
        [each.genre for each in listed],
    )


async def claim(db: Executor, listed: Sequence[Listed]) -> dict[ExternalRef, UUID]:
    """Give new titles their references; answers with who owns each, and forgets those that came
    too late."""
    await db.execute(
        "insert into media_external_ids (source, media_type, external_id, media_id)"
        " select * from unnest($1::text[], $2::text[], $3::text[], $4::uuid[])"
        " on conflict do nothing",
        [each.ref.source for each in listed],
        [each.ref.kind.value for each in listed],
        [each.ref.id for each in listed],
        [each.id for each in listed],
    )
    owners = await known(db, [each.ref for each in listed])
    late = [each.id for each in listed if owners[each.ref] != each.id]
    if late:
        await db.execute("delete from media_items where id = any($1::uuid[])", late)
    return owners


async def set_standing(db: Executor, listed: Sequence[tuple[UUID, Listed]]) -> None:
    """How titles stand now: popularity and votes. Nothing is written that did not change."""
    await db.execute(
        "update media_items m set popularity = r.popularity, votes = greatest(r.votes, m.votes),"
        " rating = coalesce(r.rating, m.rating)"
        " from unnest($1::uuid[], $2::float8[], $3::int[], $4::int[])"
        "   as r(id, popularity, votes, rating)"
        " where m.id = r.id and (m.popularity, m.votes) is distinct from (r.popularity, r.votes)"
        "   and r.popularity > 0",
        [media_id for media_id, _ in listed],
        [each.popularity for _, each in listed],
        [each.votes for _, each in listed],
        [each.rating for _, each in listed],
    )


async def set_genres(db: Executor, genres: Sequence[tuple[UUID, str]]) -> None:
    """Add genres to new titles."""
    names = sorted({name for _, name in genres})
    await db.execute(
        "insert into genres (name) select unnest($1::text[]) on conflict do nothing", names
    )
    await db.execute(
        "insert into media_genres (media_id, genre_id) select r.media_id, g.id"
        " from unnest($1::uuid[], $2::text[]) as r(media_id, name)"
        " join genres g on g.name = r.name::citext on conflict do nothing",
        [media_id for media_id, _ in genres],
        [name for _, name in genres],
    )
