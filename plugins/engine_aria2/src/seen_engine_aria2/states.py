"""What aria2's words mean for a job: no I/O here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from seen.plugin.daemon_engine import DaemonJob
from seen.plugin.models import EngineState, EngineStatus

Phase = Literal["file", "metadata", "content"]
KEYS = ("status", "totalLength", "completedLength", "downloadSpeed", "connections", "errorCode",
        "errorMessage", "verifiedLength", "verifyIntegrityPending", "numSeeders")  # fmt: skip
# What the server's proxy answers with, and how aria2 repeats it.
_BY_PROXY = {
    "status=470": ("The address is private; an admin can allow it with SEEN_EGRESS_ALLOW", True),
    "status=471": ("The name of the server cannot be found", False),
    "Proxy connection failed": (
        "The server cannot be reached; if its address is private, an admin can allow it with "
        "SEEN_EGRESS_ALLOW", False,
    ),
}  # fmt: skip
_FINAL = {
    "3": "The server does not have this file",
    "4": "The server does not have this file",
    "21": "The address cannot be used",
    "23": "The server sends from one address to the next without an end",
    "24": "The server does not let us have this file",
    "26": "The torrent cannot be read",
    "27": "The magnet link cannot be read",
    "28": "The magnet link cannot be read",
}
_PASSING = {
    "2": "The server does not answer",
    "5": "The server is too slow",
    "6": "The server cannot be reached",
    "9": "The disk is full",
    "15": "The file cannot be opened",
    "16": "The file cannot be made",
    "17": "The file cannot be written",
    "18": "The folder cannot be made",
    "19": "The name of the server cannot be found",
    "29": "The server has trouble of its own",
}


class Job(DaemonJob):
    """A job as it is remembered. ``phase`` is what aria2 is doing: bringing a file, asking peers
    for the list of a magnet link's files, or bringing a torrent's content. ``condition`` is the
    version of a file that another engine began, ``foreign`` that its bytes are good from its start
    to its end; ``plain``: going on with it failed when the server was asked for more than parts."""

    phase: Phase = "file"
    condition: str = ""
    foreign: bool = False
    plain: bool = False

    @property
    def gid(self) -> str:
        """aria2's id for what it is doing; always the same for the same job and phase."""
        return hashlib.sha256(f"{self.phase} {self.id}".encode()).hexdigest()[:16]


def status_of(job: Job, said: Mapping[str, Any]) -> EngineStatus:
    """How a job stands by aria2's word. Progress that was counted once is never taken back."""
    if job.phase != "metadata":
        total, done = number(said, "totalLength"), number(said, "completedLength")
        job.bytes_total = total or job.bytes_total
        job.bytes_done = max(job.bytes_done, min(done, job.bytes_total) if total else done)
    rate = number(said, "downloadSpeed")
    missing = job.bytes_total - job.bytes_done
    return EngineStatus(
        job.id, _state(job, said), job.bytes_total, job.bytes_done, rate,
        missing // rate if rate and job.bytes_total else None,
        None if job.phase == "file" else number(said, "connections"),
    )  # fmt: skip


def _state(job: Job, said: Mapping[str, Any]) -> EngineState:
    if said.get("status") == "waiting":
        return "queued"
    if said.get("status") == "paused":
        return "paused"
    if "verifiedLength" in said or said.get("verifyIntegrityPending") == "true":
        return "checking"
    return "fetching_metadata" if job.phase == "metadata" else "downloading"


def trouble(said: Mapping[str, Any]) -> tuple[str, bool]:
    """Why a job has failed, and whether trying again cannot help."""
    code, message = str(said.get("errorCode", "")), str(said.get("errorMessage", ""))
    for words, found in _BY_PROXY.items():
        if words in message:
            return found
    if code in _FINAL:
        return _FINAL[code], True
    plain = " ".join(message.split())[:200]
    return _PASSING.get(code) or f"aria2 gave up: {plain or f'error {code}'}", False


def number(said: Mapping[str, Any], key: str) -> int:
    """A number of aria2's, which come as text; 0 for anything else."""
    text = str(said.get(key, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
