"""What all processes share of a plugin: values, locks, and the budget of a service."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from seen.core.db import Database
from seen.host import PluginHost, shared
from seen.host.shared import DatabaseShared
from seen.host.vault import Vault
from seen.plugin import NotReady, RateLimited
from seen.plugin.models import SearchQuery
from seen.plugin.testing.fakes import FakeShared
from tests.host.workshop import MakeHost, Workshop, provider

SECRET = b"a secret of the test server, long enough"


@pytest.fixture
async def other(database_dsn: str) -> AsyncIterator[Database]:
    """The pool of another process."""
    db = Database(database_dsn, size=3)
    await db.open()
    yield db
    await db.close()


def made(db: Database, name: str = "archive", secret: bytes = SECRET) -> DatabaseShared:
    return DatabaseShared(db, Vault(secret), asyncio.get_running_loop(), name)


@pytest.fixture(params=["database", "process"])
async def pair(request: Any, database: Database, other: Database) -> tuple[Any, Any]:
    """The same plugin in two processes; for tests of plugins, a fake given to two contexts."""
    fake = FakeShared()
    return (made(database), made(other)) if request.param == "database" else (fake, fake)


# --- values ---


async def test_a_value_is_there_for_the_other_process(pair: tuple[Any, Any]) -> None:
    one, two = pair
    await one.set("token", b"\x00first")
    await one.set("token", b"\x00second")
    assert await two.get("token") == b"\x00second"
    await two.delete("token")
    assert await one.get("token") is None


async def test_a_value_ends_with_its_time(pair: tuple[Any, Any]) -> None:
    one, two = pair
    await one.set("long", b"kept", 60)
    await one.set("short", b"gone", 0.05)
    await asyncio.sleep(0.1)
    assert await two.get("long") == b"kept"
    assert await two.get("short") is None


async def test_what_cannot_be_a_small_value_is_refused(pair: tuple[Any, Any]) -> None:
    one, _ = pair
    with pytest.raises(TypeError):
        await one.set("token", "text")
    with pytest.raises(ValueError, match="at most"):
        await one.set("token", b"x" * 70_000)
    for name in ("", "a\x00b", "x" * 201):
        with pytest.raises(ValueError, match="printable"):
            await one.get(name)
    with pytest.raises(ValueError, match="budget"):
        async with one.turn("service", per_second=0, at_once=1):
            pass


async def test_a_value_is_unreadable_in_the_database_and_to_other_plugins(
    database: Database,
) -> None:
    await made(database).set("token", b"a token nobody may see")
    row = await database.fetchrow("select * from plugin_shared")
    assert row is not None and b"token nobody" not in row["value"]
    assert await made(database, "stranger").get("token") is None
    assert await made(database, secret=b"another secret of the server....").get("token") is None


# --- locks ---


async def test_one_at_a_time_is_inside_a_lock(pair: tuple[Any, Any]) -> None:
    inside, most = 0, 0

    async def enter(each: Any) -> None:
        nonlocal inside, most
        async with each.lock("token"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.005)
            inside -= 1

    await asyncio.gather(*(enter(each) for each in pair * 5))
    assert (inside, most) == (0, 1)


async def test_another_lock_does_not_wait(pair: tuple[Any, Any]) -> None:
    one, two = pair
    async with one.lock("token"), two.lock("something else"):
        pass


async def test_a_lock_is_free_after_an_error_and_after_being_cancelled(
    pair: tuple[Any, Any],
) -> None:
    one, two = pair
    with pytest.raises(KeyError):
        async with one.lock("token"):
            raise KeyError

    async def wait_inside(each: Any) -> None:
        async with each.lock("token"):
            await asyncio.sleep(60)

    tasks = [asyncio.create_task(wait_inside(each)) for each in pair]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with two.lock("token"):
        pass


HOLDER = """
import asyncio, sys
from seen.core.db import Database
from seen.host import shared
from seen.host.vault import Vault
shared.LEASE = 0.5
async def main():
    db = Database(sys.argv[1], size=2)
    await db.open()
    held = shared.DatabaseShared(db, Vault(b"s" * 32), asyncio.get_running_loop(), "archive")
    async with held.lock("token"), held.turn("service", per_second=1000, at_once=1):
        print("held", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_what_a_killed_process_held_is_free_when_its_lease_ends(
    database: Database, database_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "LEASE", 0.5)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, database_dsn], stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == b"held\n"
        # It lives on for two leases, and so does what it holds.
        await asyncio.sleep(1.0)
        assert await database.fetchval("select count(*) from plugin_slots where until > now()") == 2
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    mine = made(database)
    async with mine.lock("token"), mine.turn("service", per_second=1000, at_once=1):
        pass


