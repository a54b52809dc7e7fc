"""The file on the disk. Everything here blocks."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from seen_engine_http.troubles import Hopeless

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_VECTOR = 512
"""Pieces given to the system in one call; the limit of systems is 1024."""


class Target:
    """An open file that is written in any order."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        # Held while bytes are written, so that the number of a closed file is never written to;
        # the system writes to a file one call at a time anyway.
        self._lock = threading.Lock()

    @classmethod
    def make(cls, folder: Path, name: str) -> Target:
        """A new file with this name, or with a number where the name is taken."""
        folder.mkdir(parents=True, exist_ok=True)
        for each in _alternatives(name):
            path = folder / each
            try:
                return cls(path, os.open(path, _FLAGS | os.O_EXCL, 0o644))
            except FileExistsError:
                continue
        raise AssertionError("names never run out")

    @classmethod
    def open(cls, path: Path) -> Target:
        """The file at this path, made anew where it is gone."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(path, os.open(path, _FLAGS, 0o644))

    @property
    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def write(self, offset: int, pieces: Sequence[bytes]) -> int:
        """Put pieces one after the other from an offset on; how many bytes that were."""
        written = 0
        with self._lock:
            for at in range(0, len(pieces), _VECTOR):
                written += self._write(offset + written, pieces[at : at + _VECTOR])
        return written

    def _write(self, offset: int, pieces: Sequence[bytes]) -> int:
        size = sum(map(len, pieces))
        done = os.pwritev(self._descriptor, pieces, offset)
        if done < size:
            rest = memoryview(b"".join(pieces))
            while done < size:
                done += os.pwrite(self._descriptor, rest[done:], offset + done)
        return size

    def truncate(self, size: int) -> None:
        """Cut the file to a size."""
        os.ftruncate(self._descriptor, size)

    def sync(self) -> None:
        """Wait until the bytes would survive a loss of power."""
        with self._lock:
            own = os.dup(self._descriptor)
        try:
            os.fsync(own)
        finally:
            os.close(own)

    def close(self) -> None:
        """Let the file go; harmless when called twice."""
        with self._lock:
            descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def check_room(folder: Path, missing: int, keep_free: int) -> None:
    """Raise Hopeless unless so many bytes fit and ``keep_free`` bytes are left afterwards."""
    free = shutil.disk_usage(folder).free
    if free - missing < keep_free:
        raise Hopeless(
            f"There is not enough room: {_in_words(missing)} are to come, "
            f"{_in_words(max(0, free - keep_free))} may be used",
            final=False,
        )


def _in_words(size: int) -> str:
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit in ("bytes", "kB") else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def _alternatives(name: str) -> Iterator[str]:
    yield name
    stem, dot, suffix = name.rpartition(".")
    number = 2
    while True:
        yield f"{stem} ({number}){dot}{suffix}" if dot else f"{name} ({number})"
        number += 1
