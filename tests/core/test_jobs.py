"""Background work: done once, tried again, seen by people, taken up after a death."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from seen.core.db import Database
from seen.core.errors import NotHere
from seen.core.events import Events
from seen.core.ids import new_id
from seen.core.jobs import Job, JobContext, JobEngine, Run


@asynccontextmanager
async def engine(database: Database, *jobs: Job) -> AsyncIterator[JobEngine]:
    events = Events(database)
    await events.start()
    made = JobEngine(database, events)
    for job in jobs:
        made.register(job)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
        await events.stop()


async def finished(jobs: JobEngine, run_id: UUID, seconds: float = 20) -> Run:
    async with asyncio.timeout(seconds):
        while True:
            run = await jobs.run(run_id)
            if run.state in ("done", "failed"):
                return run
            await asyncio.sleep(0.05)


async def test_a_run_is_done_and_says_how_it_ended(database: Database) -> None:
    async def work(context: JobContext) -> str:
        await context.progress(3, 7, "half way")
        return f"Counted to {context.facts['number']}."

    async with engine(database, Job("count", "Count", work)) as jobs:
        run = await finished(jobs, await jobs.enqueue("count", {"number": 7}))
    assert (run.state, run.result, run.done, run.total) == ("done", "Counted to 7.", 7, 7)
    assert run.message == "half way"
    assert run.started_at is not None
    assert run.finished_at is not None


async def test_a_failed_run_is_tried_again_and_then_says_why(database: Database) -> None:
    tries = []

    async def work(context: JobContext) -> str:
        tries.append(1)
        raise RuntimeError("the disk is on fire")

    async with engine(database, Job("burn", "Burn", work, attempts=2, backoff_seconds=0)) as jobs:
        run = await finished(jobs, await jobs.enqueue("burn"))
    assert len(tries) == 2
    assert (run.state, run.error) == ("failed", "RuntimeError: the disk is on fire")


async def test_asking_twice_for_the_same_work_is_one_run(database: Database) -> None:
    go = asyncio.Event()

    async def work(context: JobContext) -> str:
        await go.wait()
        return "Done."

    async with engine(database, Job("slow", "Slow", work)) as jobs:
        first = await jobs.enqueue("slow", dedupe="all")
        assert await jobs.enqueue("slow", dedupe="all") == first
        assert await jobs.enqueue("slow", dedupe="other") != first
        go.set()
        await finished(jobs, first)
        assert await jobs.enqueue("slow", dedupe="all") != first


async def test_work_that_was_asked_for_while_nobody_worked_is_done_later(
    database: Database,
) -> None:
    async def work(context: JobContext) -> str:
        return "Done."

    idle = JobEngine(database, Events(database))
    idle.register(Job("later", "Later", work))
    run_id = await idle.enqueue("later")
    async with engine(database, Job("later", "Later", work)) as jobs:
        assert (await finished(jobs, run_id)).state == "done"


async def test_an_unknown_run_is_not_there(database: Database) -> None:
    with pytest.raises(NotHere):
        await JobEngine(database, Events(database)).run(new_id())


@pytest.mark.parametrize("stubborn", [False, True])
async def test_stopping_interrupts_a_long_run_and_the_next_start_takes_it_up(
    database: Database, stubborn: bool
) -> None:
    begun: list[float] = []
    go = asyncio.Event()

    async def work(context: JobContext) -> str:
        begun.append(time.monotonic())
        try:
            await go.wait()
        except asyncio.CancelledError:
            if stubborn:
                await asyncio.sleep(0.5)
            raise
        return "Done."

    job = Job("long", "Long", work)
    async with engine(database, job) as jobs:
        run_id = await jobs.enqueue("long", dedupe="all")
        async with asyncio.timeout(10):
            while not begun:
                await asyncio.sleep(0.01)
    assert (await jobs.run(run_id)).state == "queued"
    go.set()
    async with engine(database, job) as jobs:
        # well before a silent heartbeat would be noticed
        run = await finished(jobs, run_id, 5)
    assert (run.state, run.result, len(begun)) == ("done", "Done.", 2)


async def test_stopping_is_bounded_when_a_run_will_not_let_go(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seen.core.jobs._STOP_SECONDS", 0.3)
    begun, go = asyncio.Event(), asyncio.Event()

    async def work(context: JobContext) -> str:
        begun.set()
        while not go.is_set():
            try:
                await go.wait()
            except asyncio.CancelledError:
                continue
        return "Done."

    async with engine(database, Job("mule", "Mule", work)) as jobs:
        await jobs.enqueue("mule")
        await asyncio.wait_for(begun.wait(), 10)
        await jobs.stop()
        go.set()
        await asyncio.sleep(0.1)
