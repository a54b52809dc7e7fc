"""The way to PostgreSQL."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest
from aiohttp.test_utils import TestClient, TestServer

from seen.compose import open_server
from seen.core.db import Database
from seen.core.errors import Unavailable
from seen.core.events import Event
from seen.core.settings import load_settings
from seen.stack.embedded import EmbeddedPostgres


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


async def end_all_others(database: Database) -> None:
    """As an admin of the database or its restart would."""
    with psycopg.connect(database.dsn, autocommit=True) as db:
        db.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


async def test_connections_that_were_ended_while_idle_are_replaced(database: Database) -> None:
    await asyncio.gather(*(database.execute("select pg_sleep(0.01)") for _ in range(10)))
    await end_all_others(database)
    await asyncio.sleep(0.05)
    answers = await asyncio.gather(*(database.fetchval("select 1") for _ in range(20)))
    assert answers == [1] * 20


async def test_a_query_that_is_ended_midway_says_so_and_the_next_one_works(
    database: Database,
) -> None:
    running = [asyncio.create_task(database.execute("select pg_sleep(30)")) for _ in range(5)]
    await asyncio.sleep(0.2)
    await end_all_others(database)
    for each in await asyncio.gather(*running, return_exceptions=True):
        assert isinstance(each, Unavailable)
    assert await database.fetchval("select 1") == 1


async def test_a_cancelled_caller_leaves_its_place_to_others(database: Database) -> None:
    for _ in range(5):
        waiting = [asyncio.create_task(database.execute("select pg_sleep(1)")) for _ in range(10)]
        await asyncio.sleep(0.05)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    assert await asyncio.wait_for(database.fetchval("select 1"), 10) == 1


async def test_the_server_says_503_while_the_database_is_away_and_recovers_by_itself(
    tmp_path: Path,
) -> None:
    own = EmbeddedPostgres(tmp_path / "postgresql", durable=False)
    await own.start()
    settings = load_settings(
        database_url=own.dsn, data_dir=tmp_path / "data", port=0, secret_key="k" * 40
    )
    async with (
        open_server(settings) as server,
        TestClient(TestServer(server.app)) as client,
    ):
        await server.accounts.create_first_admin("a@example.org", "a password for tests")
        paths = {"/api/v1/health/ready": 200, "/app/register/unknown": 404}
        for path, status in paths.items():
            assert (await client.get(path)).status == status, path
        heard = asyncio.Event()

        async def hear(_: Event) -> None:
            heard.set()

        await own.stop()
        for path in paths:
            for _ in range(3):
                assert (await client.get(path)).status == 503, path
        assert (await client.get("/api/v1/health/live")).status == 200
        await own.start()
        for path, status in paths.items():
            assert (await client.get(path)).status == status, path
        # listening comes back too
        server.events.on("mark", hear)
        async with asyncio.timeout(10):
            while not heard.is_set():
                await server.events.emit(Event("mark"))
                await asyncio.sleep(0.1)
    await own.stop()
