"""Where an engine remembers its jobs, so that they are known again after a restart."""

from __future__ import annotations

import fcntl
import hashlib
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Generic, TypeVar

import msgspec

J = TypeVar("J", bound=msgspec.Struct)


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

    def put(self, job_id: str, job: J) -> None:
        """Remember a job as it is now."""
        write_whole(self.path(job_id, ".job"), msgspec.json.encode(job))

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


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that whoever reads it, at any time, finds all of the old or of the new."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(data)
    new.replace(path)
