"""What lies beside an unfinished file of an HTTP source, so that any engine can go on with it.

Beside ``film.mkv`` lies ``film.mkv.seen-part``, a JSON object with the fields of :class:`Partial`.
It is removed when the file is complete. All functions here do I/O and block.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from seen.plugin.jobstore import forget_new, write_whole

SUFFIX = ".seen-part"
_LARGEST_SIDE_CAR = 4 * 1024 * 1024


class Ranges:
    """Disjoint half-open ranges of bytes, in order: what of a file is there."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self.covered = 0
        """How many bytes lie in the ranges."""
        for start, end in ranges:
            self.add(start, end)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self._starts, self._ends, strict=True))

    def add(self, start: int, end: int) -> None:
        """Take a range in; what it touches becomes one with it. Raises ValueError for a range that
        ends before it starts or starts below 0."""
        if not 0 <= start <= end:
            raise ValueError(f"{start} to {end} is no range")
        if start == end:
            return
        first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        for at in range(first, last):
            self.covered -= self._ends[at] - self._starts[at]
        self._starts[first:last], self._ends[first:last] = [start], [end]
        self.covered += end - start

    def clear(self) -> None:
        """Take every range out."""
        self._starts, self._ends, self.covered = [], [], 0

    def gaps(self, size: int) -> Iterator[tuple[int, int]]:
        """What is missing of a file of this size."""
        at = 0
        for start, end in self:
            if at < min(start, size):
                yield at, min(start, size)
            at = max(at, end)
        if at < size:
            yield at, size

    def within(self, size: int) -> Ranges:
        """The part that lies in a file of this size."""
        return Ranges((start, min(end, size)) for start, end in self if start < size)


class Partial(msgspec.Struct, frozen=True, rename="camel"):
    """An unfinished file: what it is a copy of, and which of its bytes are right.

    ``etag`` and ``last_modified`` are the server's headers as they came. ``written`` are bytes that
    the system took; ``durable`` those of them that survive a loss of power. ``boot`` names the run
    of the system in which they were written: in another one only the durable ones count.
    """

    source: str
    bytes_total: int | None = None
    etag: str = ""
    last_modified: str = ""
    written: tuple[tuple[int, int], ...] = ()
    durable: tuple[tuple[int, int], ...] = ()
    boot: str = ""

    def verified(self, size: int) -> Ranges:
        """The bytes that may be relied on, in a file that has this size now."""
        same_run = bool(self.boot) and self.boot == this_boot()
        return Ranges(self.written if same_run else self.durable).within(size)


def this_boot() -> str:
    """A name for this run of the system; "" where it gives none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def beside(path: Path) -> Path:
    """Where the side-car of a file lies."""
    return path.with_name(path.name + SUFFIX)


def write_partial(path: Path, partial: Partial) -> None:
    """Put the side-car beside the file at ``path``, whole or not at all."""
    write_whole(beside(path), msgspec.json.encode(partial))


def read_partial(path: Path) -> Partial | None:
    """The side-car of the file at ``path``; None when there is none that can be read."""
    try:
        if beside(path).stat().st_size > _LARGEST_SIDE_CAR:
            return None
        found = msgspec.json.decode(beside(path).read_bytes(), type=Partial)
        found.verified(0)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    return found


def find_partials(folder: Path, source: str) -> Mapping[Path, Partial]:
    """The unfinished files right inside a folder that are copies of ``source``."""
    found: dict[Path, Partial] = {}
    with contextlib.suppress(OSError):
        for each in sorted(folder.glob(f"*{SUFFIX}")):
            path = each.with_name(each.name.removesuffix(SUFFIX))
            partial = read_partial(path)
            if partial is not None and partial.source == source and path.is_file():
                found[path] = partial
    return found


def forget_partial(path: Path) -> None:
    """Take the side-car of the file at ``path`` away."""
    beside(path).unlink(missing_ok=True)
    forget_new(beside(path))
