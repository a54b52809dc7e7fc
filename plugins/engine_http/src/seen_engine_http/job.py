"""What the engine remembers of a job."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from seen.plugin.jobstore import Known

JobState = Literal["running", "paused", "failed", "completed"]


class Job(Known):
    """A job as it is remembered. ``name`` is the file's, "" until it is known; ``adopted`` says
    that its bytes came from elsewhere. ``message`` is why it failed, ``final`` that trying again
    cannot help."""

    source: str
    folder: str
    name: str = ""
    state: JobState = "running"
    adopted: bool = False
    bytes_total: int = 0
    bytes_done: int = 0
    message: str = ""
    final: bool = False

    @property
    def path(self) -> Path | None:
        """Where its file lies; None until that is known."""
        return Path(self.folder) / self.name if self.name else None
