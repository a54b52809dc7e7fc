"""Downloads for tests of pure rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from seen.downloads.model.records import Job

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def a_job(**facts: Any) -> Job:
    """A download that was just asked for, with other facts where a test cares."""
    usual: dict[str, Any] = {
        "id": UUID(int=7), "user_id": UUID(int=1), "media_id": None, "root_id": None,
        "source_type": "http", "source": "https://example.org/film.mkv", "scheme": "https",
        "content_key": "", "title": "film.mkv", "status": "queued", "queue_position": 1,
        "priority": 0, "paused": False, "held": False, "progress_percent": 0, "bytes_total": 0,
        "bytes_downloaded": 0, "download_speed_mbps": 0.0, "speeds": (), "eta_seconds": None,
        "engine_instance_id": None, "engine_id": "", "engine_job_id": None, "status_message": "",
        "error_message": "", "retry_count": 0, "not_before": None, "needs_release": False,
        "removed": False,
        "import_state": None, "import_reason": "", "lease_owner": None, "lease_token": None,
        "created_at": NOW, "updated_at": NOW, "started_at": None, "completed_at": None,
        "cancelled_at": None,
    }  # fmt: skip
    return Job(**{**usual, **facts})
