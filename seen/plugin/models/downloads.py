"""What engines are given, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EngineState = Literal["queued", "fetching_metadata", "downloading", "stalled", "paused",
                      "checking", "completed", "failed"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class DownloadSpec:
    """A job for an engine. The core has checked ``source`` and stripped what may not be dialled.

    ``job_id`` identifies the job for ever: adding it twice is one download. ``torrent`` holds the
    validated bytes where the source is a torrent file, and then it is what counts, whatever
    ``source`` says. Files end up below ``folder`` or nowhere.
    """

    job_id: str
    source: str
    folder: Path
    torrent: bytes | None = None


@dataclass(frozen=True, slots=True)
class EngineFile:
    """A file of a job, relative to the job's folder."""

    path: str
    size_bytes: int
    done_bytes: int


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """How a job stands. ``message`` is one sentence for people, such as "No peers for 4 min".

    ``final`` goes with "failed": trying again cannot help, because the source is gone or wrong.
    """

    engine_job_id: str
    state: EngineState
    bytes_total: int = 0
    bytes_done: int = 0
    bytes_per_second: int = 0
    eta_seconds: int | None = None
    peers: int | None = None
    message: str = ""
    final: bool = False
