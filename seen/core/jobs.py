"""Background work: who does what, how far it is, how it ended, when it runs again.

pgqueuer keeps the queue (leases with heartbeats, retries, schedules); ``job_runs`` keeps what
people want to know. A run is made in the same transaction as its place in the queue. A worker
that dies is noticed by its silent heartbeat, and another takes the job up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.errors import DuplicateJobError, RetryRequested
from pgqueuer.domain.models import Job as QueuedJob

from seen.core.db import Connection, Database, Row
from seen.core.errors import NotHere, SeenError, Unavailable
from seen.core.events import Event, Events
from seen.core.ids import new_id
from seen.core.log import get_log

log = get_log(__name__)
HEARTBEAT = timedelta(seconds=15)
# How often, and how many seconds apart, a run is queued again whose predecessor is just leaving.
_DUPLICATE_TRIES, _DUPLICATE_PAUSE = 50, 0.1
# How long running jobs may take to let go when the server stops.
_STOP_SECONDS = 5.0


class Payload(msgspec.Struct):
    """What lies in the queue: the run, and what the job needs to know."""

    run_id: UUID
    facts: dict[str, Any] = msgspec.field(default_factory=dict)


RunState = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job as people see it. ``result`` is a sentence; ``error`` says why it failed."""

    id: UUID
    name: str
    state: RunState
    done: int
    total: int
    message: str
    result: str
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as admins see it: its last run, and when the clock starts it next."""

    name: str
    title: str
    last: Run | None
    next_at: datetime | None


class JobContext:
    """What a job works with: its facts, and a way to say how far it is."""

    def __init__(self, engine: JobEngine, run_id: UUID, facts: dict[str, Any]) -> None:
        self.run_id = run_id
        self.facts = facts
        self._engine = engine
        self._told = 0.0

    async def progress(self, done: int, total: int, message: str = "") -> None:
        """Say how far the job is; cheap to call often, written twice a second at most."""
        time = asyncio.get_running_loop().time()
        if time - self._told >= 0.5:
            self._told = time
            await self._engine.write_progress(self.run_id, done, total, message)


JobFunction = Callable[[JobContext], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work. ``run`` answers with a sentence for people.

    ``schedule`` is a cron line in UTC or None. A failed run is tried ``attempts`` times, with a
    pause that doubles from ``backoff_seconds``.
    """

    name: str
    title: str
    run: JobFunction
    schedule: str | None = None
    attempts: int = 3
    backoff_seconds: float = 5.0


