"""The lines of an import, and the titles they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from seen.catalog.model.wanted import Wanted
from seen.core.db import Connection, Executor
from seen.imports.model.rows import COLUMNS, ids_of, ids_text
from seen.plugin.models import MediaKind

# Which service's ids to believe first where they contradict each other.
_SOURCES = ["tmdb", "imdb", "tvdb", "igdb", "steam"]
_OPEN = "r.run_id = $1 and r.reason = '' and r.media_id is null and r.title || r.ids <> '{}'"


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A line that could not be used, and why."""

    file: str
    line: int
    title: str
    year: int | None
    reason: str


async def clear(db: Executor, run_id: UUID) -> None:
    await db.execute("delete from import_rows where run_id = $1", run_id)


async def add(db: Connection, run_id: UUID, records: Sequence[tuple[Any, ...]]) -> None:
    """Keep many lines at once."""
    await db.raw.copy_records_to_table(
        "import_rows",
        columns=("run_id", *COLUMNS),
        records=[(run_id, *each) for each in records],
    )


async def measure(db: Executor) -> None:
    """Let the planner know how many lines there are now. Between imports the table is nearly empty,
    and who believes that compares every line with every title."""
    await db.execute("analyze import_rows")


async def match_by_ids(db: Executor, run_id: UUID) -> None:
    """Titles that carry an id that a line names."""
    await db.execute(
        "update import_rows r set media_id = found.media_id from ("
        "  select distinct on (r.number) r.number, e.media_id from import_rows r"
        "   cross join lateral jsonb_each_text(r.ids::jsonb) as known(source, id)"
        "   join media_external_ids e on e.source = known.source and e.external_id = known.id"
        "    and (r.kind is null or e.media_type = r.kind)"
        f"  where {_OPEN} order by r.number, array_position($2::text[], known.source)) found"
        " where r.run_id = $1 and r.number = found.number",
        run_id,
        _SOURCES,
    )


async def match_by_names(db: Executor, run_id: UUID) -> None:
    """Titles of just that name and year, where there is one alone; without a year, the only one
    of that name."""
    await db.execute(
        "with names as (select distinct kind, folded, year from import_rows r"
        f"   where {_OPEN} and folded <> ''),"
        " found as (select n.kind, n.folded, n.year, min(m.id::text)::uuid as media_id,"
        "   count(*) as number from names n join media_items m on m.folded_title = n.folded"
        "   and (n.kind is null or m.media_type = n.kind)"
        "   and (n.year is null or m.release_year = n.year) group by 1, 2, 3)"
        " update import_rows r set media_id = case when f.number = 1 then f.media_id end,"
        "  reason = case when f.number = 1 then '' else"
        "   'More than one title is called that; which one is meant is not said.' end"
        f" from found f where {_OPEN} and r.kind is not distinct from f.kind"
        " and r.folded = f.folded and r.year is not distinct from f.year",
        run_id,
    )


async def wanted(db: Executor, run_id: UUID, limit: int) -> list[Wanted]:
    """Titles that lines name and nobody here knows, those of most lines first."""
    rows = await db.fetch(
        "select kind, min(title) as title, folded, year, ids from import_rows r"
        f" where {_OPEN} and kind is not null group by kind, folded, year, ids"
        " order by count(*) desc, min(number) limit $2",
        run_id,
        limit,
    )
    return [
        Wanted(
            MediaKind(each["kind"]),
            each["title"],
            each["folded"],
            each["year"],
            ids_of(each["ids"]),
        )
        for each in rows
    ]


async def match_wanted(db: Executor, run_id: UUID, wanted: Wanted, media_id: UUID) -> None:
    await db.execute(
        f"update import_rows r set media_id = $2 where {_OPEN} and kind = $3 and folded = $4"
        " and year is not distinct from $5 and ids = $6",
        run_id,
        media_id,
        wanted.kind.value,
        wanted.folded,
        wanted.year,
        ids_text(wanted.ids),
    )


async def match_episodes(db: Executor, run_id: UUID) -> None:
    """Episodes by their numbers."""
    await db.execute(
        "update import_rows r set episode_id = e.id from show_episodes e"
        " where r.run_id = $1 and r.reason = '' and r.episode_id is null"
        " and e.media_id = r.media_id and e.season_number = r.season and e.number = r.episode",
        run_id,
    )


