"""Titles in PostgreSQL: what they are, what they are called elsewhere, what they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from seen.catalog.model import Summary, Title
from seen.core.db import Connection, Executor, Row
from seen.plugin.models import ExternalRef, MediaKind

_TITLE = """
    select m.id, m.media_type as kind, m.title, m.original_title, m.overview, m.tagline,
           m.release_date, m.release_year as year, m.end_date, m.status, m.runtime_seconds,
           m.rating, m.votes, m.popularity, m.content_rating, m.original_language,
           m.poster_source, m.backdrop_source, m.details, m.provider, m.platforms,
           m.refreshed_at, m.gone_at,
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
    facts["platforms"] = tuple(facts["platforms"])
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


async def ref_at(db: Executor, media_id: UUID, source: str) -> ExternalRef | None:
    """The title's reference at one service."""
    row = await db.fetchrow(
        "select media_type, external_id from media_external_ids"
        " where media_id = $1 and source = $2 limit 1",
        media_id,
        source,
    )
    return ExternalRef(source, MediaKind(row["media_type"]), row["external_id"]) if row else None


async def media_by_name(db: Executor, kind: str, folded: str, year: int | None) -> list[UUID]:
    """Titles of just that folded name, and of that year where one is given; two at most."""
    rows = await db.fetch(
        "select id from media_items where media_type = $1 and folded_title = $2"
        " and ($3::int is null or release_year = $3) limit 2",
        kind,
        folded,
        year,
    )
    return [row["id"] for row in rows]


_SEARCH = (
    "setweight(to_tsvector('simple', {0}), 'A') || setweight(to_tsvector('simple', {1}), 'B')"
    " || setweight(to_tsvector('simple', {2}), 'D')"
)
_KEPT_IF_EMPTY = ("poster_source", "backdrop_source", "overview")


async def is_whole(db: Executor, media_id: UUID) -> bool:
    return bool(
        await db.fetchval(
            "select refreshed_at is not null from media_items where id = $1", media_id
        )
    )


async def upsert_title(
    db: Executor, values: dict[str, Any], searched: tuple[str, str, str]
) -> None:
    """Write a title's own columns; the picture of a title is kept where the new one has none.

    ``searched`` is what it is found by: its title, its other titles, its people; all folded.
    """
    columns = list(values)
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    at = len(columns)
    search = _SEARCH.format(f"${at + 1}", f"${at + 2}", f"${at + 3}")
    updates = ", ".join(
        f"{name} = coalesce(nullif(excluded.{name}, ''), media_items.{name})"
        if name in _KEPT_IF_EMPTY
        else f"{name} = excluded.{name}"
        for name in columns
        if name != "id"
    )
    await db.execute(
        f"insert into media_items ({', '.join(columns)}, search, refreshed_at)"
        f" values ({places}, {search}, now())"
        f" on conflict (id) do update set {updates}, search = excluded.search,"
        " gone_at = null, refreshed_at = now(), updated_at = now()",
        *values.values(),
        *searched,
    )


async def add_words(db: Executor, words: Sequence[str]) -> None:
    """Learn the words of a title, sorted so that two writers never wait for each other."""
    await db.execute(
        "insert into search_words (word) select unnest($1::text[]) on conflict do nothing", words
    )


async def set_related(db: Executor, media_id: UUID, others: Sequence[tuple[str, UUID]]) -> None:
    """Replace what a title is related to: (relation, other title) in their order."""
    await db.execute("delete from media_related where media_id = $1", media_id)
    await db.executemany(
        "insert into media_related (media_id, relation, position, other_id)"
        " values ($1, $2, $3, $4) on conflict do nothing",
        [
            (media_id, relation, position, other)
            for position, (relation, other) in enumerate(others)
            if other != media_id
        ],
    )


async def related(db: Executor, media_id: UUID) -> list[tuple[str, UUID]]:
    """What a title is related to, in order."""
    rows = await db.fetch(
        "select relation, other_id from media_related where media_id = $1 order by position",
        media_id,
    )
    return [(row["relation"], row["other_id"]) for row in rows]


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


async def delete_ref(db: Executor, ref: ExternalRef) -> None:
    await db.execute(
        "delete from media_external_ids where (source, media_type, external_id) = ($1, $2, $3)",
        ref.source,
        ref.kind.value,
        ref.id,
    )


async def delete_title(db: Executor, media_id: UUID) -> None:
    await db.execute("delete from media_items where id = $1", media_id)


async def set_genres(db: Executor, media_id: UUID, names: Sequence[str]) -> None:
    """Replace a title's genres; the first one is the one its card names."""
    first = next((name for name in names if name), "")
    await db.execute(
        "update media_items set genre = $2 where id = $1 and genre <> $2", media_id, first
    )
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


async def picture_source(db: Executor, media_id: UUID, column: str) -> tuple[str, str, str] | None:
    """Title, kind and where a picture comes from; None for an unknown title."""
    if column not in ("poster_source", "backdrop_source"):
        raise ValueError(column)
    row = await db.fetchrow(
        f"select title, media_type, {column} as source from media_items where id = $1", media_id
    )
    return (row["title"], row["media_type"], row["source"]) if row else None


_PARTS = {
    "person": "details -> 'credits' -> $2::int ->> 'photo'",
    "screenshot": "details -> 'screenshots' ->> $2::int",
}


async def part_source(db: Executor, media_id: UUID, part: str, index: int) -> str | None:
    """Where another picture of a title is."""
    found: str | None = await db.fetchval(
        f"select {_PARTS[part]} from media_items where id = $1", media_id, index
    )
    return found


async def lock_title(connection: Connection, ref: ExternalRef) -> None:
    """Let one writer at a time store a title that is found by this reference."""
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))",
        f"{ref.source}:{ref.kind}:{ref.id}",
    )


async def summaries(db: Executor, media_ids: Sequence[UUID]) -> list[Summary]:
    """What cards need of some titles, in no order."""
    rows = await db.fetch(
        "select id, media_type, title, release_year, end_date, status, runtime_seconds,"
        " poster_version, backdrop_version, genre from media_items where id = any($1::uuid[])",
        list(media_ids),
    )
    return [_summary(row) for row in rows]


def _summary(row: Row) -> Summary:
    return Summary(
        row["id"],
        MediaKind(row["media_type"]),
        row["title"],
        row["release_year"],
        row["end_date"],
        row["status"],
        row["runtime_seconds"],
        row["poster_version"],
        row["backdrop_version"],
        row["genre"],
    )
