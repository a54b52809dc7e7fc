"""The lists of Discover in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from seen.catalog.model.sections import Section, SectionState
from seen.core.db import Executor


async def states(db: Executor, sections: Sequence[Section]) -> list[SectionState]:
    """How the lists stand, in the order given."""
    rows = await db.fetch(
        "select key, media_type, provider, refreshed_at, tried_at, problem,"
        " asked from discover_sections"
    )
    found = {f"{row['media_type']}:{row['key']}": row for row in rows}
    return [
        SectionState(
            each,
            row["provider"],
            row["refreshed_at"],
            row["tried_at"],
            row["problem"],
            row["asked"],
        )
        if (row := found.get(each.name))
        else SectionState(each)
        for each in sections
    ]


async def section_id(db: Executor, section: Section, asked: str) -> int:
    """The list's row, made when it is not there yet; noted that it is asked for now, and which
    providers there are to ask."""
    found: int = await db.fetchval(
        "insert into discover_sections (key, media_type, tried_at, asked)"
        " values ($1, $2, now(), $3) on conflict (key, media_type)"
        " do update set tried_at = now(), asked = excluded.asked, problem = '' returning id",
        section.key,
        section.kind.value,
        asked,
    )
    return found


async def replace_items(
    db: Executor, section: int, media_ids: Sequence[UUID], provider: str
) -> None:
    """Put titles into a list in their order; whatever was there before goes."""
    # First the list's own row: whoever fills the same list at the same time waits here.
    await db.execute(
        "update discover_sections set provider = $2, refreshed_at = now() where id = $1",
        section,
        provider,
    )
    await db.execute("delete from discover_section_items where section_id = $1", section)
    await db.execute(
        "insert into discover_section_items (section_id, position, media_id)"
        " select $1, r.place - 1, r.id from unnest($2::uuid[]) with ordinality as r(id, place)",
        section,
        list(media_ids),
    )


async def note_problem(db: Executor, section: int, problem: str) -> None:
    """Remember that a list could not be had; its titles and their age stay."""
    await db.execute("update discover_sections set problem = $2 where id = $1", section, problem)
