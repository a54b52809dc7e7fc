"""What people do with downloads that are there: what each deed means for a job as it is. Pure."""

from __future__ import annotations

from typing import Literal

from seen.core.errors import Conflict
from seen.downloads.model import steps
from seen.downloads.model.records import Job
from seen.downloads.model.states import IllegalMove
from seen.downloads.model.steps import Change

Action = Literal["pause", "resume", "retry", "cancel", "remove"]
Deed = Change | Literal["pause", "resume", "import", "remove", "nothing"]
"""A step, or something that changes no state: ``import`` tries the hand-over again."""


def deed_for(job: Job, action: Action) -> Deed:
    """What to do with a job. Raises Conflict where it cannot be done."""
    if action == "cancel":
        return "nothing" if job.is_terminal else steps.cancelled(job)
    if action == "retry":
        if job.import_state == "blocked":
            return "import"
        try:
            return steps.retried(job)
        except IllegalMove as error:
            raise Conflict("There is nothing to try again.", code="not_failed") from error
    if action == "remove":
        if not job.is_terminal or job.import_state in ("waiting", "importing"):
            raise Conflict("This download has not ended.", code="not_ended")
        return "remove"
    if job.is_terminal:
        raise Conflict("This download has ended.", code="ended")
    return "nothing" if job.paused == (action == "pause") else action
