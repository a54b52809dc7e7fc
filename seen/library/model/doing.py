"""A scan in one sentence, for pages that are open while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from seen.core.jobs import Run


@dataclass(frozen=True, slots=True)
class Doing:
    """Work that goes on; ``value`` is 0 to 1, or None while nobody knows how much there is."""

    text: str
    value: float | None


def doing_of(run: Run | None) -> Doing | None:
    """How far a scan is; None when it is not under way."""
    if run is None or run.state not in ("queued", "running"):
        return None
    if run.state == "queued":
        return Doing(run.error or "The scan is about to start", None)
    text = run.message or "Looking through the folders"
    if not run.total:
        return Doing(text, None)
    return Doing(f"{text}, {run.done:,} of {run.total:,} files", run.done / run.total)
