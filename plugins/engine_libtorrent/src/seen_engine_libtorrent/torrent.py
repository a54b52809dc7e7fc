"""One job and its torrent while libtorrent has it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from seen_engine_libtorrent.states import Facts, Job


@dataclass(eq=False, slots=True)
class Torrent:
    """``handle`` is None while libtorrent does not have it: before somebody asks for a job of an
    earlier run. ``moved_at`` is when bytes came last."""

    job: Job
    handle: Any = None
    facts: Facts = field(default_factory=Facts)
    moved_at: float = field(default_factory=time.monotonic)
    tracker: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while it is given to libtorrent, written down or taken away."""
    _waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    def expect(self, what: str) -> asyncio.Future[Any]:
        """A future for the next word of a kind: "saved", "flushed", "removed" or "deleted"."""
        found = self._waiting.get(what)
        if found is None or found.done():
            found = self._waiting[what] = asyncio.get_running_loop().create_future()
        return found

    def happened(self, what: str, value: Any = None) -> None:
        """Wake whoever expects it."""
        found = self._waiting.pop(what, None)
        if found is not None and not found.done():
            found.set_result(value)

    def described(self, status: Any) -> None:
        """Take over libtorrent's description, and count progress that is never taken back."""
        facts = Facts(
            str(status.state), status.total_wanted, status.total_wanted_done,
            status.download_payload_rate, status.num_peers,
        )  # fmt: skip
        if facts.done > self.facts.done or facts.phase != self.facts.phase:
            self.moved_at = time.monotonic()
        self.facts = facts
        job = self.job
        if job.state != "completed":
            job.bytes_total = facts.total or job.bytes_total
            job.bytes_done = min(max(job.bytes_done, facts.done), max(job.bytes_total, facts.done))

    def failed(self, sentence: str, *, final: bool = False) -> None:
        """The job has failed; the torrent is held."""
        self.job.state, self.job.message, self.job.final = "failed", sentence, final
        if self.handle is not None:
            self.handle.pause()

    @property
    def quiet(self) -> float:
        """Seconds since bytes came."""
        return time.monotonic() - self.moved_at
