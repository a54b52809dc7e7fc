"""Whether there is room on the disk for a download. Pure."""

from __future__ import annotations

from seen.core.wording import size
from seen.downloads.model.records import Job


class Room:
    """What is left of the disk while places are given out.

    ``free`` bytes are free, ``reserve`` of them stay so, ``promised`` belong to downloads that run.
    """

    def __init__(self, free: int, reserve: int, promised: int = 0) -> None:
        self._free = free
        self._reserve = reserve
        self._promised = promised

    def take(self, job: Job) -> str:
        """Promise a job the room it still needs, or say why there is none."""
        needed = max(0, job.bytes_total - job.bytes_downloaded)
        if why := self.shortage(needed):
            return why
        self._promised += needed
        return ""

    def shortage(self, needed: int = 0) -> str:
        """Why so many bytes more do not fit; "" when they do."""
        if self._free < self._reserve:
            kept = size(self._reserve)
            return f"The disk is nearly full: {size(self._free)} free, {kept} are kept free"
        left = max(0, self._free - self._reserve - self._promised)
        return f"Needs {size(needed)}, and there is room for {size(left)}" if needed > left else ""
