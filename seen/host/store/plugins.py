"""What admins want of plugins, and what each process sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seen.core.db import Executor, Row
from seen.host.errors import State

# The first half of the advisory locks by which processes show that they live.
PRESENCE = 0x5EE2


@dataclass(frozen=True, slots=True)
class Desired:
    """A row of ``plugin_instances``. ``revision`` grows whenever it is switched or configured."""

    id: str
    plugin: str
    enabled: bool
    position: int
    config: Mapping[str, Any]
    revision: int


@dataclass(frozen=True, slots=True)
class Observed:
    """A row of ``plugin_status``. ``deaths`` counts processes that died in a row starting it."""

    instance_id: str
    process: str
    state: State
    reason: str
    health: str
    version: str
    revision: int
    deaths: int
    updated_at: datetime


_DESIRED = "select id, plugin, enabled, position, config, revision from plugin_instances"
_OBSERVED = (
    "select instance_id, process, state, reason, health, version, revision, deaths, updated_at"
    " from plugin_status"
)
_ALIVE = (
    "process in (select s.process from plugin_status s join pg_locks l"
    " on l.locktype = 'advisory' and l.objsubid = 2 and l.classid = $1::bigint::oid"
    " and l.database = (select oid from pg_database where datname = current_database())"
    " and l.objid::bigint = hashtext(s.process)::bigint & 4294967295)"
)


async def add_instances(db: Executor, rows: Sequence[tuple[str, str, int]]) -> None:
    """Make instances (id, plugin, position) known that are not yet."""
    await db.executemany(
        "insert into plugin_instances (id, plugin, position) values ($1, $2, $3)"
        " on conflict (id) do nothing",
        rows,
    )


async def instances(db: Executor) -> list[Desired]:
    """All instances in the admin's order."""
    rows = await db.fetch(f"{_DESIRED} order by position, id")
    return [_desired(row) for row in rows]


async def instance(db: Executor, instance_id: str, *, lock: bool = False) -> Desired | None:
    """One instance; ``lock`` holds it until the transaction ends."""
    row = await db.fetchrow(f"{_DESIRED} where id = $1{' for update' if lock else ''}", instance_id)
    return _desired(row) if row else None


async def change_enabled(db: Executor, instance_id: str, enabled: bool) -> None:
    """Switch an instance."""
    await db.execute(
        "update plugin_instances set enabled = $2, revision = revision + 1, updated_at = now()"
        " where id = $1",
        instance_id, enabled,
    )  # fmt: skip


async def change_config(db: Executor, instance_id: str, config: Mapping[str, Any]) -> None:
    """Store a configuration."""
    await db.execute(
        "update plugin_instances set config = $2, revision = revision + 1, updated_at = now()"
        " where id = $1",
        instance_id, dict(config),
    )  # fmt: skip


async def change_positions(db: Executor, positions: Mapping[str, int]) -> None:
    """Store a new order. The revision stays: moving a plugin is not trying it again."""
    await db.execute(
        "update plugin_instances i set position = p.position, updated_at = now()"
        " from unnest($1::text[], $2::int[]) p (id, position)"
        " where i.id = p.id and i.position <> p.position",
        list(positions), list(positions.values()),
    )  # fmt: skip


async def write_status(db: Executor, seen: Observed) -> None:
    """Store what a process sees of an instance."""
    await db.execute(
        "insert into plugin_status (instance_id, process, state, reason, health, version,"
        " revision, deaths) values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (instance_id, process) do update set state = excluded.state,"
        " reason = excluded.reason, health = excluded.health, version = excluded.version,"
        " revision = excluded.revision, deaths = excluded.deaths, updated_at = now()",
        seen.instance_id, seen.process, seen.state, seen.reason, seen.health, seen.version,
        seen.revision, seen.deaths,
    )  # fmt: skip


async def statuses(db: Executor) -> list[Observed]:
    """What living processes see."""
    rows = await db.fetch(f"{_OBSERVED} where {_ALIVE} order by instance_id, process", PRESENCE)
    return [Observed(**dict(row)) for row in rows]


async def left_behind(db: Executor, process: str) -> list[Observed]:
    """What processes that no longer live wrote last; ``process`` is this one's name, whose rows
    can only be those of an earlier life."""
    rows = await db.fetch(f"{_OBSERVED} where process = $2 or not ({_ALIVE})", PRESENCE, process)
    return [Observed(**dict(row)) for row in rows]


async def forget(db: Executor, rows: Iterable[Observed]) -> None:
    """Remove rows of dead processes."""
    await db.executemany(
        "delete from plugin_status where instance_id = $1 and process = $2 and updated_at = $3",
        [(row.instance_id, row.process, row.updated_at) for row in rows],
    )


async def forget_process(db: Executor, process: str) -> None:
    """Remove what a process that ends well saw. A skipped plugin is remembered."""
    await db.execute("delete from plugin_status where process = $1 and state <> 'skipped'", process)


async def take_presence(db: Executor, process: str) -> bool:
    """Show that the process lives, for as long as this session lasts."""
    taken: bool = await db.fetchval(
        "select pg_try_advisory_lock($1, hashtext($2))", PRESENCE, process
    )
    return taken


def _desired(row: Row) -> Desired:
    return Desired(**dict(row))
