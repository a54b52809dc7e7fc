"""The way to PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest

from seen.core.db import Database


async def test_a_failed_transaction_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as connection:
            await connection.execute("insert into genres (name) values ('Western')")
            raise ZeroDivisionError
    assert await database.fetchval("select count(*) from genres") == 0


async def test_more_callers_than_connections_all_get_their_turn(database: Database) -> None:
    answers = await asyncio.gather(
        *(database.fetchval("select $1::int from pg_sleep(0.005)", number) for number in range(50))
    )
    assert answers == list(range(50))


async def test_json_columns_hold_plain_python_values(database: Database) -> None:
    value = {"list": [1, "two", None], "nested": {"text": "ä"}}
    assert await database.fetchval("select $1::jsonb", value) == value
