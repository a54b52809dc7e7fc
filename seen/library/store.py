"""Folders, files and streams in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from seen.core.db import Executor, Row
from seen.core.ids import new_id
from seen.library.model.records import FileRecord, Item, Root, SeenFilter, StoredStream, TitleSort
from seen.plugin.models import MediaKind, StreamInfo

_ROOT = "id, path, media_type as kind, state, reason, file_count, last_scan_at"


def _root(row: Row) -> Root:
    facts = dict(row)
    facts["kind"] = MediaKind(facts["kind"]) if facts["kind"] else None
    return Root(**facts)


async def roots(db: Executor) -> list[Root]:
    return [
        _root(row) for row in await db.fetch(f"select {_ROOT} from library_roots order by path")
    ]


async def insert_root(db: Executor, root_id: UUID, path: str, kind: MediaKind | None) -> bool:
    """Add a folder; False when it is already there."""
    try:
        await db.execute(
            "insert into library_roots (id, path, media_type) values ($1, $2, $3)",
            root_id,
            path,
            kind.value if kind else None,
        )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def delete_root(db: Executor, root_id: UUID) -> bool:
    status = await db.execute("delete from library_roots where id = $1", root_id)
    return status != "DELETE 0"


async def set_root_state(db: Executor, root_id: UUID, state: str, reason: str) -> None:
    """Write a root's state; nothing is written when nothing changed."""
    await db.execute(
        "update library_roots set state = $2, reason = $3"
        " where id = $1 and (state, reason) is distinct from ($2, $3)",
        root_id,
        state,
        reason,
    )


async def finish_root(db: Executor, root_id: UUID, file_count: int) -> None:
    await db.execute(
        "update library_roots set last_scan_at = now(), file_count = $2 where id = $1",
        root_id,
        file_count,
    )


# --- scanning ------------------------------------------------------------------------------------


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
        "part",
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


# --- reading -------------------------------------------------------------------------------------

