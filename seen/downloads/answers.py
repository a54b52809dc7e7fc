"""Downloads as JSON shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from seen.core.http import Answer
from seen.downloads.model.preferences import Preferences, Way
from seen.downloads.model.records import FileState, Job, JobEvent, JobFile, SourceType
from seen.downloads.model.states import ImportState, Status
from seen.downloads.service import Summary


class DownloadAnswer(Answer):
    """A download. Sizes in bytes, the speed in Mbit/s, times in UTC; ``etaSeconds`` is null where
    nobody can tell. ``message`` says what goes on or is waited for, ``errorMessage`` why it failed.
    ``importState`` is null until the download is complete."""

    id: UUID
    user_id: UUID
    source_type: SourceType
    source: str
    title: str
    media_id: UUID | None
    status: Status
    queue_position: int | None
    priority: int
    paused: bool
    progress_percent: int
    bytes_total: int
    bytes_downloaded: int
    download_speed_mbps: float
    eta_seconds: int | None
    engine: str | None
    engine_job_id: str | None
    message: str
    error_message: str
    retry_count: int
    retry_at: datetime | None
    import_state: ImportState | None
    import_reason: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None


class DownloadEventAnswer(Answer):
    """Something that happened to a download. ``payload`` has a ``reason``, which is stable."""

    id: int
    status: Status
    message: str
    progress_percent: int
    payload: dict[str, Any]
    created_at: datetime


class DownloadFileAnswer(Answer):
    """A file of a download. ``reason`` says why it was kept out of the library."""

    path: str
    size_bytes: int
    done_bytes: int
    state: FileState
    reason: str


class DownloadSummary(Answer):
    """All downloads in a few figures. ``counts`` by status; ``speedMbps``, ``etaSeconds`` and
    ``progressPercent`` (the average) of what runs; ``freeBytes`` on the disk, null where it cannot
    be asked."""

    counts: dict[str, int]
    active: int
    progress_percent: int
    speed_mbps: float
    eta_seconds: int | None
    free_bytes: int | None


class PreferencesAnswer(Answer):
    """Where finished downloads go and what they are called there. ``roots`` names a library folder
    by kind of title, and under "" the one for the rest; a quota of 0 is none."""

    roots: dict[str, UUID]
    way: Way
    movie_name: str
    show_name: str
    quota_jobs: int
    quota_bytes: int


def download_answer(job: Job) -> DownloadAnswer:
    return DownloadAnswer(
        id=job.id, user_id=job.user_id, source_type=job.source_type, source=job.source,
        title=job.title, media_id=job.media_id, status=job.status,
        queue_position=job.queue_position, priority=job.priority, paused=job.paused,
        progress_percent=job.progress_percent, bytes_total=job.bytes_total,
        bytes_downloaded=job.bytes_downloaded, download_speed_mbps=job.download_speed_mbps,
        eta_seconds=job.eta_seconds, engine=job.engine_instance_id,
        engine_job_id=job.engine_job_id, message=job.status_message,
        error_message=job.error_message, retry_count=job.retry_count, retry_at=job.not_before,
        import_state=job.import_state, import_reason=job.import_reason, created_at=job.created_at,
        updated_at=job.updated_at, started_at=job.started_at, completed_at=job.completed_at,
        cancelled_at=job.cancelled_at,
    )  # fmt: skip


def event_answer(event: JobEvent) -> DownloadEventAnswer:
    return DownloadEventAnswer(
        event.id, event.status, event.message, event.progress_percent, dict(event.payload),
        event.created_at,
    )  # fmt: skip


def file_answer(file: JobFile) -> DownloadFileAnswer:
    return DownloadFileAnswer(file.path, file.size_bytes, file.done_bytes, file.state, file.reason)


def summary_answer(summary: Summary) -> DownloadSummary:
    load = summary.load
    return DownloadSummary(
        counts=summary.counts, active=load.jobs, progress_percent=load.percent,
        speed_mbps=round(load.speed * 8 / 1e6, 3),
        eta_seconds=load.missing // load.speed if load.speed and load.missing else None,
        free_bytes=summary.free,
    )  # fmt: skip


def preferences_answer(preferences: Preferences) -> PreferencesAnswer:
    return PreferencesAnswer(
        dict(preferences.roots), preferences.way, preferences.movie_name, preferences.show_name,
        preferences.quota_jobs, preferences.quota_bytes,
    )  # fmt: skip