async def test_a_lease_beyond_all_measure_does_not_count(database: Database) -> None:
    await database.execute(
        "insert into plugin_slots values ('archive', 'lock token', 1, gen_random_uuid(),"
        " now() + interval '1 day')"
    )
    async with made(database).lock("token"):
        pass


# --- turns ---


async def test_turns_are_spaced_over_all_processes(pair: tuple[Any, Any]) -> None:
    began: list[float] = []

    async def ask(each: Any) -> None:
        async with each.turn("service", per_second=50, at_once=20):
            began.append(asyncio.get_running_loop().time())

    await asyncio.gather(*(ask(each) for each in pair * 6))
    # A process may wake up late and come close to the other one, but never close to itself.
    assert max(began) - min(began) >= 5 * 0.02


async def test_no_more_are_open_than_the_budget_has(pair: tuple[Any, Any]) -> None:
    inside, most = 0, 0

    async def ask(each: Any) -> None:
        nonlocal inside, most
        async with each.turn("service", per_second=1000, at_once=3):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(ask(each) for each in pair * 10))
    assert (inside, most) == (0, 3)


async def test_a_pause_holds_all_processes_back(pair: tuple[Any, Any]) -> None:
    one, two = pair
    await one.pause("service", 30)
    with pytest.raises(RateLimited) as raised:
        async with two.turn("service", per_second=10, at_once=2, patience=1):
            pass
    assert raised.value.retry_after is not None and 25 < raised.value.retry_after <= 30
    async with two.turn("another service", per_second=10, at_once=2, patience=1):
        pass


async def test_a_pause_holds_back_who_only_sleeps_until_its_time(pair: tuple[Any, Any]) -> None:
    one, _ = pair
    loop = asyncio.get_running_loop()
    began: list[float] = []

    async def ask() -> None:
        async with one.turn("service", per_second=20, at_once=5):
            began.append(loop.time())

    asking = [asyncio.create_task(ask()) for _ in range(4)]
    await asyncio.sleep(0.02)
    paused = loop.time()
    await one.pause("service", 0.3)
    await asyncio.gather(*asking)
    assert all(each < paused or each >= paused + 0.3 for each in began)
    assert any(each >= paused + 0.3 for each in began)


async def test_a_turn_that_is_not_waited_for_is_not_used_up(pair: tuple[Any, Any]) -> None:
    one, two = pair
    async with one.turn("service", per_second=4, at_once=9):
        pass
    for each in pair * 3:
        with pytest.raises(RateLimited):
            async with each.turn("service", per_second=4, at_once=9, patience=0.02):
                pass
    async with two.turn("service", per_second=4, at_once=9, patience=0.3):
        pass


async def test_nobody_waits_longer_for_a_place_than_it_said(pair: tuple[Any, Any]) -> None:
    one, two = pair
    async with one.turn("service", per_second=1000, at_once=1):
        for each in pair:
            with pytest.raises(RateLimited):
                async with each.turn("service", per_second=1000, at_once=1, patience=0.05):
                    pass
    async with two.turn("service", per_second=1000, at_once=1, patience=1):
        pass


async def test_a_turn_beyond_all_measure_does_not_count(database: Database) -> None:
    await database.execute(
        "insert into plugin_turns values ('archive', 'service', now() + interval '1 day')"
    )
    async with made(database).turn("service", per_second=10, at_once=2, patience=1):
        pass


# --- the host ---


async def test_without_the_database_nothing_is_shared_and_the_plugin_is_told(
    database: Database,
) -> None:
    mine = made(database)
    await database.close()
    for asking in (mine.get("token"), mine.set("token", b"x"), mine.pause("service", 1)):
        with pytest.raises(NotReady, match="database"):
            await asking
    with pytest.raises(NotReady, match="database"):
        async with mine.lock("token"):
            pass


SHARING = provider("""
async def search(self, query):
    shared = self.ctx.shared
    async with shared.lock("token"), shared.turn("service", per_second=100, at_once=2):
        before = await shared.get("token")
        await shared.set("token", query.title.encode(), 60)
    return [SearchHit(ExternalRef("test", MediaKind.MOVIE, "1"), (before or b"nothing").decode())]
""")


async def test_a_plugin_shares_with_itself_in_another_process(
    workshop: Workshop, make_host: MakeHost
) -> None:
    workshop.plugin("sharing", SHARING)
    first, second = await make_host("first"), await make_host("second")
    assert await _exchange(first, "of the first") == "nothing"
    assert await _exchange(second, "of the second") == "of the first"


async def _exchange(host: PluginHost, word: str) -> str:
    """Leave a word and find the one that was left before."""
    await host.settled(5)
    (handle,) = host.metadata_providers()
    query = SearchQuery(word)
    hits = await handle.call(lambda p: p.search(query))
    return hits[0].title
