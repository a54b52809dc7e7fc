"""Downloads as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from seen.downloads.model.states import TERMINAL, ImportState, Status

SourceType = Literal["magnet", "torrent", "direct", "http"]
Scheme = Literal["magnet", "torrent", "http", "https"]
FileState = Literal["waiting", "imported", "kept_out"]


@dataclass(frozen=True, slots=True)
class Job:
    """A download. Speeds in bytes per second; ``eta_seconds`` is None where nobody can tell.

    ``paused`` is what a person wants; ``held`` says that it has no place among those that run, for
    that reason or because of a full disk or an engine that does not answer. ``status_message`` says
    what goes on or is waited for, ``error_message`` why it failed. The lease's token grows with
    each owner. ``removed`` jobs are on nobody's list any more.
    """

    id: UUID
    user_id: UUID
    media_id: UUID | None
    root_id: UUID | None
    source_type: SourceType
    source: str
    scheme: Scheme
    content_key: str
    title: str
    status: Status
    queue_position: int | None
    priority: int
    paused: bool
    held: bool
    progress_percent: int
    bytes_total: int
    bytes_downloaded: int
    download_speed_mbps: float
    speeds: tuple[int, ...]
    eta_seconds: int | None
    engine_instance_id: str | None
    engine_id: str
    engine_job_id: str | None
    status_message: str
    error_message: str
    retry_count: int
    not_before: datetime | None
    needs_release: bool
    removed: bool
    import_state: ImportState | None
    import_reason: str
    lease_owner: str | None
    lease_token: int | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.status in TERMINAL

    @property
    def speed(self) -> int:
        """The last speed, in bytes per second."""
        return self.speeds[-1] if self.speeds and self.status == "downloading" else 0


@dataclass(frozen=True, slots=True)
class JobEvent:
    """Something that happened to a download. ``payload`` has at least a ``reason``, a stable code;
    ``message`` says it to people."""

    id: int
    status: Status
    message: str
    progress_percent: int
    payload: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file of a download, below its folder. ``reason`` says why it was kept out of the library;
    ``imported_path`` is where it lies there."""

    path: str
    size_bytes: int
    done_bytes: int
    state: FileState = "waiting"
    reason: str = ""
    imported_path: str = ""