class JobEngine:
    """Registers jobs, queues runs and, in a worker, does them."""

    def __init__(self, db: Database, events: Events) -> None:
        self._db = db
        self._events = events
        self._jobs: dict[str, Job] = {}
        self._queuer: PgQueuer | None = None
        self._task: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[str]] = set()
        self._stopping = False

    @property
    def jobs(self) -> tuple[Job, ...]:
        return tuple(self._jobs.values())

    def register(self, job: Job) -> None:
        """Make a job known; before :meth:`start`."""
        self._jobs[job.name] = job

    async def enqueue(
        self, name: str, facts: dict[str, Any] | None = None, *, dedupe: str | None = None
    ) -> UUID:
        """Queue a run and answer with its id. A run with the same ``dedupe`` that is waiting or
        working is answered instead of a second one."""
        key = f"{name}:{dedupe}" if dedupe is not None else None
        payload = Payload(new_id(), facts or {})
        for _ in range(_DUPLICATE_TRIES):
            try:
                async with self._db.transaction() as connection:
                    await connection.execute(
                        "insert into job_runs (id, name, dedupe_key) values ($1, $2, $3)",
                        payload.run_id,
                        name,
                        key,
                    )
                    await self._queue(connection, name, payload, key)
            except DuplicateJobError:
                running: UUID | None = await self._db.fetchval(
                    "select id from job_runs where dedupe_key = $1"
                    " and state in ('queued', 'running') order by created_at desc limit 1",
                    key,
                )
                if running is not None:
                    return running
                # It has just ended, and its place in the queue is about to be free.
                await asyncio.sleep(_DUPLICATE_PAUSE)
            else:
                return payload.run_id
        raise Unavailable("The job queue is busy; try again in a moment.")

    async def _queue(
        self, connection: Connection, name: str, payload: Payload, key: str | None
    ) -> None:
        queries = Queries(AsyncpgDriver(connection.raw))
        await queries.enqueue(name, msgspec.json.encode(payload), dedupe_key=key)

    async def run(self, run_id: UUID) -> Run:
        """One run. Raises NotHere for an unknown id."""
        row = await self._db.fetchrow(f"{_SELECT} where id = $1", run_id)
        if row is None:
            raise NotHere("There is no such job run.")
        return _run_of(row)

    async def latest(self, name: str) -> Run | None:
        """The last run of a job, or None when it never ran."""
        row = await self._db.fetchrow(
            f"{_SELECT} where name = $1 order by created_at desc limit 1", name
        )
        return _run_of(row) if row else None

    async def states(self) -> list[JobState]:
        """Every job with its last run and its next one, in two queries."""
        rows = await self._db.fetch(
            "select distinct on (name) id, name, state, done, total, message, result, error,"
            " created_at, started_at, finished_at from job_runs order by name, created_at desc"
        )
        last = {row["name"]: _run_of(row) for row in rows}
        times = await self._db.fetch(
            "select expression, entrypoint, next_run from pgqueuer_schedules"
        )
        following = {(row["entrypoint"], row["expression"]): row["next_run"] for row in times}
        return [
            JobState(
                job.name,
                job.title,
                last.get(job.name),
                following.get((f"schedule_{job.name}", job.schedule)) if job.schedule else None,
            )
            for job in self._jobs.values()
        ]

    async def run_now(self, name: str) -> UUID:
        """Queue a job because somebody asked, for everything it looks after rather than for what
        is due. Raises NotHere for an unknown name."""
        if name not in self._jobs:
            raise NotHere("There is no such job.")
        return await self.enqueue(name, {"everything": True}, dedupe="asked")

    async def forget_runs(self, days: int) -> int:
        """Forget runs that ended so many days ago; the last one of each job stays."""
        status = await self._db.execute(
            "delete from job_runs r where finished_at < now() - make_interval(days => $1)"
            " and exists (select 1 from job_runs later where later.name = r.name"
            "   and later.created_at > r.created_at)",
            days,
        )
        return int(status.split()[-1])

    async def write_progress(self, run_id: UUID, done: int, total: int, message: str) -> None:
        """Store and tell how far a run is."""
        await self._db.execute(
            "update job_runs set done = $2, total = $3, message = $4 where id = $1",
            run_id,
            done,
            total,
            message,
        )
        await self._tell(run_id)

    async def start(self) -> None:
        """Begin to work: take runs from the queue until :meth:`stop`."""
        self._stopping = False
        self._task = asyncio.create_task(self._work(), name="jobs")

    async def stop(self) -> None:
        """Interrupt running jobs, within a bounded time; the next start takes them up again."""
        self._stopping = True
        if self._queuer is not None:
            self._queuer.shutdown.set()
        for each in self._running:
            each.cancel()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=_STOP_SECONDS if self._running else 0.1)
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_STOP_SECONDS)

    async def _work(self) -> None:
        """Serve the queue for ever; begin again when the database went away."""
        while not self._stopping:
            raw = None
            try:
                raw = await self._db.dedicated()
                self._queuer = self._build(raw)
                await self._queuer.run(
                    batch_size=1,
                    heartbeat_timeout=HEARTBEAT,
                    dequeue_timeout=timedelta(seconds=5),
                    shutdown_on_listener_failure=True,
                )
            except Exception as error:
                log.warning("jobs: interrupted, starting again", error=str(error))
            finally:
                if raw is not None:
                    raw.terminate()
            if not self._stopping:
                await asyncio.sleep(1)

    def _build(self, raw: Any) -> PgQueuer:
        queuer = PgQueuer(AsyncpgDriver(raw))
        for job in self._jobs.values():
            self._bind(queuer, job)
        return queuer

    def _bind(self, queuer: PgQueuer, job: Job) -> None:
        async def work(queued: QueuedJob) -> None:
            await self._do(job, queued)

        queuer.entrypoint(job.name, on_failure="hold")(work)
        if job.schedule is not None:

            async def scheduled(_: Any) -> None:
                await self.enqueue(job.name, dedupe="scheduled")

            queuer.schedule(f"schedule_{job.name}", job.schedule, clean_old=True)(scheduled)

    async def _do(self, job: Job, queued: QueuedJob) -> None:
        payload = msgspec.json.decode(queued.payload or b"{}", type=Payload)
        await self._db.execute(
            "update job_runs set state = 'running', started_at = coalesce(started_at, now()),"
            " error = '' where id = $1",
            payload.run_id,
        )
        await self._tell(payload.run_id)
        try:
            result = await self._interruptible(job, payload)
        except RetryRequested:
            raise
        except Exception as error:
            await self._failed(job, queued, payload.run_id, error)
        else:
            await self._db.execute(
                "update job_runs set state = 'done', result = $2, finished_at = now(),"
                " done = greatest(done, total) where id = $1",
                payload.run_id,
                result,
            )
            await self._tell(payload.run_id)

    async def _interruptible(self, job: Job, payload: Payload) -> str:
        """Run a job so that stopping puts it back into the queue; cancelled it would be lost."""

        async def run() -> str:
            return await job.run(JobContext(self, payload.run_id, payload.facts))

        task = asyncio.create_task(run(), name=f"job {job.name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await task
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        await self._db.execute("update job_runs set state = 'queued' where id = $1", payload.run_id)
        raise RetryRequested(delay=timedelta(0), reason="The server was stopped.")

    async def _failed(self, job: Job, queued: QueuedJob, run_id: UUID, error: Exception) -> None:
        reason = (
            error.detail if isinstance(error, SeenError) else f"{type(error).__name__}: {error}"
        )
        again = queued.attempts + 1 < job.attempts
        log.error("jobs: failed", job=job.name, reason=reason, again=again, exc_info=error)
        await self._db.execute(
            "update job_runs set state = $2, error = $3,"
            " finished_at = case when $2 = 'failed' then now() end where id = $1",
            run_id,
            "queued" if again else "failed",
            reason[:2000],
        )
        await self._tell(run_id)
        if again:
            delay = timedelta(seconds=job.backoff_seconds * 2**queued.attempts)
            raise RetryRequested(delay=delay, reason=reason[:200])
        raise error

    async def _tell(self, run_id: UUID) -> None:
        await self._events.emit(Event("job", subject=str(run_id)))


_SELECT = (
    "select id, name, state, done, total, message, result, error, created_at, started_at,"
    " finished_at from job_runs"
)


def _run_of(row: Row) -> Run:
    return Run(**dict(row))
