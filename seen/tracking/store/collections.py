"""Collections in PostgreSQL. Every query names the viewer: others' are seen only when shared, and
changed by nobody but their owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from seen.core.db import Executor, Row
from seen.tracking.model.collections import Collection, CollectionKind, Filter, Franchise

_COLLECTION = """
    select c.id, c.kind, c.name, c.description, c.filter, c.shared, c.created_at,
           c.user_id = $1 as mine, u.display_name as owner,
           (select count(*) from collection_items i where i.collection_id = c.id) as count,
           coalesce(c.cover_id, (select i.media_id from collection_items i
               where i.collection_id = c.id order by i.rank limit 1)) as cover_id
      from collections c join users u on u.id = c.user_id
"""


async def listed(db: Executor, viewer_id: UUID, limit: int) -> list[Collection]:
    """The viewer's own, the last made first, then what others share."""
    rows = await db.fetch(
        f"{_COLLECTION} where c.user_id = $1 or c.shared"
        " order by (c.user_id = $1) desc, c.created_at desc, c.id limit $2",
        viewer_id,
        limit,
    )
    return [_collection(row) for row in rows]


async def one(db: Executor, viewer_id: UUID, collection_id: UUID) -> Collection | None:
    row = await db.fetchrow(
        f"{_COLLECTION} where c.id = $2 and (c.user_id = $1 or c.shared)", viewer_id, collection_id
    )
    return _collection(row) if row is not None else None


async def holding(db: Executor, viewer_id: UUID, media_id: UUID) -> set[UUID]:
    """Those of the viewer's collections that hold a title."""
    rows = await db.fetch(
        "select i.collection_id from collection_items i join collections c on c.id ="
        " i.collection_id where c.user_id = $1 and i.media_id = $2",
        viewer_id,
        media_id,
    )
    return {row["collection_id"] for row in rows}


async def insert(
    db: Executor,
    viewer_id: UUID,
    collection_id: UUID,
    kind: CollectionKind,
    name: str,
    description: str,
    rule: Filter,
    shared: bool,
) -> None:
    await db.execute(
        "insert into collections (id, user_id, kind, name, description, filter, shared)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        collection_id,
        viewer_id,
        kind,
        name,
        description,
        msgspec.to_builtins(rule),
        shared,
    )


async def update(
    db: Executor, viewer_id: UUID, collection_id: UUID, facts: dict[str, Any]
) -> str | None:
    """Change some facts of the viewer's own collection; its name, or None where there is none."""
    found: str | None = await db.fetchval(
        "update collections set name = coalesce($3, name),"
        " description = coalesce($4, description), shared = coalesce($5, shared),"
        " filter = coalesce($6, filter), cover_id = coalesce($7, cover_id)"
        " where user_id = $1 and id = $2 returning name",
        viewer_id,
        collection_id,
        facts.get("name"),
        facts.get("description"),
        facts.get("shared"),
        msgspec.to_builtins(facts["filter"]) if facts.get("filter") is not None else None,
        facts.get("cover_id"),
    )
    return found


async def delete(db: Executor, viewer_id: UUID, collection_id: UUID) -> str | None:
    """Delete the viewer's own collection; its name."""
    found: str | None = await db.fetchval(
        "delete from collections where user_id = $1 and id = $2 returning name",
        viewer_id,
        collection_id,
    )
    return found


async def manual_name(db: Executor, viewer_id: UUID, collection_id: UUID) -> str | None:
    """The name of the viewer's own manual collection, held until the transaction ends."""
    found: str | None = await db.fetchval(
        "select name from collections where user_id = $1 and id = $2 and kind = 'manual'"
        " for update",
        viewer_id,
        collection_id,
    )
    return found


async def add(db: Executor, collection_id: UUID, media_ids: Sequence[UUID]) -> int:
    """Put titles at the end; how many are new there."""
    status = await db.execute(
        "insert into collection_items (collection_id, media_id, rank)"
        " select $1, id, last.rank + place from unnest($2::uuid[]) with ordinality"
        "   as wanted(id, place),"
        "  (select coalesce(max(rank), 0) as rank from collection_items"
        "    where collection_id = $1) last"
        " on conflict do nothing",
        collection_id,
        list(media_ids),
    )
    return int(status.split()[-1])


async def take(db: Executor, collection_id: UUID, media_ids: Sequence[UUID]) -> int:
    status = await db.execute(
        "delete from collection_items where collection_id = $1 and media_id = any($2)",
        collection_id,
        list(media_ids),
    )
    return int(status.split()[-1])


async def order(db: Executor, collection_id: UUID) -> list[UUID]:
    """All titles in order."""
    rows = await db.fetch(
        "select media_id from collection_items where collection_id = $1 order by rank, media_id",
        collection_id,
    )
    return [row["media_id"] for row in rows]


async def set_order(db: Executor, collection_id: UUID, media_ids: Sequence[UUID]) -> None:
    """Number the titles anew; those whose place stays are not touched."""
    await db.execute(
        "update collection_items i set rank = wanted.place"
        " from unnest($2::uuid[]) with ordinality as wanted(id, place)"
        " where i.collection_id = $1 and i.media_id = wanted.id and i.rank <> wanted.place",
        collection_id,
        list(media_ids),
    )


async def items(
    db: Executor, viewer_id: UUID, collection_id: UUID, limit: int, after: float | None
) -> list[tuple[UUID, float]]:
    """Titles of a collection the viewer may see, in order: each with its rank."""
    rows = await db.fetch(
        "select i.media_id, i.rank from collection_items i join collections c"
        " on c.id = i.collection_id where c.id = $2 and (c.user_id = $1 or c.shared)"
        " and ($4::float8 is null or i.rank > $4) order by i.rank, i.media_id limit $3",
        viewer_id,
        collection_id,
        limit,
        after,
    )
    return [(row["media_id"], row["rank"]) for row in rows]


# What a person keeps in any way, or the server has a file of. $1 is the viewer.
_KEPT = """
    (exists(select 1 from user_watched w where w.user_id = $1 and w.media_id = m.id)
     or exists(select 1 from user_watch_later l where l.user_id = $1 and l.media_id = m.id)
     or exists(select 1 from user_states s where s.user_id = $1 and s.media_id = m.id)
     or exists(select 1 from library_items i where i.media_id = m.id
               and i.match_state = 'matched' and i.missing_since is null))
"""


async def franchises(db: Executor, viewer_id: UUID, limit: int) -> list[Franchise]:
    """Series of which the viewer keeps or has at least two titles, the largest first."""
    rows = await db.fetch(
        "select name, count(*) as count,"
        " (array_agg(m.id order by m.popularity desc))[1] as cover_id"
        " from media_items m, unnest(m.franchises) as name"
        f" where m.franchises <> '{{}}' and {_KEPT}"
        " group by name having count(*) > 1 order by count(*) desc, name limit $2",
        viewer_id,
        limit,
    )
    return [Franchise(row["name"], row["count"], row["cover_id"]) for row in rows]


async def franchise(db: Executor, name: str, limit: int) -> list[UUID]:
    """The titles of a series in the order they came out."""
    rows = await db.fetch(
        "select id from media_items where franchises <> '{}' and franchises @> array[$1::text]"
        " and gone_at is null order by release_date nulls last, id limit $2",
        name,
        limit,
    )
    return [row["id"] for row in rows]


def _collection(row: Row) -> Collection:
    return Collection(
        row["id"],
        row["kind"],
        row["name"],
        row["description"],
        msgspec.convert(row["filter"], Filter),
        row["shared"],
        row["cover_id"],
        row["created_at"],
        row["count"],
        row["mine"],
        row["owner"],
    )
