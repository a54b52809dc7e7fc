"""What a scan writes about files, and what somebody decided about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from seen.core.db import Executor
from seen.core.ids import new_id
from seen.library.model.records import FileRecord
from seen.plugin.models import StreamInfo


async def known_files(db: Executor, root_id: UUID, asked: str) -> dict[str, FileRecord]:
    """What is stored of a root's files, by path.

    ``again`` marks files to look at although they did not change: not finished last time, or not
    known to anybody then while there is a provider now that was not asked.
    """
    rows = await db.fetch(
        "select id, absolute_path, raw_path, file_size_bytes as size, modified_ns,"
        " missing_since is not null as missing, match_locked as locked,"
        " scanned_at is null or (not match_locked and match_state <> 'ignored' and asked <> $2"
        "   and (match_state = 'unmatched' or match_confidence <= 0.5)) as again"
        " from library_items where root_id = $1",
        root_id,
        asked,
    )
    return {row["absolute_path"]: FileRecord(**dict(row)) for row in rows}


async def upsert_item(db: Executor, values: dict[str, Any], *, keep_match: bool) -> UUID:
    """Write a file's row by its path and answer with its id.

    With ``keep_match`` (somebody matched it by hand) what it is stays as it was.
    """
    columns = list(values)
    match_columns = {
        "media_id", "match_state", "match_confidence", "match_reason", "evidence", "edition",
        "part", "extra",
    }  # fmt: skip
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    updates = ", ".join(
        f"{name} = excluded.{name}"
        for name in columns
        if name != "id" and not (keep_match and name in match_columns)
    )
    found: UUID = await db.fetchval(
        f"insert into library_items ({', '.join(columns)}) values ({places})"
        f" on conflict (absolute_path) do update set {updates}, missing_since = null,"
        " updated_at = now() returning id",
        *values.values(),
    )
    return found


async def move_item(db: Executor, item_id: UUID, path: str, raw: bytes | None, name: str) -> None:
    """A file was renamed or moved: the row goes with it."""
    await db.execute(
        "update library_items set absolute_path = $2, raw_path = $3, file_name = $4,"
        " missing_since = null, updated_at = now() where id = $1",
        item_id,
        path,
        raw,
        name,
    )


async def set_missing(db: Executor, item_ids: Sequence[UUID]) -> None:
    """Files that are gone from a folder that is there. Their rows and all history stay."""
    await db.execute(
        "update library_items set missing_since = coalesce(missing_since, now())"
        " where id = any($1::uuid[])",
        list(item_ids),
    )


async def set_found(db: Executor, item_ids: Sequence[UUID]) -> None:
    """Files that are back as they were."""
    await db.execute(
        "update library_items set missing_since = null where id = any($1::uuid[])", list(item_ids)
    )


async def replace_streams(
    db: Executor, item_id: UUID, streams: Sequence[tuple[StreamInfo, str]]
) -> None:
    """Write a file's streams; the second part is the side-car file, "" for one inside."""
    await db.execute("delete from library_streams where library_item_id = $1", item_id)
    await db.executemany(
        "insert into library_streams (id, library_item_id, stream_index, stream_type, codec,"
        " profile, pixel_format, language, title, channels, bitrate_kbps, width, height,"
        " is_default, is_forced, hearing_impaired, external_path)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        [
            (new_id(), item_id, s.index, s.type, s.codec, s.profile, s.pixel_format, s.language,
             s.title, s.channels, s.bitrate_kbps, s.width, s.height, s.is_default, s.is_forced,
             s.hearing_impaired, external)
            for s, external in streams
        ],
    )  # fmt: skip


async def replace_sidecars(
    db: Executor, item_id: UUID, streams: Sequence[tuple[StreamInfo, str]]
) -> None:
    """Write only the side-car subtitles of a file again."""
    await db.execute(
        "delete from library_streams where library_item_id = $1 and external_path <> ''", item_id
    )
    await db.executemany(
        "insert into library_streams (id, library_item_id, stream_index, stream_type, codec,"
        " language, title, is_default, is_forced, hearing_impaired, external_path)"
        " values ($1, $2, $3, 'subtitle', $4, $5, $6, $7, $8, $9, $10)",
        [
            (new_id(), item_id, s.index, s.codec, s.language, s.title, s.is_default, s.is_forced,
             s.hearing_impaired, external)
            for s, external in streams
        ],
    )  # fmt: skip


async def sidecars(db: Executor, root_id: UUID) -> dict[str, set[str]]:
    """The side-car files known of a root: by the media file's path."""
    rows = await db.fetch(
        "select i.absolute_path, s.external_path from library_streams s"
        " join library_items i on i.id = s.library_item_id"
        " where i.root_id = $1 and s.external_path <> ''",
        root_id,
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["absolute_path"], set()).add(row["external_path"])
    return found


async def replace_episodes(db: Executor, item_id: UUID, episode_ids: Sequence[UUID]) -> None:
    await db.execute("delete from library_item_episodes where library_item_id = $1", item_id)
    await db.executemany(
        "insert into library_item_episodes values ($1, $2) on conflict do nothing",
        [(item_id, each) for each in episode_ids],
    )


async def set_match(
    db: Executor,
    item_id: UUID,
    media_id: UUID | None,
    state: str,
    reason: str,
    *,
    locked: bool,
) -> None:
    """What somebody decided about a file."""
    await db.execute(
        "update library_items set media_id = $2, match_state = $3, match_reason = $4,"
        " match_locked = $5, match_confidence = case when $3 = 'matched' then 1 else 0 end,"
        " updated_at = now() where id = $1",
        item_id,
        media_id,
        state,
        reason,
        locked,
    )


async def items_at(db: Executor, paths: Sequence[str]) -> dict[str, UUID]:
    """The files of the library at some paths."""
    rows = await db.fetch(
        "select absolute_path, id from library_items where absolute_path = any($1::text[])",
        list(paths),
    )
    return {row["absolute_path"]: row["id"] for row in rows}


async def set_source_job(db: Executor, item_ids: Sequence[UUID], job_id: UUID) -> None:
    """Note which download brought some files."""
    await db.execute(
        "update library_items set source_job_id = $2 where id = any($1::uuid[])",
        list(item_ids),
        job_id,
    )


async def forget_scan(db: Executor, item_id: UUID) -> None:
    """Let the next scan look at a file again."""
    await db.execute("update library_items set scanned_at = null where id = $1", item_id)


async def move_items(
    db: Executor, twin: UUID, media_id: UUID, episodes: Mapping[UUID, UUID]
) -> None:
    """Give the files of one title to another, episode by episode."""
    await db.execute(
        "insert into library_item_episodes select l.library_item_id, pair.new_id"
        " from library_item_episodes l"
        " join unnest($1::uuid[], $2::uuid[]) as pair(old_id, new_id) on pair.old_id = l.episode_id"
        " on conflict do nothing",
        list(episodes),
        list(episodes.values()),
    )
    await db.execute(
        "update library_items set media_id = $2, updated_at = now() where media_id = $1",
        twin,
        media_id,
    )
