"""Gives out the places in which downloads run, in order, and says why somebody has to wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from seen.core import clock
from seen.core.db import Connection, Database
from seen.core.events import Events
from seen.downloads import store
from seen.downloads.engines import Engine, Engines
from seen.downloads.ledger import tell
from seen.downloads.model import steps
from seen.downloads.model.records import Job, Scheme
from seen.downloads.model.room import Room
from seen.downloads.model.steps import Change

_SCHEMES: tuple[Scheme, ...] = ("magnet", "torrent", "http", "https")
# Stalled jobs that stand in line again in one turn.
_MOST_DUE = 100
# Jobs that are looked at beyond the free places, since some may be too large for the disk.
_MORE = 20


class Dispatcher:
    """Takes waiting jobs for this worker. ``places`` is for all workers together."""

    def __init__(
        self, db: Database, events: Events, engines: Engines, owner: str, places: int, reserve: int
    ) -> None:
        self._db = db
        self._events = events
        self._engines = engines
        self._owner = owner
        self._places = places
        self._reserve = reserve

    async def turn(
        self, leaving: Collection[str], free_bytes: int, lease_seconds: float
    ) -> list[Job]:
        """Fill the free places as far as the disk has room; answers with the jobs that this worker
        has to begin with."""
        takers: dict[Scheme, Engine] = {}
        lacking: dict[Scheme, str] = {}
        for scheme in _SCHEMES:
            engine, why = self._engines.taker(scheme, leaving)
            if engine is None:
                lacking[scheme] = why
            else:
                takers[scheme] = engine
        async with self._db.transaction() as connection:
            await store.one_at_a_time(connection)
            due = await store.due_jobs(connection, clock.now(), _MOST_DUE)
            await self._write(connection, [steps.due(each) for each in due])
            places = self._places - await store.taken_places(connection)
            if places <= 0:
                return []
            room = Room(free_bytes, self._reserve, await store.promised_bytes(connection))
            places -= await self._let_go_on(connection, places, room)
            taken = await self._claim(connection, takers, places, room)
            await store.take(connection, taken, self._owner, lease_seconds)
            await self._say_why(connection, lacking)
            return await store.jobs_by_id(connection, taken)

    async def _let_go_on(self, connection: Connection, places: int, room: Room) -> int:
        """Held jobs come first: they have been waiting with half of it done."""
        held = await store.held_jobs(connection, self._owner, self._engines.well(), places)
        fitting = [each for each in held if not room.take(each)]
        await self._write(connection, [steps.let_go_on(each) for each in fitting])
        return len(fitting)

    async def _claim(
        self, connection: Connection, takers: Mapping[Scheme, Engine], places: int, room: Room
    ) -> list[UUID]:
        if places <= 0 or not takers:
            return []
        found = await store.next_in_line(connection, list(takers), places + _MORE)
        begun: list[Change] = []
        waiting: list[Change] = []
        for job in _without_twins(found):
            if len(begun) == places:
                break
            if why := room.take(job):
                if job.status_message != why:
                    waiting.append(steps.waits(job, why))
                continue
            engine = takers[job.scheme]
            begun.append(steps.claimed(job, engine.instance_id, engine.id, engine.title))
        await self._write(connection, waiting)
        return await self._write(connection, begun)

    async def _say_why(self, connection: Connection, lacking: Mapping[Scheme, str]) -> None:
        """Tell those who would be next that nobody can take them."""
        if not lacking:
            return
        first = await store.first_waiting(connection, list(lacking), self._places)
        changes = [
            steps.waits(each, lacking[each.scheme])
            for each in first
            if each.status_message != lacking[each.scheme]
        ]
        await self._write(connection, changes)

    async def _write(self, connection: Connection, changes: Sequence[Change]) -> list[UUID]:
        written = await store.write_changes(connection, changes, fenced=False)
        await tell(self._events, connection, written)
        return [each.id for each in written]


def _without_twins(jobs: Sequence[Job]) -> list[Job]:
    """One job for each content: two engines must not fetch the same thing at once."""
    seen: set[str] = set()
    kept = []
    for job in jobs:
        if job.content_key and job.content_key in seen:
            continue
        seen.add(job.content_key)
        kept.append(job)
    return kept
