"""Shares the missing bytes of a file out among connections: no I/O here."""

from __future__ import annotations

from dataclasses import dataclass

from seen.plugin.partial import Ranges

SMALLEST_SPLIT = 8 * 1024 * 1024
"""Bytes left on a connection below which it is not worth sharing."""


@dataclass(eq=False, slots=True)
class Segment:
    """Bytes that one connection brings; ``at`` is the next one. ``end`` is None where the size of
    the file is unknown, and may be lowered while the connection runs."""

    start: int
    end: int | None
    at: int


class Board:
    """Which connection brings what. ``written`` is the transfer's own account and grows beside."""

    def __init__(self, written: Ranges, smallest_split: int = SMALLEST_SPLIT) -> None:
        self.live: list[Segment] = []
        self._written = written
        self._smallest = smallest_split

    def claim(self, total: int | None) -> Segment | None:
        """The next thing to bring: what nobody brings yet, else the second half of the longest
        rest; None when no connection is needed."""
        found = self._missing(total) or self._half()
        if found is not None:
            self.live.append(found)
        return found

    def release(self, segment: Segment) -> None:
        """The connection has ended; what it did not bring is missing again. One that brought
        nothing gives back what was split off for it, so that its neighbour need not ask anew."""
        self.live.remove(segment)
        if segment.at == segment.start:
            for each in self.live:
                if each.end == segment.start:
                    each.end = segment.end

    def _missing(self, total: int | None) -> Segment | None:
        if total is None:
            start = next((end for start, end in self._written if start == 0), 0)
            return None if self.live else Segment(start, None, start)
        taken = Ranges(self._written)
        for each in self.live:
            taken.add(each.start, total if each.end is None else each.end)
        gap = next(taken.gaps(total), None)
        return None if gap is None else Segment(gap[0], gap[1], gap[0])

    def _half(self) -> Segment | None:
        bounded = [(each.end - each.at, each) for each in self.live if each.end is not None]
        rest, longest = max(bounded, key=lambda found: found[0], default=(0, None))
        if longest is None or longest.end is None or rest < 2 * self._smallest:
            return None
        middle, end = longest.at + rest // 2, longest.end
        longest.end = middle
        return Segment(middle, end, middle)
