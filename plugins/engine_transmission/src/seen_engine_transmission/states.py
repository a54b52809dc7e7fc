"""What Transmission's words mean for a job: no I/O here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seen.plugin.daemon_engine import DaemonJob
from seen.plugin.models import EngineState, EngineStatus

STOPPED, CHECK_WAITS, CHECKS, DOWNLOAD_WAITS, DOWNLOADS, SEED_WAITS, SEEDS = range(7)
LOCAL_ERROR = 3
_STATES: Mapping[int, EngineState] = {
    STOPPED: "queued", CHECK_WAITS: "checking", CHECKS: "checking", DOWNLOAD_WAITS: "queued",
    DOWNLOADS: "downloading", SEED_WAITS: "downloading", SEEDS: "downloading",
}  # fmt: skip


class Job(DaemonJob):
    """A job as it is remembered. ``has_torrent``: a torrent file was given, whatever the source
    is; otherwise peers are asked for what a magnet link stands for. ``given``: Transmission had it
    once, so that it is not a torrent of somebody else's."""

    info_hash: str = ""
    has_torrent: bool = False
    given: bool = False


def has_files(said: Mapping[str, Any]) -> bool:
    """Whether Transmission knows which files are in a torrent."""
    return bool(said.get("metadataPercentComplete", 1) == 1 and number(said, "sizeWhenDone"))


def is_complete(said: Mapping[str, Any]) -> bool:
    """Whether every byte is there and right."""
    checks = said.get("status") in (CHECK_WAITS, CHECKS)
    return has_files(said) and not checks and number(said, "leftUntilDone") == 0


def status_of(job: Job, said: Mapping[str, Any]) -> EngineStatus:
    """How a job stands by Transmission's word. Progress that was counted once is never taken
    back."""
    knows = has_files(said)
    if knows:
        job.bytes_total = number(said, "sizeWhenDone")
        there = number(said, "haveValid") + number(said, "haveUnchecked")
        job.bytes_done = min(max(job.bytes_done, there), job.bytes_total)
    rate, peers = number(said, "rateDownload"), number(said, "peersConnected")
    state = _STATES.get(number(said, "status"), "queued")
    if state == "downloading" and not knows:
        state = "fetching_metadata"
    missing = job.bytes_total - job.bytes_done
    return EngineStatus(
        job.id, state, job.bytes_total, job.bytes_done, rate,
        missing // rate if rate and job.bytes_total else None, peers, _words(said, peers),
    )  # fmt: skip


def _words(said: Mapping[str, Any], peers: int) -> str:
    """What a tracker complained of, while there is nobody else to ask."""
    text = " ".join(str(said.get("errorString") or "").split())[:200]
    return f"The tracker says: {text}" if text and not peers else ""


def local_trouble(said: Mapping[str, Any]) -> str:
    """A sentence for what went wrong on Transmission's own machine."""
    text = " ".join(str(said.get("errorString") or "").split())[:200]
    if "no space left" in text.lower():
        return "The disk is full"
    return f"Transmission cannot go on: {text or 'it does not say why'}"


def number(said: Mapping[str, Any], key: str) -> int:
    """A number of Transmission's; 0 for anything else."""
    value = said.get(key)
    return value if isinstance(value, int) and value >= 0 else 0
