"""Folders and files as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from seen.plugin.models import MediaKind, StreamInfo

TitleSort = Literal["title", "added", "year"]
SeenFilter = Literal["", "unseen", "started", "seen"]
MatchState = Literal["matched", "unmatched", "ignored"]


@dataclass(frozen=True, slots=True)
class Root:
    """A library folder. ``kind`` is what it holds, or None for a mix."""

    id: UUID
    path: str
    kind: MediaKind | None
    state: Literal["online", "offline"]
    reason: str
    file_count: int
    last_scan_at: datetime | None


@dataclass(frozen=True, slots=True)
class FileRecord:
    """As much of a stored file as a scan compares with the disk."""

    id: UUID
    absolute_path: str
    raw_path: bytes | None
    size: int
    modified_ns: int
    missing: bool
    locked: bool
    again: bool

    @property
    def signature(self) -> tuple[int, int]:
        """What changes when the file does."""
        return (self.size, self.modified_ns)


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the library. ``extra`` names a bonus ("trailer"), "" for the real thing;
    ``evidence`` holds what its name said and the ranked candidates."""

    id: UUID
    root_id: UUID
    media_id: UUID | None
    absolute_path: str
    raw_path: bytes | None
    file_name: str
    file_size_bytes: int
    container_format: str
    video_codec: str
    audio_codec: str
    duration_seconds: float | None
    resolution_label: str
    edition: str
    part: int | None
    extra: str
    match_state: MatchState
    match_confidence: float
    match_locked: bool
    match_reason: str
    evidence: dict[str, Any]
    problem: str
    missing_since: datetime | None
    discovered_at: datetime
    scanned_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StoredStream:
    """A stream of a file; ``external_path`` is the side-car file of a subtitle, else ""."""

    id: UUID
    item_id: UUID
    external_path: str
    info: StreamInfo
