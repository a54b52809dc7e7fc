"""A title's download, for pages that show titles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from seen.downloads.model.records import Job
from seen.downloads.model.sentences import Tone, describe
from seen.downloads.pages.rows import DOWNLOADS


@dataclass(frozen=True, slots=True)
class TitleDownload:
    """A title's download in one line: how far (0 to 1), what it does, and where to read more."""

    id: str
    href: str
    share: float
    head: str
    detail: str
    tone: Tone


def mark_of(job: Job, now: datetime) -> TitleDownload:
    """The line of a download; see ``title_download`` in ``downloads/row.html``."""
    said = describe(job, now)
    return TitleDownload(
        str(job.id), f"{DOWNLOADS}/{job.id}", job.progress_percent / 100, said.head, said.detail,
        said.tone,
    )  # fmt: skip
