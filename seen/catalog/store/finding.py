"""Titles found by words, and the words there are, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from seen.catalog.model.finding import Found
from seen.core.db import Executor, Row
from seen.plugin.models import MediaKind


async def find(
    db: Executor,
    folded: str,
    lexemes: str,
    kinds: Sequence[str],
    limit: int,
    before: tuple[float, UUID] | None = None,
) -> list[Found]:
    """Titles with all the words, the more popular first, from a place on; the first page begins
    with those that are called just so.

    Equality finds the exact ones at once; the words walk the index of popularity or of words,
    whichever the planner thinks shorter.
    """
    rows = await db.fetch(
        _EXACT_AND_WORDS if before is None else _WORDS_AFTER,
        *((list(kinds), lexemes, limit, folded) if before is None
          else (list(kinds), lexemes, limit, *before)),
    )  # fmt: skip
    return [_found(row) for row in rows]


async def known_or_called(
    db: Executor, media_ids: Sequence[UUID], folded: str, lexemes: str, limit: int
) -> list[Found]:
    """Some titles, and those that are called just so, in no order."""
    rows = await db.fetch(
        f"select {_COLUMNS} from media_items where id = any($1::uuid[]) union"
        f" (select {_COLUMNS} from media_items where folded_title = $3 {_BEST} limit {limit:d})",
        list(media_ids),
        lexemes,
        folded,
    )
    return [_found(row) for row in rows]


async def most_popular(db: Executor, limit: int) -> list[tuple[UUID, Sequence[str]]]:
    """The most popular titles, each with the words that it is found by."""
    rows = await db.fetch(
        f"select id, tsvector_to_array(search) as words from media_items {_BEST} limit $1",
        limit,
    )
    return [(row["id"], row["words"]) for row in rows]


def _found(row: Row) -> Found:
    return Found(
        row["id"],
        MediaKind(row["media_type"]),
        row["title"],
        row["folded_title"],
        row["release_year"],
        row["popularity"],
        row["votes"],
        row["in_title"],
    )


_COLUMNS = (
    "id, media_type, title, folded_title, release_year, popularity, votes,"
    " ts_filter(search, '{a,b}') @@ to_tsquery('simple', $2) as in_title"
)
_WORDS = (
    f"select {_COLUMNS} from media_items"
    " where search @@ to_tsquery('simple', $2) and media_type = any($1::text[])"
)
_BEST = "order by popularity desc, id desc"
_ORDER = f"{_BEST} limit $3"
_EXACT_AND_WORDS = (
    f"(select {_COLUMNS} from media_items where folded_title = $4"
    f" and media_type = any($1::text[]) {_ORDER}) union ({_WORDS} {_ORDER})"
)
_WORDS_AFTER = f"{_WORDS} and (popularity, id) < ($4, $5) {_ORDER}"


async def words_after(db: Executor, last: int) -> tuple[list[str], int]:
    """The words learned since the one with this number, and the number of the newest."""
    rows = await db.fetch("select id, word from search_words where id > $1 order by id", last)
    return [row["word"] for row in rows], rows[-1]["id"] if rows else last


async def people(db: Executor, media_ids: Sequence[UUID]) -> list[str]:
    """Names of the people of some titles, in no order."""
    rows = await db.fetch(
        "select distinct person ->> 'name' as name from media_items m,"
        " jsonb_array_elements(m.details -> 'credits') as person where m.id = any($1::uuid[])",
        list(media_ids),
    )
    return [row["name"] for row in rows if row["name"]]
