"""Library folders in PostgreSQL."""

from __future__ import annotations

from uuid import UUID

import asyncpg

from seen.core.db import Executor, Row
from seen.library.model.records import Root
from seen.plugin.models import MediaKind

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
