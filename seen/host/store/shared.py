"""What all processes share of a plugin: values, slots that few may hold, and whose turn it is.

The database's clock counts, because the processes' own may differ. Whatever a dead process left
ends by itself. A time further ahead than anything here can be is taken as over: the clock was
set back.
"""

from __future__ import annotations

from uuid import UUID

from seen.core.db import Executor

LONGEST_PAUSE = 600.0
"""Seconds for which turns can be held back, at most."""


async def shared(db: Executor, instance_id: str, key: str) -> bytes | None:
    """A value as it was stored, or None when there is none any more."""
    value: bytes | None = await db.fetchval(
        "select value from plugin_shared where instance_id = $1 and key = $2"
        " and (until is null or until > now())",
        instance_id, key,
    )  # fmt: skip
    return value


async def set_shared(
    db: Executor, instance_id: str, key: str, value: bytes, ttl_seconds: float | None
) -> None:
    """Store a value, for ever without a time to live."""
    await db.execute(
        "insert into plugin_shared (instance_id, key, value, until)"
        " values ($1, $2, $3, now() + $4::float8 * interval '1 second')"
        " on conflict (instance_id, key) do update"
        " set value = excluded.value, until = excluded.until",
        instance_id, key, value, ttl_seconds,
    )  # fmt: skip


async def remove_shared(db: Executor, instance_id: str, key: str) -> None:
    await db.execute(
        "delete from plugin_shared where instance_id = $1 and key = $2", instance_id, key
    )


async def take_slot(
    db: Executor, instance_id: str, name: str, holder: UUID, at_once: int, lease: float
) -> bool:
    """Take one of ``at_once`` slots for ``lease`` seconds; False when all are held.

    Two that reach for the same slot at the same moment: one of them gets False and tries again.
    """
    taken = await db.fetchval(
        "insert into plugin_slots as s (instance_id, name, slot, holder, until)"
        " select $1, $2, n, $3, now() + $5::float8 * interval '1 second'"
        "   from generate_series(1, $4::int) n"
        "  where not exists (select from plugin_slots h"
        "    where h.instance_id = $1 and h.name = $2 and h.slot = n and h.until > now()"
        "      and h.until < now() + $5::float8 * interval '2 seconds')"
        "  order by random() limit 1"
        " on conflict (instance_id, name, slot) do update"
        " set holder = excluded.holder, until = excluded.until"
        " where s.until <= now() or s.until >= now() + $5::float8 * interval '2 seconds'"
        " returning true",
        instance_id, name, holder, at_once, lease,
    )  # fmt: skip
    return bool(taken)


async def renew_slot(db: Executor, holder: UUID, lease: float) -> bool:
    """Hold a slot for ``lease`` seconds from now on; False when somebody else has it by now."""
    renewed = await db.fetchval(
        "update plugin_slots set until = now() + $2::float8 * interval '1 second'"
        " where holder = $1 returning true",
        holder, lease,
    )  # fmt: skip
    return bool(renewed)


async def free_slot(db: Executor, holder: UUID) -> None:
    await db.execute("delete from plugin_slots where holder = $1", holder)


# What stands here is the time at which the next turn may begin.
_NEXT = (
    "greatest(case when t.next_at < clock_timestamp() + interval '20 minutes' then t.next_at end,"
    " clock_timestamp())"
)


async def reserve_turn(
    db: Executor, instance_id: str, name: str, gap: float, patience: float
) -> float | None:
    """Reserve the next turn and answer with the seconds until it begins.

    The one after it begins ``gap`` seconds later. None, with nothing reserved, when it would begin
    only after more than ``patience`` seconds.
    """
    wait: float | None = await db.fetchval(
        "insert into plugin_turns as t (instance_id, name, next_at)"
        " values ($1, $2, clock_timestamp() + $3::float8 * interval '1 second')"
        " on conflict (instance_id, name) do update"
        f" set next_at = {_NEXT} + $3::float8 * interval '1 second'"
        f" where {_NEXT} <= clock_timestamp() + $4::float8 * interval '1 second'"
        " returning extract(epoch from t.next_at - clock_timestamp())::float8 - $3::float8",
        instance_id, name, gap, patience,
    )  # fmt: skip
    return wait if wait is None else max(0.0, wait)


async def turn_waits(db: Executor, instance_id: str, name: str) -> float:
    """Seconds until the next turn could begin."""
    wait: float | None = await db.fetchval(
        f"select extract(epoch from {_NEXT} - clock_timestamp())::float8 from plugin_turns t"
        " where instance_id = $1 and name = $2",
        instance_id, name,
    )  # fmt: skip
    return max(0.0, wait or 0.0)


async def pause_turns(db: Executor, instance_id: str, name: str, seconds: float) -> None:
    """Let no turn begin within the next seconds; those that are reserved keep their time."""
    await db.execute(
        "insert into plugin_turns as t (instance_id, name, next_at)"
        " values ($1, $2, clock_timestamp() + $3::float8 * interval '1 second')"
        " on conflict (instance_id, name) do update"
        f" set next_at = greatest({_NEXT}, clock_timestamp() + $3::float8 * interval '1 second')",
        instance_id, name, seconds,
    )  # fmt: skip


async def drop_expired(db: Executor) -> None:
    """Forget what has ended; nobody misses it, it only takes room."""
    await db.execute("delete from plugin_shared where until <= now()")
    await db.execute("delete from plugin_slots where until <= now()")
