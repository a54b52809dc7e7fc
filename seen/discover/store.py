"""Pages of cards in PostgreSQL: what is listed and the viewer's marks, in one query.

This room only reads, and reads what other rooms keep: one look at a page must not cost one query
for each of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from seen.core.db import Executor, Row
from seen.discover.model import UNMARKED, Marks, Order, Shown, Wish
from seen.plugin.models import MediaKind

# The columns of Shown before the viewer's marks.
_TITLE = """
    m.id, m.media_type, m.title, m.release_year, m.release_date, m.poster_version,
    m.backdrop_version, m.genre
"""
# The marks; $1 is the viewer. Only of shows begun by the viewer are the episodes counted.
_MARKS = """
    exists(select 1 from user_watched w where w.user_id = $1 and w.media_id = m.id
           and w.episode_id is null) as seen,
    (select p.position_seconds / nullif(p.duration_seconds, 0) from user_progress p
      where p.user_id = $1 and p.media_id = m.id order by p.updated_at desc limit 1) as progress,
    exists(select 1 from user_watch_later l where l.user_id = $1 and l.media_id = m.id)
      as watch_later,
    exists(select 1 from library_items i where i.media_id = m.id and i.match_state = 'matched'
           and i.extra = '' and i.missing_since is null) as in_library,
    (select max(d.progress_percent) from download_jobs d where d.media_id = m.id
        and d.user_id = $1 and d.status not in ('completed', 'failed', 'cancelled')) as downloading,
    case when m.media_type = 'show' and exists(
        select 1 from user_watched w where w.user_id = $1 and w.media_id = m.id)
    then (
        select row(count(w.episode_id), count(*))
          from show_episodes e
          left join (select distinct episode_id from user_watched
                      where user_id = $1 and media_id = m.id) w on w.episode_id = e.id
         where e.media_id = m.id and e.season_number > 0
           and coalesce(e.air_date <= current_date, true)
    ) end as episodes
"""
_CARD = f"{_TITLE}, {_MARKS}"
# Titles of a list of ids ($2) that have any mark at all.
_MARKED = """
    select media_id from user_watched where user_id = $1 and media_id = any($2::uuid[])
    union select media_id from user_progress where user_id = $1 and media_id = any($2::uuid[])
    union select media_id from user_watch_later where user_id = $1 and media_id = any($2::uuid[])
    union select media_id from library_items where media_id = any($2::uuid[])
    union select media_id from download_jobs where user_id = $1 and media_id = any($2::uuid[])
"""
_ORDERS: dict[Order, tuple[str, str, str]] = {
    # order: the column, its type, what else must hold
    "popular": ("m.popularity", "float8", "true"),
    "newest": ("m.release_date", "date", "m.release_date <= current_date"),
    "top_rated": ("m.rating", "int", "m.rating is not null and m.votes >= 20"),
    "title": ("m.sort_title", "text", "true"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Titles in order, without anybody's marks; ``after`` is the key of the last one where more may
    follow."""

    shown: tuple[Shown, ...]
    after: tuple[Any, UUID] | None


