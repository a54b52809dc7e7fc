"""Two workers, one queue: a job belongs to one of them at a time, whatever happens to it."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from seen.core.db import Database
from seen.core.events import Events
from seen.core.ids import new_id
from seen.downloads import store
from seen.downloads.dispatcher import Dispatcher
from seen.downloads.ledger import Ledger
from seen.downloads.model import steps
from seen.downloads.model.records import Job

USER = UUID(int=1)


class OneEngine:
    """Engines of which one takes everything; the dispatcher asks for no more."""

    instance_id, id, title = "engine", "main", "Engine"

    def taker(self, *_: object) -> tuple[OneEngine, str]:
        return self, ""

    def well(self) -> list[str]:
        return ["engine"]


@pytest.fixture
async def queue(database: Database) -> Database:
    await database.execute(
        "insert into users (id, email, password_hash, role) values ($1, 'a@b.c', '', 'user')", USER
    )
    return database


async def fill(db: Database, count: int) -> None:
    await db.execute(
        "insert into download_jobs (id, user_id, source_type, source, scheme, queue_position)"
        " select gen_random_uuid(), $1, 'http', 'http://example.org/', 'http', n"
        " from generate_series(1, $2::int) n",
        USER,
        count,
    )


def dispatcher(db: Database, owner: str, places: int) -> Dispatcher:
    engines = OneEngine()
    return Dispatcher(db, Events(db), engines, owner, places, 0)  # type: ignore[arg-type]


async def turn(worker: Dispatcher) -> list[Job]:
    return await worker.turn((), 2**60, 30.0)


async def test_two_dispatchers_never_take_the_same_job_nor_too_many(queue: Database) -> None:
    await fill(queue, 40)
    workers = [dispatcher(queue, f"worker {number}", 25) for number in range(4)]
    taken = await asyncio.gather(*(turn(each) for each in workers * 3))
    ids = [job.id for jobs in taken for job in jobs]
    assert len(ids) == len(set(ids)) == 25
    rows = await queue.fetch("select lease_token from download_jobs where lease_owner is not null")
    assert len({row["lease_token"] for row in rows}) == len(rows) == 25


async def test_the_order_is_priority_then_position(queue: Database) -> None:
    await fill(queue, 3)
    await queue.execute("update download_jobs set priority = 1 where queue_position = 3")
    await queue.execute("update download_jobs set paused = true where queue_position = 1")
    (first,) = await turn(dispatcher(queue, "a", 1))
    (second,) = await turn(dispatcher(queue, "a", 2))
    assert (first.queue_position, second.queue_position) == (None, None)
    assert (first.priority, second.priority) == (1, 0)
    assert await turn(dispatcher(queue, "a", 3)) == []


async def test_a_lease_that_ended_goes_to_another_worker_and_the_first_is_refused(
    queue: Database,
) -> None:
    await fill(queue, 1)
    (mine,) = await turn(dispatcher(queue, "a", 1))
    assert await store.renew(queue, "b", 30) == []
    await queue.execute("update download_jobs set lease_until = now() - interval '1 second'")
    (taken,) = await store.renew(queue, "b", 30)
    assert taken.previous == "a" and taken.job.lease_token > (mine.lease_token or 0)
    assert await store.leased(queue, "a") == [] == await store.renew(queue, "a", 30)

    ledger = Ledger(queue, Events(queue))
    late = steps.started(mine, "engine", "main", "Engine", "of a")
    good = steps.started(taken.job, "engine", "main", "Engine", "of b")
    assert await asyncio.gather(ledger.write(late), ledger.write(good)) == [False, True]
    assert await ledger.write(steps.failed(mine, "It was slow")) is False
    row = await queue.fetchrow("select status, engine_job_id from download_jobs")
    assert row is not None and tuple(row.values()) == ("downloading", "of b")
    told = await queue.fetch("select status from download_events order by id")
    assert [each["status"] for each in told] == ["preparing", "downloading"]


async def test_leases_given_back_are_free_at_once(queue: Database) -> None:
    await fill(queue, 2)
    await turn(dispatcher(queue, "a", 2))
    await store.let_go(queue, "a")
    assert len(await store.renew(queue, "b", 30)) == 2


async def test_many_steps_are_few_transactions_and_none_is_lost(queue: Database) -> None:
    await fill(queue, 200)
    jobs = await turn(dispatcher(queue, "a", 200))
    ledger = Ledger(queue, Events(queue))
    before = queue.queries
    changes = [steps.started(job, "engine", "main", "Engine", str(job.id)) for job in jobs]
    assert all(await asyncio.gather(*(ledger.write(each) for each in changes)))
    assert queue.queries - before < 10
    counts = await queue.fetch("select count(*) from download_events group by job_id")
    assert {row["count"] for row in counts} == {2}


async def test_two_steps_of_one_job_are_written_one_after_the_other(queue: Database) -> None:
    await fill(queue, 1)
    (job,) = await turn(dispatcher(queue, "a", 1))
    ledger = Ledger(queue, Events(queue))
    first = steps.started(job, "engine", "main", "Engine", "e-1")
    second = steps.failed(first.after, "Gone")
    assert await asyncio.gather(ledger.write(first), ledger.write(second)) == [True, True]
    assert await queue.fetchval("select status from download_jobs") == "failed"


async def test_a_job_that_is_gone_takes_its_events_with_it(queue: Database) -> None:
    await fill(queue, 1)
    (job,) = await turn(dispatcher(queue, "a", 1))
    await store.set_removed(queue, [job.id])
    await store.delete_removed(queue, job.id, (job.lease_token or 0) - 1)
    assert await queue.fetchval("select count(*) from download_jobs") == 1
    await store.delete_removed(queue, job.id, job.lease_token)
    assert await queue.fetchval("select count(*) from download_events") == 0
    assert await store.jobs_by_id(queue, [new_id()]) == []
