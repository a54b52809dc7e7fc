"""Acts and what they changed, in PostgreSQL. Triggers note the rows while an act goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from seen.core.db import Connection, Executor, Row
from seen.tracking.model.acts import Act


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose rows come back: its key, the part of the key that may be null, and the columns
    that lead to other tables."""

    name: str
    key: tuple[str, ...]
    leads_to: Mapping[str, str]
    part: tuple[str, ...] = ()


_TITLE = {"media_id": "media_items"}
_EPISODE = {"media_id": "media_items", "episode_id": "show_episodes"}
# Those that others lead to come first.
_TABLES = (
    _Table("user_progress", ("user_id", "media_id"), _EPISODE, ("episode_id",)),
    _Table("user_watched", ("id",), _EPISODE),
    _Table("user_watch_later", ("user_id", "media_id"), _TITLE),
    _Table("user_ratings", ("user_id", "media_id"), _EPISODE, ("season_number", "episode_id")),
    _Table("user_favorites", ("user_id", "media_id"), _TITLE),
    _Table("user_notes", ("user_id", "media_id"), _TITLE),
    _Table("user_states", ("user_id", "media_id"), _TITLE),
    _Table("user_play_sessions", ("id",), _TITLE),
    _Table("collections", ("id",), {"cover_id": "media_items"}),
    _Table(
        "collection_items",
        ("collection_id", "media_id"),
        {"collection_id": "collections", "media_id": "media_items"},
    ),
)


async def begin(db: Connection, act_id: UUID) -> None:
    """Note every change of this transaction from here on as the act's."""
    await db.execute("select set_config('seen.act', $1, true)", str(act_id))


async def finish(
    db: Connection,
    act_id: UUID,
    user_id: UUID,
    kind: str,
    media_id: UUID | None,
    facts: Mapping[str, Any],
) -> bool:
    """Write the act down, unless it changed nothing; whether it did."""
    status = await db.execute(
        "insert into user_acts (id, user_id, kind, media_id, facts, created_at)"
        " select $1, $2, $3, $4, $5, clock_timestamp()"
        " where exists(select 1 from user_act_changes where act_id = $1)",
        act_id,
        user_id,
        kind,
        media_id,
        dict(facts),
    )
    await db.execute("select set_config('seen.act', '', true)")
    return status != "INSERT 0 0"


async def claim(db: Connection, user_id: UUID, act_id: UUID) -> Act | None:
    """The person's act, held until this transaction ends; None when there is none."""
    row = await db.fetchrow(
        "select a.*, null as title from user_acts a where id = $1 and user_id = $2 for update",
        act_id,
        user_id,
    )
    return _act(row) if row is not None else None


async def set_undone(db: Connection, act_id: UUID, undone_by: UUID | None) -> None:
    await db.execute("update user_acts set undone_by = $2 where id = $1", act_id, undone_by)


async def put_back(db: Connection, act_id: UUID) -> tuple[int, int]:
    """Give every row that the act changed its former shape; how many came back, and how many did
    not because they have changed again since, or lead to something that is gone."""
    await db.execute("select set_config('timezone', 'UTC', true)")
    # A table that was empty when it was analyzed last looks cheap to read as a whole, once for
    # each of the rows that come back.
    await db.execute("select set_config('enable_seqscan', 'off', true)")
    taken: dict[str, list[int]] = {}
    for table in reversed(_TABLES):
        rows = await db.fetch(_take(table), act_id)
        taken[table.name] = [row["id"] for row in rows]
    restored = total = 0
    for table in _TABLES:
        row = await db.fetchrow(_give(table), act_id, taken[table.name])
        assert row is not None
        restored += row["restored"]
        total += row["total"]
    return restored, total - restored


def _net(table: _Table) -> str:
    """What the act made of each row in the end, however often it touched it."""
    key = ", ".join(
        f"coalesce(after, before) -> '{column}'" for column in (*table.key, *table.part)
    )
    return (
        "net as materialized (select * from (select min(id) as id,"
        "   (array_agg(before order by id))[1] as before,"
        "   (array_agg(after order by id desc))[1] as after"
        f"  from user_act_changes where act_id = $1 and table_name = '{table.name}'"
        f"  group by {key}) each_row where before is distinct from after)"
    )


def _take(table: _Table) -> str:
    """Deletes the rows that are still as the act left them; answers with which those were."""
    # The key as columns, so that an index leads from a change to its row whatever the planner
    # believes of the tables; the comparison of all values tells parts of a title apart.
    match = " and ".join(f"t.{column} = (n.after ->> '{column}')::uuid" for column in table.key)
    return (
        f"with {_net(table)} delete from {table.name} t using net n"
        f" where n.after is not null and {match} and to_jsonb(t) @> n.after returning n.id"
    )


def _give(table: _Table) -> str:
    """Inserts what was there before the act, where that place is free again."""
    there = "".join(
        f" and (r.{column} is null or exists(select 1 from {other} o where o.id = r.{column}))"
        for column, other in table.leads_to.items()
    )
    return (
        f"with {_net(table)}, given as (insert into {table.name} select r.*"
        f" from net n, lateral jsonb_populate_record(null::{table.name}, n.before) r"
        f" where n.before is not null and (n.after is null or n.id = any($2::bigint[])){there}"
        " on conflict do nothing returning 1)"
        " select (select count(*) from given) + (select count(*) from net"
        "   where before is null and id = any($2::bigint[])) as restored,"
        " (select count(*) from net) as total"
    )


async def acts(
    db: Executor, user_id: UUID, limit: int, before: tuple[datetime, UUID] | None
) -> list[Act]:
    """What the person did, newest first."""
    at, last = before or (None, None)
    rows = await db.fetch(
        "select a.*, m.title from user_acts a left join media_items m on m.id = a.media_id"
        " where a.user_id = $1 and ($3::timestamptz is null or (a.created_at, a.id) < ($3, $4))"
        " order by a.created_at desc, a.id desc limit $2",
        user_id,
        limit,
        at,
        last,
    )
    return [_act(row) for row in rows]


async def act(db: Executor, user_id: UUID, act_id: UUID) -> Act | None:
    row = await db.fetchrow(
        "select a.*, m.title from user_acts a left join media_items m on m.id = a.media_id"
        " where a.id = $2 and a.user_id = $1",
        user_id,
        act_id,
    )
    return _act(row) if row is not None else None


async def forget_of(db: Executor, user_id: UUID) -> int:
    """Delete the person's acts; how many those were."""
    status = await db.execute("delete from user_acts where user_id = $1", user_id)
    return int(status.split()[-1])


async def forget(db: Executor, age: timedelta) -> int:
    """Delete the acts that are older; how many those were."""
    status = await db.execute("delete from user_acts where created_at < now() - $1::interval", age)
    return int(status.split()[-1])


def _act(row: Row) -> Act:
    facts = row["facts"]
    return Act(
        row["id"],
        row["kind"],
        row["media_id"],
        row["title"] or "",
        msgspec.json.decode(facts) if isinstance(facts, str) else facts,
        row["created_at"],
        row["undone_by"],
    )