async def named_episodes(db: Executor, run_id: UUID) -> list[tuple[UUID, int | None, str]]:
    """Shows with the season and name of episodes that are meant by name."""
    rows = await db.fetch(
        "select distinct media_id, season, episode_title from import_rows where run_id = $1"
        " and reason = '' and media_id is not null and episode is null and episode_title <> ''"
        " order by media_id limit 20000",
        run_id,
    )
    return [(each["media_id"], each["season"], each["episode_title"]) for each in rows]


async def match_named_episodes(
    db: Executor, run_id: UUID, found: Sequence[tuple[UUID, int | None, str, UUID]]
) -> None:
    await db.execute(
        "update import_rows r set episode_id = f.episode_id"
        " from unnest($2::uuid[], $3::int[], $4::text[], $5::uuid[])"
        "   as f(media_id, season, name, episode_id)"
        " where r.run_id = $1 and r.reason = '' and r.media_id = f.media_id"
        " and r.season is not distinct from f.season and r.episode_title = f.name",
        run_id,
        [each[0] for each in found],
        [each[1] for each in found],
        [each[2] for each in found],
        [each[3] for each in found],
    )


async def missing_episodes(
    db: Executor, run_id: UUID, limit: int
) -> list[tuple[UUID, int, list[int]]]:
    """Episodes that lines number and that are not here, in seasons nobody has listed yet: show,
    season, numbers."""
    rows = await db.fetch(
        "select r.media_id, r.season, array_agg(distinct r.episode order by r.episode) as numbers"
        " from (select distinct media_id, season, episode from import_rows where run_id = $1"
        "   and reason = '' and media_id is not null and episode_id is null"
        "   and season is not null and episode is not null limit $2) r"
        " left join show_seasons s on s.media_id = r.media_id and s.number = r.season"
        " where s.refreshed_at is null group by r.media_id, r.season",
        run_id,
        limit,
    )
    return [(each["media_id"], each["season"], each["numbers"]) for each in rows]


async def say_why_not(db: Executor, run_id: UUID) -> None:
    """Give every line that is not matched its reason."""
    await db.execute(
        "update import_rows r set reason = case"
        "  when media_id is null then 'Nobody here knows this title.'"
        "  when episode is not null then format("
        "    'The show is known, but season %s has no episode %s.', season, episode)"
        "  else 'The show is known, but not which of its episodes this is.' end"
        " where run_id = $1 and reason = '' and (title <> '' or ids <> '{}') and (media_id is null"
        "  or ((episode is not null or episode_title <> '') and episode_id is null))",
        run_id,
    )


async def counts(db: Executor, run_id: UUID) -> tuple[int, int, int, int]:
    """Lines, lines that cannot be used, titles, and viewings that were not the first."""
    row = await db.fetchrow(
        "select count(*) as lines, count(*) filter (where reason <> '') as unmatched,"
        " count(distinct media_id) filter (where reason = '') as titles,"
        " count(*) filter (where rewatch and reason = '') as again"
        " from import_rows where run_id = $1",
        run_id,
    )
    assert row is not None
    return row["lines"], row["unmatched"], row["titles"], row["again"]


async def unmatched(
    db: Executor, run_id: UUID, limit: int, after: int
) -> tuple[list[Unmatched], int | None]:
    """Lines that cannot be used, in order, after a number; and the number to go on from."""
    rows = await db.fetch(
        "select number, file, line, title, year, reason from import_rows"
        " where run_id = $1 and reason <> '' and number > $3 order by number limit $2",
        run_id,
        limit,
        after,
    )
    found = [
        Unmatched(each["file"], each["line"], each["title"], each["year"], each["reason"])
        for each in rows
    ]
    return found, rows[-1]["number"] if len(rows) == limit else None


async def keep_unmatched(db: Executor, run_id: UUID) -> None:
    """Forget the lines of which everything was made that can be."""
    await db.execute("delete from import_rows where run_id = $1 and reason = ''", run_id)
