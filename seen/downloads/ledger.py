"""Writes what happens to downloads: whatever comes while one transaction is under way goes into the
next one together, so that many small jobs cost few transactions and none is less durable."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

from seen.core.db import Connection, Database
from seen.core.events import Event, Events
from seen.downloads import store
from seen.downloads.model.records import Job, JobFile
from seen.downloads.model.steps import Change
from seen.downloads.store import Written

# Steps in one transaction, at most.
_MOST = 200
# Ids that fit into one event.
_IDS_IN_EVENT = 100
CHANGED = "downloads"
"""The topic of the event that tells of steps."""


class Ledger:
    """One per process; :meth:`write` may be called by many tasks at once."""

    def __init__(self, db: Database, events: Events) -> None:
        self._db = db
        self._events = events
        self._waiting: list[tuple[Change, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, change: Change) -> bool:
        """Write a step of a job this worker has leased.

        False when the job has meanwhile moved on, or belongs to another worker now. Raises what
        the database raises.
        """
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all(), name="downloads ledger")
        return await done

    async def list_files(self, job: Job, files: Sequence[JobFile]) -> None:
        """Write which files a job of this worker brings."""
        async with self._db.transaction() as connection:
            written = await store.write_files(connection, job.id, job.lease_token, files)
            await tell(self._events, connection, written)

    async def _write_all(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            try:
                async with self._db.transaction() as connection:
                    written = await store.write_changes(
                        connection, [change for change, _ in batch], fenced=True
                    )
                    await tell(self._events, connection, written)
            except Exception as error:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
                continue
            applied = {each.id for each in written}
            for change, done in batch:
                if not done.done():
                    done.set_result(change.after.id in applied)

    def _next_batch(self) -> list[tuple[Change, asyncio.Future[bool]]]:
        """The oldest steps, of different jobs: one statement writes a row once."""
        batch: list[tuple[Change, asyncio.Future[bool]]] = []
        later: list[tuple[Change, asyncio.Future[bool]]] = []
        seen: set[UUID] = set()
        for each in self._waiting:
            job_id = each[0].after.id
            if len(batch) < _MOST and job_id not in seen:
                batch.append(each)
            else:
                later.append(each)
            seen.add(job_id)
        self._waiting = later
        return batch


async def tell(events: Events, connection: Connection, written: Iterable[Written]) -> None:
    """Say with the commit whose downloads changed: one event a person, with ids and states."""
    people: dict[UUID, list[Written]] = {}
    for each in written:
        people.setdefault(each.user_id, []).append(each)
    told = [
        Event(
            CHANGED,
            subject=str(part[0].id) if len(part) == 1 else "",
            user_id=str(user_id),
            facts={"jobs": {str(each.id): each.status for each in part}},
        )
        for user_id, all_of_them in people.items()
        for part in _parts(all_of_them)
    ]
    await events.emit_all(told, connection)


def _parts(written: Sequence[Written]) -> list[Sequence[Written]]:
    return [written[at : at + _IDS_IN_EVENT] for at in range(0, len(written), _IDS_IN_EVENT)]
