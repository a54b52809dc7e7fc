"""Files and their streams, read."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from seen.core.db import Executor, Row
from seen.library.model.records import Item, StoredStream
from seen.plugin.models import StreamInfo

_ITEM = """
    select i.id, i.root_id, i.media_id, i.absolute_path, i.raw_path, i.file_name,
           i.file_size_bytes, i.container_format, i.video_codec, i.audio_codec,
           i.duration_seconds, i.resolution_label, i.edition, i.part, i.extra, i.match_state,
           i.match_confidence, i.match_locked, i.match_reason, i.evidence, i.problem,
           i.missing_since, i.discovered_at, i.scanned_at, i.updated_at
      from library_items i
"""


def _item(row: Row) -> Item:
    return Item(**dict(row))


async def item(db: Executor, item_id: UUID) -> Item | None:
    row = await db.fetchrow(f"{_ITEM} where i.id = $1", item_id)
    return _item(row) if row else None


async def items(
    db: Executor,
    *,
    states: Sequence[str],
    kind: str | None,
    query: str,
    limit: int,
    offset: int,
) -> tuple[list[Item], int]:
    """A page of files, last changed first, and how many there are in all."""
    where = (
        " left join media_items m on m.id = i.media_id where i.match_state = any($1::text[])"
        " and ($2::text is null or m.media_type = $2)"
        " and ($3 = '' or i.file_name ilike $4 or m.title ilike $4)"
    )
    like = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    arguments = (list(states), kind, query, like)
    total = await db.fetchval(f"select count(*) from library_items i {where}", *arguments)
    rows = await db.fetch(
        f"{_ITEM} {where} order by i.updated_at desc, i.id limit $5 offset $6",
        *arguments,
        limit,
        offset,
    )
    return [_item(row) for row in rows], total


async def items_of_media(db: Executor, media_id: UUID) -> list[tuple[Item, list[UUID]]]:
    """The files of a title, best picture first, each with the episodes it holds."""
    rows = await db.fetch(
        f"select x.*, array(select episode_id from library_item_episodes e"
        f"   where e.library_item_id = x.id) as episodes from ({_ITEM}"
        "   where i.media_id = $1 and i.match_state = 'matched') x"
        " order by x.extra <> '', x.missing_since is not null, x.part nulls first,"
        "   nullif(regexp_replace(x.resolution_label, '\\D', '', 'g'), '')::int desc nulls last,"
        "   x.file_size_bytes desc",
        media_id,
    )
    found = []
    for row in rows:
        facts = dict(row)
        episodes: list[UUID] = facts.pop("episodes")
        found.append((Item(**facts), episodes))
    return found


async def files_of(db: Executor, media_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID | None], UUID]:
    """One file that is there for every (title, episode) of some titles; None for a movie."""
    rows = await db.fetch(
        "select distinct on (i.media_id, e.episode_id) i.media_id, e.episode_id, i.id"
        " from library_items i left join library_item_episodes e on e.library_item_id = i.id"
        " where i.media_id = any($1::uuid[]) and i.match_state = 'matched'"
        " and i.missing_since is null and i.problem = '' and i.extra = ''"
        " order by i.media_id, e.episode_id, i.part nulls first, i.file_size_bytes desc",
        list(media_ids),
    )
    return {(row["media_id"], row["episode_id"]): row["id"] for row in rows}


async def streams_of(db: Executor, item_ids: Sequence[UUID]) -> list[StoredStream]:
    """The streams of some files, in order."""
    rows = await db.fetch(
        "select id, library_item_id as item_id, external_path, stream_index as index,"
        " stream_type as type, codec, profile, pixel_format, language, title, channels,"
        " bitrate_kbps, width, height, is_default, is_forced, hearing_impaired"
        " from library_streams where library_item_id = any($1::uuid[])"
        " order by library_item_id, external_path <> '', stream_index",
        list(item_ids),
    )
    found = []
    for row in rows:
        facts = dict(row)
        head = {name: facts.pop(name) for name in ("id", "item_id", "external_path")}
        found.append(StoredStream(info=StreamInfo(**facts), **head))
    return found


async def stream(db: Executor, stream_id: UUID) -> StoredStream | None:
    item_id = await db.fetchval(
        "select library_item_id from library_streams where id = $1", stream_id
    )
    if item_id is None:
        return None
    return next((s for s in await streams_of(db, [item_id]) if s.id == stream_id), None)


async def companions(db: Executor, item: Item) -> list[UUID]:
    """Files whose names tell episodes of the same show, in the same folder tree and with the same
    title (or none) so far; nothing that somebody decided by hand."""
    rows = await db.fetch(
        "select i.id from library_items i where i.id <> $1 and i.root_id = $2"
        " and i.evidence->'parsed'->>'kind' = 'show' and i.evidence->'parsed'->>'title' = $3"
        " and jsonb_array_length(i.evidence->'parsed'->'episodes') > 0"
        " and i.media_id is not distinct from $4 and i.match_state <> 'ignored'"
        " and not i.match_locked order by i.absolute_path limit 500",
        item.id,
        item.root_id,
        item.evidence.get("parsed", {}).get("title", ""),
        item.media_id,
    )
    return [row["id"] for row in rows]
