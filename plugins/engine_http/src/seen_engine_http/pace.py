"""How fast it goes, and what follows from that: no I/O here, the time is an argument."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds. Tests turn them down."""

    attempts: int = 6
    """How often in a row nothing may come before a download counts as failed."""
    first_pause: float = 1.0
    longest_pause: float = 60.0
    longest_asked: float = 300.0
    """The longest pause that a server may ask for."""
    connect: float = 15.0
    silence: float = 60.0
    """After so long without a byte a connection is given up."""
    stalled_after: float = 20.0
    checkpoint: float = 0.5
    durable: float = 30.0
    look: float = 2.0
    """How long a change in the number of connections is watched."""
    worthwhile: float = 4.0
    """A download that ends sooner than this stays on its one connection."""

    def pause(self, attempt: int, asked: float | None, chance: float) -> float:
        """How long to wait before trying again; ``chance`` from 0 to 1 spreads it."""
        if asked is not None:
            return min(asked, self.longest_asked)
        grown: float = self.first_pause * 2 ** (attempt - 1)
        return min(grown, self.longest_pause) * (0.5 + chance / 2)


class Speed:
    """Bytes per second over the last seconds."""

    WINDOW = 5.0
    _STEP = 0.2

    def __init__(self, now: float) -> None:
        self._samples: deque[tuple[float, int]] = deque([(now, 0)])
        self._total = 0
        self.last = now
        """When bytes came last, or when it began."""

    def came(self, size: int, now: float) -> None:
        """Bytes have come."""
        self._total += size
        self.last = now
        if now - self._samples[-1][0] >= self._STEP:
            self._samples.append((now, self._total))

    def rate(self, now: float) -> float:
        """Bytes per second; 0 when nothing came in the window."""
        while len(self._samples) > 1 and now - self._samples[1][0] > self.WINDOW:
            self._samples.popleft()
        if now - self.last > self.WINDOW:
            return 0.0
        then, before = self._samples[0]
        return (self._total - before) / max(now - then, self._STEP)


class Ambition:
    """Adds one connection after another as long as each makes the download faster."""

    GAIN = 1.15
    """How much faster it must go for the next one to be tried."""

    def __init__(self, most: int, timing: Timing) -> None:
        self._most = most
        self._look, self._worthwhile = timing.look, timing.worthwhile
        self._since: float | None = None
        self._before = 0.0

    def stop(self, most: int = 1) -> None:
        """The server does not like more than so many connections."""
        self._most = min(self._most, most)

    def wants_another(self, live: int, rate: float, missing: int, now: float) -> bool:
        """Whether to add a connection now."""
        if self._since is None:
            self._since = now
        if live >= self._most or now - self._since < self._look or rate <= 0:
            return False
        if live > 1 and rate < self._before * self.GAIN:
            self._most = live
            return False
        if missing / rate < self._worthwhile:
            return False
        self._before, self._since = rate, now
        return True
