"""What a worker has to do for a job it looks after. Pure."""

from __future__ import annotations

from typing import Literal

from seen.downloads.model.records import Job

Act = Literal["release", "attach", "detach", "watch", "rest"]
"""``attach``: give it to an engine. ``detach``: take it away from its engine, keeping its bytes.
``release``: it is over or waits; no engine should hold it. ``watch``: ask its engine how it is."""


def act_for(job: Job, *, engine_stays: bool, can_pause: bool) -> Act:
    """What to do for a leased job. ``engine_stays`` says that its engine may keep it, ``can_pause``
    that the engine can hold a job without forgetting it."""
    if job.status not in ("preparing", "downloading"):
        return "release"
    if job.status == "preparing":
        return "attach"
    if job.engine_job_id is None:
        return "rest" if job.paused or job.held else "attach"
    if not engine_stays:
        return "detach"
    if (job.paused or job.held) and not can_pause:
        return "detach"
    return "watch"
