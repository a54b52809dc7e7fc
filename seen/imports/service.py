"""What people do with imports: bring a file, look at what it would change, apply it or not."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from seen.catalog.service import Catalog
from seen.core import clock
from seen.core.db import Database
from seen.core.errors import Conflict, Invalid, NotHere
from seen.core.events import Event, Events
from seen.core.ids import new_id
from seen.core.jobs import Job, JobContext, JobEngine
from seen.core.log import get_log
from seen.core.text import clean
from seen.core.viewer import Viewer
from seen.host import PluginHost
from seen.host.registry import Handle
from seen.imports.matching import Matcher
from seen.imports.model import Report, record_of
from seen.imports.model.changes import CONTESTED
from seen.imports.store import changes, lines, runs
from seen.imports.store.changes import Conflict as Difference
from seen.imports.store.lines import Unmatched
from seen.imports.store.runs import Run
from seen.plugin.capabilities import Importer
from seen.plugin.errors import PluginError
from seen.plugin.importing import ImportSource
from seen.tracking.service.acting import Acts, Undone

log = get_log(__name__)
JOB = "import"
LARGEST = 128 * 1024 * 1024
_MOST_LINES = 1_000_000
_MOST_UNFINISHED = 5
_BATCH = 500
_KEPT = timedelta(days=30)
_SHOWN_CONFLICTS = 20


class TooLong(PluginError):
    """A file of more lines than an import takes."""


@dataclass(frozen=True, slots=True)
class Source:
    """A service that can be imported from. ``id`` is what an upload names it by."""

    id: str
    title: str
    instructions: str
    accepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A run with what lies in it: some differences of each contested class, some lines that could
    not be used."""

    run: Run
    differences: tuple[Difference, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()


class Imports:
    """Imports, from the upload to the entry in the history."""

    def __init__(
        self, db: Database, events: Events, jobs: JobEngine, host: PluginHost, catalog: Catalog,
        acts: Acts, folder: Path,
    ) -> None:  # fmt: skip
        self._db = db
        self._events = events
        self._jobs = jobs
        self._host = host
        self._catalog = catalog
        self._acts = acts
        self._folder = folder

    # --- what can be imported ----------------------------------------------------------------

    def sources(self) -> list[Source]:
        """The services that running importers read, in the admin's order."""
        return [
            Source(
                f"{each.instance_id}/{each.id}", each.facts.title, each.facts.instructions,
                tuple(sorted(each.facts.accepts)),
            )
            for each in self._host.importers()
        ]  # fmt: skip

    def _importer(self, plugin: str, importer: str) -> Handle[Importer] | None:
        return next(
            (each for each in self._host.importers()
             if (each.instance_id, each.id) == (plugin, importer)),
            None,
        )  # fmt: skip

    # --- bringing a file ---------------------------------------------------------------------

    async def begin(self, viewer: Viewer, source: str, file_name: str) -> UUID:
        """Open a run for an upload that follows by :meth:`add`. Raises Invalid, Conflict."""
        plugin, _, name = source.partition("/")
        importer = self._importer(plugin, name)
        if importer is None:
            raise Invalid("Choose where the file comes from.")
        shown = clean(file_name.replace("\\", "/").rpartition("/")[2], 200) or "upload"
        if not shown.casefold().endswith(tuple(importer.facts.accepts)):
            endings = " or ".join(sorted(importer.facts.accepts))
            raise Invalid(f"{importer.facts.title} needs a file that ends in {endings}.")
        if await runs.unfinished(self._db, viewer.user_id) >= _MOST_UNFINISHED:
            raise Conflict("Finish or discard the imports that wait before you begin another.")
        run_id = new_id()
        await runs.insert(
            self._db, run_id, viewer.user_id, plugin, name, importer.facts.title, shown
        )
        return run_id

    async def add(self, run_id: UUID, number: int, data: bytes) -> None:
        """Keep a piece of an upload."""
        await runs.add_piece(self._db, run_id, number, data)

    async def submit(self, viewer: Viewer, run_id: UUID) -> Run:
        """The upload is whole: read it in the background."""
        await self._queue(run_id)
        return await self.run(viewer, run_id)

    async def abandon(self, run_id: UUID, viewer: Viewer) -> None:
        """Forget an upload that broke off."""
        await runs.delete(self._db, viewer.user_id, run_id)

    async def _queue(self, run_id: UUID) -> None:
        job = await self._jobs.enqueue(JOB, {"run": str(run_id)}, dedupe=str(run_id))
        await runs.set_job(self._db, run_id, job)

    # --- looking -----------------------------------------------------------------------------

    async def run(self, viewer: Viewer, run_id: UUID) -> Run:
        """One run. Raises NotHere where it is not the viewer's."""
        found = await runs.run(self._db, viewer.user_id, run_id)
        if found is None:
            raise NotHere("There is no such import.")
        return found

    async def runs(
        self, viewer: Viewer, limit: int, before: tuple[datetime, UUID] | None = None
    ) -> list[Run]:
        """The viewer's runs, newest first."""
        return await runs.runs(self._db, viewer.user_id, limit, before)

    async def preview(self, viewer: Viewer, run_id: UUID, shown: int = 20) -> Preview:
        """A run with some of what lies in it."""
        run = await self.run(viewer, run_id)
        if run.state in ("reading", "failed"):
            return Preview(run)
        differences: list[Difference] = []
        if run.state == "ready":
            for name in CONTESTED:
                tally = run.report.tallies.get(name)
                if tally is not None and tally.conflicts:
                    differences += await changes.conflicts(
                        self._db, run.id, run.user_id, run.created_at, name, _SHOWN_CONFLICTS
                    )
        unmatched, _ = await lines.unmatched(self._db, run.id, shown, -1)
        return Preview(run, tuple(differences), tuple(unmatched))

    async def unmatched(
        self, viewer: Viewer, run_id: UUID, limit: int, after: int = -1
    ) -> tuple[list[Unmatched], int | None]:
        """Lines that could not be used, in order, and the number to go on after."""
        run = await self.run(viewer, run_id)
        return await lines.unmatched(self._db, run.id, limit, after)

    # --- deciding ----------------------------------------------------------------------------

    async def apply(self, viewer: Viewer, run_id: UUID, take: Sequence[str] = ()) -> Run:
        """Make the changes, in the background. What differs stays as it is, except in the classes
        of ``take``. Raises NotHere, Conflict."""
        run = await self.run(viewer, run_id)
        wanted = [each for each in CONTESTED if each in take]
        if not await runs.begin_applying(self._db, viewer.user_id, run.id, wanted):
            raise Conflict("This import cannot be applied: it is not ready, or it is done.")
        await self._queue(run.id)
        return await self.run(viewer, run_id)

    async def undo(self, viewer: Viewer, run_id: UUID) -> Undone:
        """Take back everything that an import changed, as one. Raises NotHere, Conflict."""
        run = await self.run(viewer, run_id)
        if run.act_id is None:
            raise Conflict("This import changed nothing that could be taken back.")
        return await self._acts.undo(viewer, run.act_id)

    async def forget(self, viewer: Viewer, run_id: UUID) -> None:
        """Forget a run; what it changed stays. Raises NotHere, Conflict."""
        run = await self.run(viewer, run_id)
        if not await runs.delete(self._db, viewer.user_id, run.id):
            raise Conflict("This import is being applied; wait until that is done.")

    async def forget_old(self) -> int:
        """Forget runs that are older than what can be taken back."""
        return await runs.forget(self._db, _KEPT)

    # --- the work ----------------------------------------------------------------------------

    def job(self) -> Job:
        """What reads an upload, and what applies it."""
        return Job(JOB, "Read and apply imports", self._work)

    async def _work(self, job: JobContext) -> str:
        if "run" not in job.facts:
            return "Imports run when somebody brings a file."
        run = await runs.by_id(self._db, UUID(job.facts["run"]))
        if run is None or run.state not in ("reading", "applying"):
            return "There was nothing left to do."
        try:
            if run.state == "applying":
                return await self._apply(run)
            return await self._read(run, job)
        except PluginError as error:
            return await self._failed(run, str(error))
        except Exception:
            await self._failed(run, "Something went wrong here. Nothing was changed; try again.")
            raise
        finally:
            await self._tell(run)

    async def _failed(self, run: Run, message: str) -> str:
        await runs.fail(self._db, run.id, clean(message, 1000) or "The file cannot be read.")
        await lines.clear(self._db, run.id)
        await runs.drop_pieces(self._db, run.id)
        return f"An import from {run.name} failed: {message}"

    async def _read(self, run: Run, job: JobContext) -> str:
        """From the upload to the preview."""
        await self._host.settled()
        importer = self._importer(run.plugin, run.importer)
        if importer is None:
            raise PluginError(f"Imports from {run.name} were switched off by an admin.")
        await lines.clear(self._db, run.id)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder) / "upload"
            await self._unload(run, path)
            source = await asyncio.to_thread(ImportSource, path, run.file_name)
            read = await self._keep_lines(run, importer, source, job)
        await lines.measure(self._db)

        async def tell(done: int, total: int) -> None:
            await job.progress(done, total, "Looking up titles")

        await Matcher(self._db, self._host, self._catalog).match(run.id, tell)
        report = await self._report(run)
        # Until it is ready the upload stays: a worker that takes it over begins with it again.
        async with self._db.transaction() as connection:
            await runs.set_ready(connection, run.id, report.document())
            await runs.drop_pieces(connection, run.id)
        return f"Read {read:,} lines from {run.name}."

    async def _unload(self, run: Run, path: Path) -> None:
        with path.open("wb") as file:
            async for piece in runs.pieces(self._db, run.id):
                await asyncio.to_thread(file.write, piece)

    async def _keep_lines(
        self, run: Run, importer: Handle[Importer], source: ImportSource, job: JobContext
    ) -> int:
        """Keep every line; how many there are."""
        count = 0
        now = clock.now()
        async for batch in importer.batches(lambda i: i.rows(source), size=_BATCH):
            if count + len(batch) > _MOST_LINES:
                raise TooLong(f"The file has more than {_MOST_LINES:,} lines.")
            records = [record_of(row, count + at, now) for at, row in enumerate(batch)]
            async with self._db.connection() as connection:
                await lines.add(connection, run.id, records)
            count += len(batch)
            await job.progress(count, 0, "Reading")
        return count

    async def _report(self, run: Run) -> Report:
        read, unmatched, titles, again = await lines.counts(self._db, run.id)
        tallies = await changes.tally(self._db, run.id, run.user_id, run.created_at)
        return Report(read, unmatched, titles, again, tallies)

    async def _apply(self, run: Run) -> str:
        """One act: all of it or nothing, once."""
        take = frozenset(run.take)
        async with self._acts.act(on_behalf_of(run), "imported", name=run.name) as acting:
            if not await runs.hold(acting.connection, run.id):
                return "It was applied already."
            tallies = await changes.tally(acting.connection, run.id, run.user_id, run.created_at)
            await changes.apply(acting.connection, run.id, run.user_id, run.created_at, take)
            old = run.report
            report = Report(old.lines, old.unmatched, old.titles, old.again, tallies)
            acting.facts["count"] = report.changes(take)
            await runs.finish(acting.connection, run.id, acting.id, report.document())
            await lines.keep_unmatched(acting.connection, run.id)
        return f"Imported {report.changes(take):,} entries from {run.name}."

    async def _tell(self, run: Run) -> None:
        await self._events.emit(Event("imports", subject=str(run.id), user_id=str(run.user_id)))


def on_behalf_of(run: Run) -> Viewer:
    """The person whose import it is, for what a job does in their name."""
    return Viewer(run.user_id, run.id, "", "", "user")
