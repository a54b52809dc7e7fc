"""Where an engine remembers its jobs, so that they are known again after a restart."""

from __future__ import annotations

import fcntl
import glob
import hashlib
import itertools
import secrets
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Generic, TypeVar

import msgspec

from seen.plugin.context import PluginContext
from seen.plugin.errors import NotReady

_NEW = ".new"


class Known(msgspec.Struct):
    """What every job that is remembered has, whatever else its engine keeps of it."""

    id: str


J = TypeVar("J", bound=Known)


class JobStore(Generic[J]):
    """One small JSON file for each job, in a folder that no other process has at the same time.

    Processes that share ``base``, a folder inside the plugin's own, each take a numbered folder of
    it; a new one takes over what a dead one left. All methods block.
    """

    def __init__(self, base: Path, kind: type[J]) -> None:
        self.folder = base
        """The folder this process has; more than jobs may lie in it."""
        self._base = base
        self._kind = kind
        self._lock: IO[str] | None = None
        # Of two threads that write the same job, the later one writes the later state.
        self._writing = threading.Lock()

    def open(self) -> Sequence[J]:
        """Take a folder; gives every job in it that can be read."""
        for number in itertools.count():
            self.folder = self._base / str(number)
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self.folder / "lock").open("w")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                self._lock.close()
        found = (self._read(path) for path in sorted(self.folder.glob("*.job")))
        return [each for each in found if each is not None]

    def close(self) -> None:
        """Let others have the folder; harmless when called twice."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def put(self, job: J) -> None:
        """Remember a job as it is now."""
        with self._writing:
            write_whole(self.path(job.id, ".job"), msgspec.json.encode(job))

    def forget(self, job_id: str) -> None:
        """Remember it no more, nor anything beside it."""
        for each in self.folder.glob(self.path(job_id, ".*").name):
            each.unlink(missing_ok=True)

    def path(self, job_id: str, suffix: str) -> Path:
        """Where more about a job may lie, such as what another library wants to remember."""
        # An id is a stranger's text; its digest is a name that cannot lead anywhere.
        return self.folder / (hashlib.sha256(job_id.encode()).hexdigest()[:40] + suffix)

    def _read(self, path: Path) -> J | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=self._kind)
        except (OSError, msgspec.MsgspecError):
            return None


class JobBook(Generic[J]):
    """The jobs of an engine: this process's own, or, for a daemon that several processes use, what
    they all share. Used on the plugin's loop."""

    def __init__(self, ctx: PluginContext, kind: type[J], *, shared: bool) -> None:
        self.store = JobStore(ctx.data_dir / "jobs", kind)
        self._ctx = ctx
        self._kind = kind
        self._shared = shared
        self._jobs: dict[str, J] = {}

    async def open(self) -> None:
        """Learn what is known from earlier runs."""
        # Not in a thread: a start given up half-way must not leave the folder taken.
        remembered = self.store.open()
        if not self._shared:
            self._jobs = {each.id: each for each in remembered}

    async def close(self) -> None:
        """Forget it until the next :meth:`open`."""
        self._jobs.clear()
        await self._ctx.run_blocking(self.store.close)

    def __iter__(self) -> Iterator[J]:
        return iter(tuple(self._jobs.values()))

    async def get(self, job_id: str) -> J | None:
        """A job; None for an unknown one."""
        found = self._jobs.get(job_id)
        if found is None and self._shared:
            data = await self._ctx.shared.get(_key(job_id))
            if data is not None:
                found = self._jobs.setdefault(job_id, msgspec.json.decode(data, type=self._kind))
        return found

    async def put(self, job: J) -> None:
        """Remember a job as it is now. Raises NotReady when that cannot be done."""
        self._jobs[job.id] = job
        if self._shared:
            await self._ctx.shared.set(_key(job.id), msgspec.json.encode(job))
            return
        try:
            await self._ctx.run_blocking(self.store.put, job)
        except OSError as error:
            raise NotReady(f"The job cannot be written down: {error.strerror}") from error

    async def forget(self, job_id: str) -> None:
        """Remember it no more, nor anything beside it."""
        self._jobs.pop(job_id, None)
        if self._shared:
            await self._ctx.shared.delete(_key(job_id))
        await self._ctx.run_blocking(self.store.forget, job_id)


def _key(job_id: str) -> str:
    return "job:" + hashlib.sha256(job_id.encode()).hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that whoever reads it, at any time, finds all of the old or of the new.

    Several may do so at once: a worker that was stopped for a while writes beside the one that took
    its jobs. A process that is killed meanwhile may leave its new file; see :func:`forget_new`.
    """
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_NEW}")
    try:
        new.write_bytes(data)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def forget_new(path: Path) -> None:
    """Take away what killed processes left when they were writing a file."""
    for each in path.parent.glob(f"{glob.escape(path.name)}.*{_NEW}"):
        each.unlink(missing_ok=True)
