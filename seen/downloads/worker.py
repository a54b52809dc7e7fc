"""The role ``downloader``: one loop that leases jobs, gives them to engines and watches them.

All that matters is in the database, so a worker may die at any moment: its leases end, and another
one goes on. What a worker was about to write after that is refused by the lease's token.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from uuid import UUID

from seen.core.db import Database
from seen.core.events import Event, Events
from seen.core.jobs import JobEngine
from seen.core.log import get_log
from seen.downloads import store
from seen.downloads.attending import Attendant
from seen.downloads.disk import free_bytes
from seen.downloads.dispatcher import Dispatcher
from seen.downloads.engines import Engine, Engines
from seen.downloads.handover import IMPORT_JOB
from seen.downloads.ledger import CHANGED, Ledger
from seen.downloads.model import steps
from seen.downloads.model.acting import act_for
from seen.downloads.model.judging import Verdict
from seen.downloads.model.records import Job
from seen.downloads.model.room import Room
from seen.downloads.model.steps import Rules
from seen.downloads.monitor import Monitor
from seen.downloads.preparing import Preparer
from seen.host import PluginHost

log = get_log(__name__)
Work = Callable[[], Awaitable[None]]

# A lease lasts for so many polls, within bounds: long enough to outlive a slow moment, short
# enough that a dead worker's jobs are taken up soon.
_POLLS_IN_LEASE = 7
_SHORTEST_LEASE, _LONGEST_LEASE = 5.0, 30.0
_SHORTEST_PAUSE = 0.05
_START_SECONDS = 30.0
_STOP_SECONDS = 3.0


class Downloader:
    """Runs in every process with the role. ``owner`` names this process in its leases."""

    def __init__(
        self, *, db: Database, events: Events, jobs: JobEngine, host: PluginHost,
        preparer: Preparer, rules: Rules, owner: str, places: int, poll_interval: float,
        reserve: int,
    ) -> None:  # fmt: skip
        self._db = db
        self._events = events
        self._jobs = jobs
        self._host = host
        self._ledger = ledger = Ledger(db, events)
        self._folder = preparer.folder
        self._reserve = reserve
        self._owner = owner
        self._interval = poll_interval
        self._lease = min(_LONGEST_LEASE, max(_SHORTEST_LEASE, _POLLS_IN_LEASE * poll_interval))
        self._engines = Engines(host, poll_interval)
        self._attendant = Attendant(db, self._engines, ledger, preparer, rules)
        self._monitor = Monitor(db, events, ledger, rules)
        self._dispatcher = Dispatcher(db, events, self._engines, owner, places, reserve)
        self._tasks: dict[object, asyncio.Task[None]] = {}
        self._holding: dict[UUID, Job] = {}
        self._renewed = float("-inf")
        self._pause = _SHORTEST_PAUSE
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    # --- life -----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin in the background."""
        for topic in (CHANGED, "plugin_status", "plugins", "reconnected"):
            self._events.on(topic, self._heard)
        self._loop = asyncio.create_task(self._run(), name="downloads")

    async def stop(self) -> None:
        """Stop to look after jobs. Their leases stay until :meth:`let_go`."""
        running = [each for each in (self._loop, *self._tasks.values()) if each is not None]
        for each in running:
            each.cancel()
        if running:
            await asyncio.wait(running, timeout=_STOP_SECONDS)

    async def let_go(self) -> None:
        """Give the leases back, after the engines have stopped."""
        with contextlib.suppress(Exception):
            await store.let_go(self._db, self._owner)

    async def _heard(self, _: Event) -> None:
        self._wake.set()

    async def _run(self) -> None:
        # Before the engines are there every job would look as if nobody could take it.
        await self._host.settled(_START_SECONDS)
        while True:
            self._wake.clear()
            try:
                await self._turn()
            except Exception as error:
                log.warning("downloads: a turn failed, trying again", error=str(error))
                self._pause = self._interval
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause):
                    await self._wake.wait()
                    self._soon()
            self._pause = min(self._interval, self._pause * 2)

    def _soon(self) -> None:
        """Something happened, so more may follow at once."""
        self._pause = _SHORTEST_PAUSE

    # --- one turn -------------------------------------------------------------------------------

    async def _turn(self) -> None:
        if not self._tasks and not self._holding and await store.is_idle(self._db):
            return
        # What is being done now may change a job while it is read; such a job waits a turn.
        busy = frozenset(self._tasks)
        jobs = [each for each in await self._mine() if each.id not in busy]
        await self._engines.look()
        leaving = await store.leaving_engines(self._db)
        free = await asyncio.to_thread(free_bytes, self._folder)
        if why := Room(free, self._reserve).shortage():
            await self._hold_all(jobs, why)
        taken = await self._dispatcher.turn(leaving, free, self._lease)
        if taken:
            self._soon()
            self._holding.update((each.id, each) for each in taken)
        await self._assign([*jobs, *taken], leaving)
        await self._switch_off_left(leaving)
        if await store.waits_for_import(self._db):
            await self._jobs.enqueue(IMPORT_JOB, dedupe="waiting")

    async def _switch_off_left(self, leaving: Iterable[str]) -> None:
        """Switch engines off that an admin wanted left, once nothing is under way with them."""
        for instance_id in leaving:
            if await store.jobs_of_engine(self._db, instance_id) == 0:
                with contextlib.suppress(LookupError):
                    await self._host.set_enabled(instance_id, False, by="downloads")
                await store.set_staying(self._db, instance_id)

    async def _hold_all(self, jobs: Iterable[Job], why: str) -> None:
        """Let everything rest before the disk is full; it goes on when there is room again."""
        running = [each for each in jobs if each.status == "downloading" and not each.held]
        await asyncio.gather(*(self._ledger.write(steps.held(each, why)) for each in running))

    async def _mine(self) -> list[Job]:
        """The jobs this worker looks after, its leases renewed when it is time."""
        now = asyncio.get_running_loop().time()
        if now - self._renewed < self._lease / 4:
            jobs = await store.leased(self._db, self._owner)
        else:
            leased = await store.renew(self._db, self._owner, self._lease)
            self._renewed = now
            jobs = [each.job for each in leased]
            for each in leased:
                if each.previous is not None:
                    log.info("downloads: taken over", job=str(each.job.id), of=each.previous)
        lost = [job for id_, job in self._holding.items() if id_ not in {j.id for j in jobs}]
        self._holding = {each.id: each for each in jobs}
        self._monitor.keep_only(self._holding)
        await self._drop(lost)
        return jobs

    async def _drop(self, lost: Iterable[Job]) -> None:
        """Let this process's own engines forget jobs that another worker has taken over."""
        rows = {each.id: each for each in await store.jobs_by_id(self._db, [j.id for j in lost])}
        for job in lost:
            now, engine = rows.get(job.id), self._engines.of(job)
            if engine is None or job.engine_job_id is None or "shared" in engine.features:
                continue
            if now is None or now.lease_owner not in (None, self._owner):
                await self._attendant.forget(engine, job.engine_job_id, delete_files=now is None)

    async def _assign(self, jobs: list[Job], leaving: Mapping[str, str]) -> None:
        """Begin what has to be done for each job, unless it is being done."""
        watched: dict[tuple[str, str], list[Job]] = {}
        for job in jobs:
            if self._is_busy(job.id):
                continue
            engine = self._engines.of(job)
            stays = await self._may_stay(job, engine, leaving)
            can_pause = engine is None or "pause" in engine.features
            act = act_for(job, engine_stays=stays, can_pause=can_pause)
            if act == "watch" and engine is not None:
                watched.setdefault((engine.instance_id, engine.id), []).append(job)
            elif act == "attach":
                self._begin(job.id, partial(self._attendant.attach, job, frozenset(leaving)))
            elif act == "detach":
                self._begin(job.id, partial(self._detach, job, leaving))
            elif act == "release":
                self._begin(job.id, partial(self._attendant.release, job))
        for engine in self._engines.all():
            key = (engine.instance_id, engine.id)
            if key in watched and not self._is_busy(key):
                self._begin(key, partial(self._poll, engine, watched[key]))

    async def _may_stay(self, job: Job, engine: Engine | None, leaving: Mapping[str, str]) -> bool:
        if job.engine_instance_id is None or job.engine_job_id is None:
            return True
        if engine is None:
            return await self._engines.is_wanted(job.engine_instance_id)
        return leaving.get(job.engine_instance_id) != "move"

    async def _detach(self, job: Job, leaving: Mapping[str, str]) -> None:
        title = self._engines.title(job.engine_instance_id)
        if job.paused or job.held:
            await self._attendant.detach(job, "held", job.status_message)
        else:
            await self._attendant.detach(job, "moved", f"Moving away from {title}")

    async def _poll(self, engine: Engine, jobs: list[Job]) -> None:
        if await self._monitor.poll(engine, jobs, self._follow_up):
            self._soon()

    async def _follow_up(self, job: Job, engine: Engine, verdict: Verdict) -> None:
        if self._is_busy(job.id):
            return
        if verdict == "collect":
            self._begin(job.id, partial(self._attendant.collect, job, engine))
        elif verdict == "inspect":
            self._begin(job.id, partial(self._attendant.inspect, job, engine))
        elif verdict == "hold":
            self._begin(job.id, partial(self._attendant.hold, job, engine))
        elif verdict == "go_on":
            self._begin(job.id, partial(self._attendant.go_on, job, engine))

    # --- tasks ----------------------------------------------------------------------------------

    def _is_busy(self, key: object) -> bool:
        return key in self._tasks

    def _begin(self, key: object, work: Work) -> None:
        """Do something beside the loop, so that a slow engine keeps nobody else waiting."""
        task = asyncio.create_task(self._guarded(work), name=f"downloads {key}")
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    async def _guarded(self, work: Work) -> None:
        try:
            await work()
        except Exception as error:
            # The job is as it was; the next turn comes back to it.
            log.warning("downloads: a step failed, trying again", error=str(error))
