"""What an engine's word means for a job. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from seen.core.text import clean
from seen.core.wording import length
from seen.downloads.model import steps
from seen.downloads.model.records import Job
from seen.downloads.model.steps import Change, Rules
from seen.plugin.models import EngineStatus

# A megabit has a million bits.
_BITS_PER_MEGABIT = 1_000_000 / 8
_LONGEST_WAIT = 100 * 86_400
_MESSAGE_LENGTH = 300
_WITHOUT_BYTES = ("queued", "fetching_metadata")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; never less than it was. ``speed`` in bytes per second."""

    job_id: UUID
    token: int | None
    percent: int
    bytes_total: int
    bytes_done: int
    speed: int
    eta_seconds: int | None
    message: str

    @property
    def megabits(self) -> float:
        """The speed in Mbit/s."""
        return round(self.speed / _BITS_PER_MEGABIT, 3)

    def is_news_of(self, job: Job) -> bool:
        """Whether this says anything that is not known of the job already."""
        known = (job.progress_percent, job.bytes_total, job.bytes_downloaded, job.speed,
                 job.eta_seconds, job.status_message)  # fmt: skip
        return known != (self.percent, self.bytes_total, self.bytes_done, self.speed,
                         self.eta_seconds, self.message)  # fmt: skip


Verdict = Change | Progress | Literal["collect", "inspect", "hold", "go_on", "nothing"]
"""``collect``: it is complete, note its files. ``inspect``: look at its files' names. ``hold`` and
``go_on``: tell the engine so."""


def percent_of(done: int, total: int) -> int:
    """Whole percent; 100 is for what is complete alone."""
    return min(99, max(0, done) * 100 // total) if total > 0 else 0


def judge(job: Job, said: EngineStatus, quiet: float, rules: Rules, now: datetime) -> Verdict:
    """What to do about a downloading job that has not moved for ``quiet`` seconds."""
    if said.state == "completed":
        return "collect"
    if said.state == "failed":
        why = said_by(said) or "The engine gave up without a reason"
        return steps.failed(job, why) if said.final else steps.stalled(job, why, now, rules)
    if job.held:
        return "nothing" if said.state == "paused" else "hold"
    if said.state == "paused":
        return "go_on"
    if quiet >= rules.stall_after and said.state != "checking":
        return steps.stalled(job, _why_still(said, quiet), now, rules)
    return progress(job, said, quiet)


def progress(job: Job, said: EngineStatus, quiet: float) -> Progress:
    """How far a job is after this word of its engine."""
    total, done = job.bytes_total, job.bytes_downloaded
    if said.state not in _WITHOUT_BYTES:
        total = max(0, said.bytes_total) or total
        done = max(done, said.bytes_done)
    if total:
        done = min(done, max(total, job.bytes_downloaded))
    percent = max(job.progress_percent, percent_of(done, total))
    eta = said.eta_seconds
    if eta is None and said.bytes_per_second > 0 and total > done:
        eta = (total - done) // said.bytes_per_second
    if eta is not None and not 0 <= eta <= _LONGEST_WAIT:
        eta = None
    return Progress(
        job.id, job.lease_token, percent, max(total, done), done, max(0, said.bytes_per_second),
        eta, _doing(said, quiet),
    )  # fmt: skip


def said_by(said: EngineStatus) -> str:
    """An engine's sentence, fit to be stored and shown."""
    return clean(said.message, _MESSAGE_LENGTH).rstrip(".")


def _doing(said: EngineStatus, quiet: float) -> str:
    if message := said_by(said):
        return message
    if said.state == "fetching_metadata":
        return "Asking others for the list of files"
    if said.state == "checking":
        return "Checking what is there"
    if said.state == "stalled":
        return _why_still(said, quiet)
    return ""


def _why_still(said: EngineStatus, quiet: float) -> str:
    if message := said_by(said):
        return message
    lasted = f" for {length(quiet)}" if quiet >= 1 else ""
    return f"No peers{lasted}" if said.peers == 0 else f"No data came{lasted}"
