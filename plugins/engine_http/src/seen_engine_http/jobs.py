"""What the engine knows of its jobs, on the disk. The store's methods block."""

from __future__ import annotations

import fcntl
import hashlib
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Literal

import msgspec

JobState = Literal["running", "paused", "failed", "completed"]


class Job(msgspec.Struct):
    """A job as it is remembered. ``name`` is the file's, "" until it is known; ``adopted`` says
    that its bytes came from elsewhere. ``message`` is why it failed, ``final`` that
    trying again cannot help."""

    id: str
    source: str
    folder: str
    name: str = ""
    state: JobState = "running"
    adopted: bool = False
    bytes_total: int = 0
    bytes_done: int = 0
    message: str = ""
    final: bool = False


class JobStore:
    """One small file for each job, in a folder that no other process has at the same time.

    Processes that share ``base`` each take a numbered folder of it; a new one takes over what a
    dead one left.
    """

    def __init__(self, base: Path) -> None:
        self._base = base
        self._folder = base
        self._lock: IO[str] | None = None

    def open(self) -> Sequence[Job]:
        """Take a folder; gives every job in it whose file is still there."""
        for number in itertools.count():
            self._folder = self._base / str(number)
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self._folder / "lock").open("w")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                self._lock.close()
        return [each for path in sorted(self._folder.glob("*.json")) if (each := self._read(path))]

    def close(self) -> None:
        """Let others have the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _read(self, path: Path) -> Job | None:
        try:
            job = msgspec.json.decode(path.read_bytes(), type=Job)
        except (OSError, msgspec.MsgspecError):
            return None
        if job.name and not (Path(job.folder) / job.name).exists():
            # Another process went on with it, or somebody took the file away.
            path.unlink(missing_ok=True)
            return None
        return job

    def put(self, job: Job) -> None:
        """Remember a job as it is now, whole or not at all."""
        path = self._path(job.id)
        new = path.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(job))
        new.replace(path)

    def forget(self, job_id: str) -> None:
        """Remember it no more."""
        self._path(job_id).unlink(missing_ok=True)

    def _path(self, job_id: str) -> Path:
        # An id is a stranger's text; its digest is a name that cannot lead anywhere.
        return self._folder / f"{hashlib.sha256(job_id.encode()).hexdigest()[:40]}.json"
