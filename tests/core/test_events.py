"""What happened is told with the commit that made it true, and to everybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from seen.core.db import Database
from seen.core.events import Event, Events


class Ear:
    """Hears everything from now on."""

    def __init__(self, events: Events) -> None:
        self.heard: list[Event] = []
        self.more = asyncio.Event()
        events.on("*", self._hear)

    async def _hear(self, event: Event) -> None:
        self.heard.append(event)
        self.more.set()

    async def until(self, topic: str, times: int = 1, seconds: float = 10) -> list[Event]:
        async with asyncio.timeout(seconds):
            while len(found := [each for each in self.heard if each.topic == topic]) < times:
                self.more.clear()
                await self.more.wait()
        return found


@pytest.fixture
async def events(database: Database) -> AsyncIterator[Events]:
    made = Events(database)
    yield made
    await made.stop()


@pytest.fixture
async def ear(events: Events) -> Ear:
    made = Ear(events)
    await events.start()
    await made.until("reconnected")
    return made


async def test_an_event_is_told_with_the_commit_and_not_before(
    database: Database, events: Events, ear: Ear
) -> None:
    async with database.transaction() as connection:
        await events.emit(Event("mark", subject="1"), connection)
        await events.emit(Event("other"))
        await ear.until("other")
        assert [each.topic for each in ear.heard] == ["reconnected", "other"]
    assert (await ear.until("mark"))[0].subject == "1"


async def test_what_was_rolled_back_is_told_to_nobody(
    database: Database, events: Events, ear: Ear
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as connection:
            await events.emit(Event("mark"), connection)
            raise ZeroDivisionError
    await events.emit(Event("other"))
    await ear.until("other")
    assert [each.topic for each in ear.heard] == ["reconnected", "other"]


async def test_facts_travel_and_a_large_event_keeps_its_topic(events: Events, ear: Ear) -> None:
    await events.emit(Event("mark", "s", "u", {"number": 1, "text": "ä'\\"}))
    await events.emit(Event("mark", "s", "u", {"text": "ä" * 9000}))
    small, large = await ear.until("mark", 2)
    assert small == Event("mark", "s", "u", {"number": 1, "text": "ä'\\"})
    assert large == Event("mark", "s", "u")


async def test_every_process_hears(database: Database, events: Events, ear: Ear) -> None:
    other = Events(database)
    other_ear = Ear(other)
    await other.start()
    await other_ear.until("reconnected")
    await events.emit(Event("mark"))
    await ear.until("mark")
    await other_ear.until("mark")
    await other.stop()


async def end_listeners(database: Database) -> int:
    rows = await database.fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()"
    )
    return len(rows)


async def test_listening_goes_on_after_its_connection_was_ended(
    database: Database, events: Events, ear: Ear
) -> None:
    for round_ in range(2, 4):
        assert await end_listeners(database) == 1
        # caches hear that they may have missed something
        await ear.until("reconnected", round_)
        await events.emit(Event("mark"))
        await ear.until("mark", round_ - 1)


async def test_listening_goes_on_when_a_connection_breaks_before_it_listens(
    database: Database, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncpg

    real = asyncpg.Connection.add_listener
    tries: list[int] = []

    async def broken(self: object, *args: object) -> None:
        tries.append(1)
        if len(tries) < 2:
            raise asyncpg.ConnectionDoesNotExistError("ended")
        await real(self, *args)

    monkeypatch.setattr(asyncpg.Connection, "add_listener", broken)
    ear = Ear(events)
    await events.start()
    await ear.until("reconnected")
    await events.emit(Event("mark"))
    await ear.until("mark")


async def test_a_handler_that_fails_and_rubbish_on_the_channel_stop_nobody(
    database: Database, events: Events, ear: Ear
) -> None:
    async def fail(_: Event) -> None:
        raise ZeroDivisionError

    events.on("mark", fail)
    for rubbish in ("", "{", "[]", '{"topic": 1}', "\x01"):
        await database.execute("select pg_notify('seen_events', $1)", rubbish)
    await events.emit(Event("mark"))
    await ear.until("mark")
    await events.emit(Event("other"))
    await ear.until("other")


async def test_a_page_that_reads_slowly_loses_the_oldest_only(events: Events, ear: Ear) -> None:
    with events.stream() as queue:
        for number in range(300):
            events._deliver(Event("mark", subject=str(number)))
        assert queue.qsize() == 256
        assert queue.get_nowait().subject == "44"
    events._deliver(Event("mark", subject="later"))
    assert queue.qsize() == 255
