"""Titles that have files: browsed, counted, looked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from seen.core.db import Executor
from seen.library.model.records import SeenFilter, TitleSort


async def counts(db: Executor) -> dict[str, int]:
    """How many titles of each kind have files, and how many files wait for review."""
    row = await db.fetchrow(
        "select count(distinct i.media_id) filter (where m.media_type = 'movie') as movies,"
        " count(distinct i.media_id) filter (where m.media_type = 'show') as shows,"
        " count(distinct i.media_id) filter (where m.media_type = 'game') as games,"
        " count(*) filter (where i.match_state = 'unmatched') as review,"
        " count(*) filter (where i.match_state = 'ignored') as ignored,"
        " coalesce(sum(i.file_size_bytes), 0)::bigint as bytes"
        " from library_items i left join media_items m on m.id = i.media_id and i.extra = ''"
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
                     where match_state = 'matched' and extra = '' group by media_id) i
                on i.media_id = m.id
             where ($1::text is null or m.media_type = $1)
               and ($2 = '' or exists (select 1 from media_genres mg join genres g
                     on g.id = mg.genre_id where mg.media_id = m.id and g.name = $2::citext))
               {whose}
        ) t {condition} order by {column} {direction}, id {direction} limit $3
        """,
        *arguments,
    )
    return [(row["id"], row["key"]) for row in rows]


async def titles_by_file_name(db: Executor, text: str, limit: int) -> list[UUID]:
    """Titles with a matched file whose name holds the text, by name."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await db.fetch(
        "select m.id from media_items m where m.id in (select i.media_id from library_items i"
        "   where i.file_name ilike '%' || $1 || '%' and i.match_state = 'matched'"
        "   and i.extra = '') order by m.sort_title, m.id limit $2",
        escaped,
        limit,
    )
    return [row["id"] for row in rows]


async def genres(db: Executor, kind: str) -> list[str]:
    """Genres of the titles of a kind that have files."""
    rows = await db.fetch(
        "select distinct g.name::text as name from genres g"
        " join media_genres mg on mg.genre_id = g.id join media_items m on m.id = mg.media_id"
        " where m.media_type = $1 and exists (select 1 from library_items i"
        "   where i.media_id = m.id and i.match_state = 'matched' and i.extra = '') order by 1",
        kind,
    )
    return [row["name"] for row in rows]
