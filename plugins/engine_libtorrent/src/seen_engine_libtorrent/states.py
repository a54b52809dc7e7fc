"""What libtorrent's words mean for a job: no I/O here."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Literal

from seen.plugin.jobstore import Known
from seen.plugin.models import EngineState, EngineStatus

JobState = Literal["running", "paused", "failed", "completed"]
STALLED_AFTER = 20.0
"""Seconds without a byte after which a download counts as stalled."""
_CHECKING = ("checking_files", "checking_resume_data", "queued_for_checking", "allocating")


class Job(Known):
    """A job as it is remembered. What libtorrent knows of it lies beside. ``message`` is why it
    failed, ``final`` that trying again cannot help."""

    folder: str
    state: JobState = "running"
    bytes_total: int = 0
    bytes_done: int = 0
    message: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """A torrent as libtorrent last described it. ``phase`` is the name of its state there."""

    phase: str = "checking_resume_data"
    total: int = 0
    done: int = 0
    rate: int = 0
    peers: int = 0


def status_of(job: Job, facts: Facts, quiet: float, tracker: str, *, dht: bool) -> EngineStatus:
    """How a job stands that has brought nothing new for ``quiet`` seconds. ``tracker`` is what the
    tracker complained of last, "" if it did not."""
    if job.state != "running":
        return EngineStatus(
            job.id, job.state, job.bytes_total, job.bytes_done, message=job.message,
            final=job.state == "failed" and job.final,
        )  # fmt: skip
    state = _state(facts, quiet)
    missing = job.bytes_total - job.bytes_done
    return EngineStatus(
        job.id, state, job.bytes_total, job.bytes_done, facts.rate,
        missing // facts.rate if facts.rate and job.bytes_total else None, facts.peers,
        _words(state, facts, quiet, tracker, dht=dht),
    )  # fmt: skip


def _state(facts: Facts, quiet: float) -> EngineState:
    if facts.phase in _CHECKING:
        return "checking"
    if facts.phase == "downloading_metadata":
        return "fetching_metadata"
    if facts.phase == "downloading" and quiet >= STALLED_AFTER and not facts.rate:
        return "stalled"
    return "downloading"


def _words(state: EngineState, facts: Facts, quiet: float, tracker: str, *, dht: bool) -> str:
    if state not in ("stalled", "fetching_metadata") or quiet < STALLED_AFTER:
        return ""
    if facts.peers:
        what = "what is in it" if state == "fetching_metadata" else "anything new"
        return f"No peer has given {what} for {_length(quiet)}"
    sentence = f"No peers for {_length(quiet)}"
    if tracker:
        return f"{sentence}; the tracker says: {tracker}"
    return sentence if dht else f"{sentence}; DHT, which finds more of them, is switched off"


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def disk_trouble(number: int, message: str) -> str:
    """A sentence for a system error while files were written."""
    if number in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full"
    return f"The files cannot be written: {message}"
