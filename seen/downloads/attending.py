"""What a worker does for one job: give it to an engine, take it away, hold it, finish it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from seen.core import clock
from seen.core.db import Database
from seen.core.log import get_log
from seen.core.wording import size
from seen.downloads import disk, store
from seen.downloads.engines import Engine, Engines, is_trouble, words
from seen.downloads.ledger import Ledger
from seen.downloads.model import steps
from seen.downloads.model.paths import UnsafePath
from seen.downloads.model.preferences import Quota, read_preferences
from seen.downloads.model.records import Job, JobFile
from seen.downloads.model.steps import Change, Rules
from seen.downloads.preparing import Preparer, Unfit
from seen.plugin.errors import PluginError
from seen.plugin.models import EngineFile

log = get_log(__name__)
_ADD_SECONDS = 30.0
_CALL_SECONDS = 15.0
# How often an engine that does not answer is asked to take a job before another one may try.
_TRIES = 3


class Attendant:
    """The steps that call an engine about one job. Every method may raise what the database
    raises; nothing is lost then, the worker comes again."""

    def __init__(
        self, db: Database, engines: Engines, ledger: Ledger, preparer: Preparer, rules: Rules
    ) -> None:
        self._db = db
        self._engines = engines
        self._ledger = ledger
        self._preparer = preparer
        self._rules = rules
        self._tries: dict[str, int] = {}

    async def attach(self, job: Job, leaving: frozenset[str]) -> None:
        """Give a job to its engine, or to the first healthy one where it has none."""
        engine = self._engines.of(job)
        if engine is None or (job.status == "downloading" and engine.instance_id in leaving):
            engine, why = self._engines.taker(job.scheme, leaving, adopting=True)
            if engine is None:
                await self._wait_for_engine(job, why)
                return
        try:
            known = await self._added(engine, job)
        except Unfit as error:
            await self._not_begun(job, str(error), final=error.final)
        except PluginError as error:
            if is_trouble(error):
                await self._trouble(job, engine, words(error))
            else:
                await self._not_begun(job, words(error), final=False)
        else:
            self._tries.pop(str(job.id), None)
            await self._begun(job, engine, known)

    async def _added(self, engine: Engine, job: Job) -> str:
        spec = await self._preparer.spec(job)
        if "adopt" in engine.features and await self._preparer.has_bytes(job):
            return await engine.call(lambda e: e.adopt(spec, spec.folder), timeout=_ADD_SECONDS)
        return await engine.call(lambda e: e.add(spec), timeout=_ADD_SECONDS)

    async def _begun(self, job: Job, engine: Engine, known: str) -> None:
        change = steps.started(job, engine.instance_id, engine.id, engine.title, known)
        if not await self._ledger.write(change):
            # Cancelled meanwhile, or somebody else looks after it: it must not go on here.
            log.info("downloads: not needed any more", job=str(job.id), engine=engine.instance_id)
            await self.forget(engine, known, delete_files=False)

    async def _not_begun(self, job: Job, why: str, *, final: bool) -> None:
        if job.status == "preparing":
            change = steps.refused(job, why, clock.now(), self._rules, final=final)
        elif final:
            change = steps.failed(job, why)
        else:
            change = steps.stalled(job, why, clock.now(), self._rules)
        await self._ledger.write(change)

    async def _trouble(self, job: Job, engine: Engine, why: str) -> None:
        """The engine is not well. It may have taken the job before it fell silent, so it is asked
        again a few times before another one is."""
        sentence = f"{engine.title}: {why}"
        tries = self._tries[str(job.id)] = self._tries.get(str(job.id), 0) + 1
        if job.status == "preparing" and tries >= _TRIES:
            self._tries.pop(str(job.id))
            await self._ledger.write(steps.put_back(job, sentence, clock.now(), self._rules))
        else:
            await self._say(job, sentence)

    async def _wait_for_engine(self, job: Job, why: str) -> None:
        if job.status == "preparing":
            await self._ledger.write(steps.put_back(job, why, clock.now(), self._rules))
        else:
            await self._say(job, why)

    async def _say(self, job: Job, sentence: str) -> None:
        if job.status_message != sentence:
            await self._ledger.write(steps.waits(job, sentence))

    async def detach(self, job: Job, reason: str, why: str) -> None:
        """Take a job away from its engine; its bytes stay where they are."""
        engine = self._engines.of(job)
        if engine is not None and job.engine_job_id is not None:
            if not await self.forget(engine, job.engine_job_id, delete_files=False):
                return
        elif job.engine_instance_id and await self._engines.is_wanted(job.engine_instance_id):
            # It is only starting; what it holds can be taken away when it answers.
            return
        await self._ledger.write(steps.detached(job, reason, why))

    async def hold(self, job: Job, engine: Engine) -> None:
        """Let the engine rest with a job."""
        await self._tell(engine, job, "pause")

    async def go_on(self, job: Job, engine: Engine) -> None:
        """Let the engine work on a job again."""
        await self._tell(engine, job, "resume")

    async def _tell(self, engine: Engine, job: Job, what: str) -> None:
        known = job.engine_job_id or ""
        try:
            if what == "pause":
                await engine.call(lambda e: e.pause(known), timeout=_CALL_SECONDS)
            else:
                await engine.call(lambda e: e.resume(known), timeout=_CALL_SECONDS)
        except PluginError as error:
            await self._say(job, f"{engine.title}: {words(error)}")

    async def collect(self, job: Job, engine: Engine) -> None:
        """A job is complete: note its files."""
        known = job.engine_job_id or ""
        try:
            found = await engine.call(lambda e: e.files(known), timeout=_CALL_SECONDS)
        except PluginError as error:
            await self._say(job, f"{engine.title}: {words(error)}")
            return
        try:
            await asyncio.to_thread(disk.check_files, self._preparer.folder_of(job), found)
        except UnsafePath as error:
            await self._cast_out(job, engine, f"It is not safe: {error}")
        except disk.NotThere as error:
            where = self._preparer.folder_of(job)
            await self._say(
                job, f"{error} is not in {where} as {engine.title} says; it may see the folder "
                "under another path",
            )  # fmt: skip
        else:
            await self._ledger.write(_completed(job, found))

    async def inspect(self, job: Job, engine: Engine) -> None:
        """It has become known which files a job brings: look at their names."""
        known = job.engine_job_id or ""
        try:
            found = await engine.call(lambda e: e.files(known), timeout=_CALL_SECONDS)
            disk.check_names(found)
        except UnsafePath as error:
            await self._cast_out(job, engine, f"It is not safe: {error}")
        except PluginError as error:
            log.info("downloads: files not known yet", job=str(job.id), reason=words(error))
        else:
            files = [JobFile(each.path, each.size_bytes, each.done_bytes) for each in found]
            await self._ledger.list_files(job, files)
            await self._check_quota(job, engine)

    async def _check_quota(self, job: Job, engine: Engine) -> None:
        """How large a download is has become known: it may be more than its owner may have."""
        usual = read_preferences(await store.preferences(self._db))
        quota = Quota.of(usual, await store.own_quota(self._db, job.user_id))
        if quota.bytes:
            _, amount = await store.usage(self._db, job.user_id)
            if amount > quota.bytes:
                why = f"With this, you would have downloaded {size(amount)} in 30 days"
                await self._cast_out(job, engine, f"{why}, and may have {size(quota.bytes)}")

    async def _cast_out(self, job: Job, engine: Engine, why: str) -> None:
        """A job must not be here: nothing of it stays."""
        if await self.forget(engine, job.engine_job_id or "", delete_files=True):
            await asyncio.to_thread(disk.remove_folder, self._preparer.folder_of(job))
            await self._ledger.write(steps.failed(job, why))

    async def release(self, job: Job) -> None:
        """No engine should hold a job any more; what was cancelled leaves the disk."""
        engine = self._engines.of(job)
        drop = job.status == "cancelled" or job.removed
        if engine is not None and job.engine_job_id is not None:
            if not await self.forget(engine, job.engine_job_id, delete_files=drop):
                return
        elif job.engine_job_id is not None and await self._engines.is_wanted(
            job.engine_instance_id or ""
        ):
            return
        if drop:
            await asyncio.to_thread(disk.remove_folder, self._preparer.folder_of(job))
        if job.removed:
            await store.delete_removed(self._db, job.id, job.lease_token)
        else:
            await self._ledger.write(steps.released(job))

    async def forget(self, engine: Engine, known: str, *, delete_files: bool) -> bool:
        """Let an engine forget a job; False when it does not answer."""
        try:
            await engine.call(lambda e: e.remove(known, delete_files), timeout=_CALL_SECONDS)
        except PluginError as error:
            log.warning("downloads: not removed", engine=engine.instance_id, reason=words(error))
            return False
        return True


def _completed(job: Job, found: Sequence[EngineFile]) -> Change:
    return steps.completed(
        job, [JobFile(each.path, each.size_bytes, each.size_bytes) for each in found]
    )