class _Arguments:
    """The values of a query, each with the place it is spoken of by."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def place(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


def _of_kinds(kinds: Sequence[MediaKind], column: str) -> str:
    """A condition for titles of some kinds.

    Written out, like limits, and not given as an argument: PostgreSQL supposes that a plan for just
    this value might pay and plans anew each time, which takes three times as long as the answer.
    """
    if len(kinds) == len(MediaKind):
        return "true"
    listed = ", ".join(f"'{MediaKind(each).value}'" for each in kinds)
    return f"{column} in ({listed})"


def _filters(viewer_id: UUID, wish: Wish, arguments: _Arguments) -> list[str]:
    found = [_of_kinds(wish.kinds, "m.media_type")]
    if wish.genre:
        found.append(
            "exists(select 1 from media_genres mg join genres g on g.id = mg.genre_id"
            f" where mg.media_id = m.id and g.name = {arguments.place(wish.genre)}::citext)"
        )
    if wish.platform:
        found.append(f"m.platforms @> array[{arguments.place(wish.platform)}::text]")
    if wish.year is not None:
        found.append(f"m.release_year = {arguments.place(wish.year)}::int")
    if wish.seen == "unseen":
        found.append(
            "not exists(select 1 from user_watched w where w.media_id = m.id"
            f" and w.user_id = {arguments.place(viewer_id)}::uuid and w.episode_id is null)"
        )
    return found


async def catalog_page(
    db: Executor, viewer_id: UUID, wish: Wish, after: tuple[Any, UUID] | None
) -> Page:
    """A page of the whole catalog in the order wished for. Only what is not seen depends on the
    viewer."""
    arguments = _Arguments()
    column, kind, must = _ORDERS[wish.order]
    conditions = [*_filters(viewer_id, wish, arguments), must, "m.gone_at is null"]
    beyond, direction = (">", "asc") if wish.order == "title" else ("<", "desc")
    if after is not None:
        key, media_id = arguments.place(after[0]), arguments.place(after[1])
        conditions.append(f"({column}, m.id) {beyond} ({key}::{kind}, {media_id}::uuid)")
    rows = await db.fetch(
        f"with page as materialized (select m.id, {column} as sort_key from media_items m"
        f" where {' and '.join(conditions)}"
        f" order by {column} {direction}, m.id {direction} limit {wish.limit + 1:d})"
        f" select {_TITLE}, page.sort_key from page join media_items m on m.id = page.id"
        f" order by page.sort_key {direction}, page.id {direction}",
        *arguments.values,
    )
    return _page(rows, wish.limit)


async def section_page(
    db: Executor, viewer_id: UUID, wish: Wish, after: tuple[int, UUID] | None
) -> Page:
    """A page of one list, that of all wished-for kinds mixed by their places. Only what is not seen
    depends on the viewer."""
    arguments = _Arguments()
    conditions = [*_filters(viewer_id, wish, arguments), f"s.key = {arguments.place(wish.section)}"]
    if after is not None:
        position, media_id = arguments.place(after[0]), arguments.place(after[1])
        conditions.append(f"(i.position, m.id) > ({position}::int, {media_id}::uuid)")
    rows = await db.fetch(
        "with page as materialized (select m.id, i.position as sort_key"
        " from discover_section_items i join discover_sections s on s.id = i.section_id"
        " join media_items m on m.id = i.media_id and m.media_type = s.media_type"
        f" where {' and '.join(conditions)} order by i.position, m.id limit {wish.limit + 1:d})"
        f" select {_TITLE}, page.sort_key from page join media_items m on m.id = page.id"
        " order by page.sort_key, page.id",
        *arguments.values,
    )
    return _page(rows, wish.limit)


async def all_sections(
    db: Executor, kinds: Sequence[MediaKind], limit: int
) -> dict[tuple[str, str], list[Shown]]:
    """The head of every list of some kinds, by key and kind, without anybody's marks."""
    rows = await db.fetch(
        "with page as materialized (select s.key, i.position, i.media_id from discover_sections s"
        " join discover_section_items i on i.section_id = s.id"
        f" where {_of_kinds(kinds, 's.media_type')} and i.position < {limit:d})"
        f" select {_TITLE}, page.key from page join media_items m on m.id = page.media_id"
        " order by page.key, m.media_type, page.position"
    )
    found: dict[tuple[str, str], list[Shown]] = {}
    for row in rows:
        found.setdefault((row["key"], row["media_type"]), []).append(_unmarked(row))
    return found


async def marks(db: Executor, viewer_id: UUID, media_ids: Sequence[UUID]) -> dict[UUID, Marks]:
    """The viewer's marks on those of some titles that have any."""
    rows = await db.fetch(
        f"with marked as materialized ({_MARKED})"
        f" select m.id, {_MARKS} from marked join media_items m on m.id = marked.media_id",
        viewer_id,
        list(media_ids),
    )
    return {row["id"]: Marks(*itertools.islice(row.values(), 1, None)) for row in rows}


async def titles(db: Executor, viewer_id: UUID, media_ids: Sequence[UUID]) -> list[Shown]:
    """Some titles in the order of their ids."""
    rows = await db.fetch(
        "with page as materialized (select * from unnest($2::uuid[]) with ordinality"
        " as r(id, place))"
        f" select {_CARD} from page join media_items m on m.id = page.id order by page.place",
        viewer_id,
        list(media_ids),
    )
    return [_shown(row) for row in rows]


async def genres(db: Executor, kinds: Sequence[MediaKind], least: int) -> list[str]:
    """Genres to browse by: those that at least some titles of the kinds have."""
    rows = await db.fetch(
        "select g.name::text as name from genres g where (select count(*) from (select 1"
        "   from media_genres mg join media_items m on m.id = mg.media_id"
        "   where mg.genre_id = g.id and m.media_type = any($1::text[]) limit $2) few) >= $2"
        " order by 1",
        [each.value for each in kinds],
        least,
    )
    return [row["name"] for row in rows]


async def platforms(db: Executor) -> list[str]:
    """What games run on, those with most games first."""
    rows = await db.fetch(
        "select name from media_items m, unnest(m.platforms) as name"
        " where m.media_type = 'game' group by name order by count(*) desc, name limit 24"
    )
    return [row["name"] for row in rows]


def _page(rows: Sequence[Row], limit: int) -> Page:
    shown = tuple(_unmarked(row) for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(shown, (last["sort_key"], last["id"]) if last is not None else None)


_WIDTH = len(Shown._fields)


def _unmarked(row: Row) -> Shown:
    return Shown._make((*itertools.islice(row.values(), _WIDTH - len(UNMARKED)), *UNMARKED))


def _shown(row: Row) -> Shown:
    return Shown(*itertools.islice(row.values(), _WIDTH))