_ITEM = """
    select i.id, i.root_id, i.media_id, i.absolute_path, i.raw_path, i.file_name,
           i.file_size_bytes, i.container_format, i.video_codec, i.audio_codec,
           i.duration_seconds, i.resolution_label, i.edition, i.part, i.match_state,
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


async def counts(db: Executor) -> dict[str, int]:
    """How many titles of each kind have files, and how many files wait for review."""
    row = await db.fetchrow(
        "select count(distinct i.media_id) filter (where m.media_type = 'movie') as movies,"
        " count(distinct i.media_id) filter (where m.media_type = 'show') as shows,"
        " count(distinct i.media_id) filter (where m.media_type = 'game') as games,"
        " count(*) filter (where i.match_state = 'unmatched') as review,"
        " count(*) filter (where i.match_state = 'ignored') as ignored,"
        " coalesce(sum(i.file_size_bytes), 0)::bigint as bytes"
        " from library_items i left join media_items m on m.id = i.media_id"
    )
    return dict(row or {})


_SORTS: dict[TitleSort, tuple[str, str]] = {
    "title": ("sort_title", "asc"),
    "added": ("added", "desc"),
    "year": ("coalesce(release_year, 0)", "desc"),
}


# A movie is seen as such; a show when all its episodes that have aired are.
_WATCHED = """(
    exists (select 1 from user_watched w where w.user_id = $viewer and w.media_id = m.id
             and w.episode_id is null)
    or (m.media_type = 'show'
        and exists (select 1 from user_watched w where w.user_id = $viewer and w.media_id = m.id)
        and not exists (select 1 from show_episodes e
             where e.media_id = m.id and e.season_number > 0
               and coalesce(e.air_date <= current_date, true)
               and not exists (select 1 from user_watched w
                    where w.user_id = $viewer and w.episode_id = e.id)))
)"""
_STARTED = """exists (select 1 from user_progress p
    where p.user_id = $viewer and p.media_id = m.id)"""
_SEEN: dict[SeenFilter, str] = {
    "unseen": f"not {_WATCHED}",
    "started": _STARTED,
    "seen": _WATCHED,
}


async def titles(
    db: Executor,
    *,
    kind: str | None,
    genre: str,
    sort: TitleSort,
    after: tuple[Any, UUID] | None,
    limit: int,
    viewer_id: UUID | None = None,
    seen: SeenFilter = "",
) -> list[tuple[UUID, Any]]:
    """Titles that have files, with the sort key of each, after a key of the page before."""
    column, direction = _SORTS[sort]
    beyond = ">" if direction == "asc" else "<"
    key = f"({column}, id)"
    arguments: list[Any] = [kind, genre, limit]
    condition = ""
    if after is not None:
        arguments += [after[0], after[1]]
        condition = f"where {key} {beyond} ($4, $5)"
    whose = ""
    if seen and viewer_id is not None:
        arguments.append(viewer_id)
        whose = f"and {_SEEN[seen]}".replace("$viewer", f"${len(arguments)}")
    rows = await db.fetch(
        f"""
        select id, {column} as key from (
            select m.id, m.sort_title, m.release_year, i.added
              from media_items m
              join (select media_id, min(discovered_at) as added from library_items
                     where match_state = 'matched' group by media_id) i on i.media_id = m.id
             where ($1::text is null or m.media_type = $1)
               and ($2 = '' or exists (select 1 from media_genres mg join genres g
                     on g.id = mg.genre_id where mg.media_id = m.id and g.name = $2::citext))
               {whose}
        ) t {condition} order by {column} {direction}, id {direction} limit $3
        """,
        *arguments,
    )
    return [(row["id"], row["key"]) for row in rows]


_HAS_FILE = (
    "exists (select 1 from library_items i where i.media_id = m.id and i.match_state = 'matched'"
)


async def find_titles(db: Executor, folded: str, text: str, limit: int) -> list[UUID]:
    """Titles with a file by a part of their name or of a file's name, likeliest first."""
    escaped = [each.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
               for each in (folded, text)]  # fmt: skip
    rows = await db.fetch(
        "select m.id, (m.folded_title = $1)::int * 4 + (m.folded_title like $2 || '%')::int * 2"
        " + (m.folded_title like '%' || $2 || '%')::int as rank from media_items m"
        f" where {_HAS_FILE}) and (($1 <> '' and m.folded_title like '%' || $2 || '%')"
        "   or m.original_title ilike '%' || $3 || '%'"
        f"  or {_HAS_FILE} and i.file_name ilike '%' || $3 || '%'))"
        " order by rank desc, m.sort_title, m.id limit $4",
        folded,
        *escaped,
        limit,
    )
    return [row["id"] for row in rows]


async def nearest_title(db: Executor, folded: str) -> str:
    """The title with a file that is spelled most like this; "" when none is near."""
    found: str | None = await db.fetchval(
        f"select m.title from media_items m where {_HAS_FILE})"
        " and similarity(m.folded_title, $1) > 0.3"
        " order by similarity(m.folded_title, $1) desc, m.sort_title limit 1",
        folded,
    )
    return found or ""


async def genres(db: Executor, kind: str) -> list[str]:
    """Genres of the titles of a kind that have files."""
    rows = await db.fetch(
        "select distinct g.name::text as name from genres g"
        " join media_genres mg on mg.genre_id = g.id join media_items m on m.id = mg.media_id"
        " where m.media_type = $1 and exists (select 1 from library_items i"
        "   where i.media_id = m.id and i.match_state = 'matched') order by 1",
        kind,
    )
    return [row["name"] for row in rows]


async def items_of_media(db: Executor, media_id: UUID) -> list[tuple[Item, list[UUID]]]:
    """The files of a title, best picture first, each with the episodes it holds."""
    rows = await db.fetch(
        f"select x.*, array(select episode_id from library_item_episodes e"
        f"   where e.library_item_id = x.id) as episodes from ({_ITEM}"
        "   where i.media_id = $1 and i.match_state = 'matched') x"
        " order by x.missing_since is not null, x.part nulls first,"
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
        " and i.missing_since is null and i.problem = ''"
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


async def forget_scan(db: Executor, item_id: UUID) -> None:
    """Let the next scan look at a file again."""
    await db.execute("update library_items set scanned_at = null where id = $1", item_id)
