"""Asks engines how their jobs are: one call for each engine, however many jobs it has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from seen.core import clock
from seen.core.db import Database
from seen.core.events import Event, Events
from seen.downloads import store
from seen.downloads.engines import Engine, words
from seen.downloads.ledger import Ledger
from seen.downloads.model import steps
from seen.downloads.model.judging import Progress, Verdict, judge
from seen.downloads.model.records import Job
from seen.downloads.model.steps import Change, Rules
from seen.downloads.store import Written
from seen.plugin.errors import PluginError
from seen.plugin.models import EngineStatus

_STATUS_SECONDS = 10.0
# Lines in one event, so that it fits into what PostgreSQL takes.
_LINES_IN_EVENT = 20
_LONGEST_MESSAGE = 120
MOVED = "download_progress"
"""The topic of the event that tells how far downloads are."""

FollowUp = Callable[[Job, Engine, Verdict], Awaitable[None]]


@dataclass(slots=True)
class _Watch:
    """Since when a job has not moved, on the loop's clock."""

    done: int
    since: float


class Monitor:
    """Remembers since when each job stands still; everything else is in the database."""

    def __init__(self, db: Database, events: Events, ledger: Ledger, rules: Rules) -> None:
        self._db = db
        self._events = events
        self._ledger = ledger
        self._rules = rules
        self._watched: dict[UUID, _Watch] = {}

    def keep_only(self, ids: Iterable[UUID]) -> None:
        """Forget jobs that are not looked after any more."""
        self._watched = {each: self._watched[each] for each in ids if each in self._watched}

    async def poll(self, engine: Engine, jobs: Sequence[Job], follow_up: FollowUp) -> bool:
        """Ask an engine about its jobs, write what came of it, and do what follows.

        True when a job changed its state, so that asking again soon is worth it.
        """
        known = {str(each.engine_job_id): each for each in jobs}
        try:
            said = await engine.call(lambda e: e.status(list(known)), timeout=_STATUS_SECONDS)
        except PluginError as error:
            return await self._silent(engine, jobs, words(error))
        now = clock.now()
        progress: list[Progress] = []
        verdicts: list[tuple[Job, Verdict]] = []
        for engine_job_id, job in known.items():
            word = said.get(engine_job_id)
            if word is None:
                lost = f"{engine.title} does not know it any more"
                verdicts.append((job, steps.detached(job, "lost", lost)))
                continue
            verdict = judge(job, word, self._quiet(job, word), self._rules, now)
            if isinstance(verdict, Progress):
                if verdict.is_news_of(job):
                    progress.append(verdict)
                if verdict.bytes_total > 0 and job.bytes_total == 0:
                    verdicts.append((job, "inspect"))
            elif verdict != "nothing":
                verdicts.append((job, verdict))
        await self._write_progress(progress)
        changed = await asyncio.gather(
            *(self._settle(job, engine, verdict, follow_up) for job, verdict in verdicts)
        )
        return any(changed)

    async def _settle(
        self, job: Job, engine: Engine, verdict: Verdict, follow_up: FollowUp
    ) -> bool:
        if isinstance(verdict, Change):
            return await self._ledger.write(verdict)
        await follow_up(job, engine, verdict)
        return True

    async def _silent(self, engine: Engine, jobs: Sequence[Job], why: str) -> bool:
        """The engine does not answer: say so beside each of its jobs, once."""
        sentence = f"{engine.title}: {why}"
        changes = [steps.waits(each, sentence) for each in jobs if each.status_message != sentence]
        await asyncio.gather(*(self._ledger.write(each) for each in changes))
        for each in jobs:
            # Its silence is not the job's.
            self._watched.pop(each.id, None)
        return False

    def _quiet(self, job: Job, said: EngineStatus) -> float:
        """For how many seconds a job has not moved, as this process has seen it."""
        now = asyncio.get_running_loop().time()
        watch = self._watched.get(job.id)
        if watch is None or said.bytes_done > watch.done or job.held or said.state == "checking":
            self._watched[job.id] = _Watch(said.bytes_done, now)
            return 0.0
        return now - watch.since

    async def _write_progress(self, progress: Sequence[Progress]) -> None:
        if not progress:
            return
        async with self._db.transaction() as connection:
            written = await store.write_progress(connection, progress)
            await self._events.emit_all(_told(progress, written), connection)


def _told(progress: Sequence[Progress], written: Sequence[Written]) -> list[Event]:
    """How far jobs are, for open pages: a line for each, some lines in each event."""
    by_id = {each.job_id: each for each in progress}
    people: dict[UUID, list[list[object]]] = {}
    for each in written:
        step = by_id[each.id]
        people.setdefault(each.user_id, []).append(
            [str(step.job_id), step.percent, step.bytes_done, step.bytes_total, step.speed,
             step.eta_seconds, step.message[:_LONGEST_MESSAGE]]
        )  # fmt: skip
    return [
        Event(MOVED, user_id=str(user_id), facts={"jobs": lines[at : at + _LINES_IN_EVENT]})
        for user_id, lines in people.items()
        for at in range(0, len(lines), _LINES_IN_EVENT)
    ]
