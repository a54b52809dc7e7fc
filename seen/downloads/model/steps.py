"""What happens to a download, one step at a time: a job and the evidence in, a change out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from seen.core.wording import capital, counted
from seen.downloads.model.records import Job, JobFile
from seen.downloads.model.states import MOST_RETRIES, TERMINAL, IllegalMove, Status, check_move


@dataclass(frozen=True, slots=True)
class Rules:
    """How patient the server is. Seconds."""

    retry_backoff: float = 15.0
    stall_after: float = 180.0

    def pause_before_retry(self, retries: int) -> timedelta:
        """How long a job waits after so many retries: twice as long each time."""
        return timedelta(seconds=self.retry_backoff * 2**retries)


@dataclass(frozen=True, slots=True)
class Change:
    """A job before and after a step. ``reason`` is a stable code, ``message`` a sentence for
    people; without a reason nothing happened that anybody cares to read about.

    ``files`` replaces what is known of the job's files. ``facts`` go into the event.
    """

    before: Job
    after: Job
    reason: str = ""
    message: str = ""
    files: Sequence[JobFile] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


_WITHOUT_ENGINE: Mapping[str, Any] = {
    "engine_instance_id": None, "engine_id": "", "engine_job_id": None, "needs_release": False,
    "lease_owner": None,
}  # fmt: skip


def _move(
    job: Job, status: Status, reason: str, message: str, *, by_hand: bool = False, **changes: Any
) -> Change:
    check_move(job.status, status, by_hand=by_hand)
    return Change(job, replace(job, status=status, **changes), reason, message)


def _stay(job: Job, status: Status, reason: str, message: str, **changes: Any) -> Change:
    """Something happens to a job without a move; it has to be in that state."""
    _check_is(job, status)
    return Change(job, replace(job, **changes), reason, message)


def _check_is(job: Job, status: Status) -> None:
    if job.status != status:
        raise IllegalMove(job.status, status)


# --- getting it under way ------------------------------------------------------------------------


def claimed(job: Job, instance_id: str, engine_id: str, engine_title: str) -> Change:
    """The dispatcher gives it a place and an engine."""
    return _move(
        job, "preparing", "claimed", f"{engine_title} takes it", engine_instance_id=instance_id,
        engine_id=engine_id, needs_release=True, not_before=None, held=False,
        status_message="", error_message="",
    )  # fmt: skip


def started(
    job: Job, instance_id: str, engine_id: str, engine_title: str, engine_job_id: str
) -> Change:
    """An engine has taken it, for the first time or again."""
    taken: Mapping[str, Any] = {
        "engine_instance_id": instance_id, "engine_id": engine_id, "engine_job_id": engine_job_id,
        "needs_release": True, "status_message": "",
    }  # fmt: skip
    if job.status == "preparing":
        return _move(job, "downloading", "started", f"{engine_title} has begun", **taken)
    return _stay(job, "downloading", "taken_up", f"{engine_title} goes on with it", **taken)


def waits(job: Job, why: str) -> Change:
    """Something is in its way that is not its own fault."""
    if job.status in TERMINAL:
        raise IllegalMove(job.status, "queued")
    return _stay(job, job.status, "waiting", why, status_message=why)


def refused(job: Job, why: str, now: datetime, rules: Rules, *, final: bool = False) -> Change:
    """It could not be begun because of what it is: tried again later, at the cap never again.

    ``final`` says that trying again cannot help.
    """
    _check_is(job, "preparing")
    if final or job.retry_count >= MOST_RETRIES:
        return failed(job, why if final else _given_up(why))
    return _move(
        job, "retrying", "refused", why, retry_count=job.retry_count + 1, status_message=why,
        not_before=now + rules.pause_before_retry(job.retry_count), **_WITHOUT_ENGINE,
    )  # fmt: skip


def put_back(job: Job, why: str, now: datetime, rules: Rules) -> Change:
    """It could not be begun because of the engine, which does not count as a try."""
    _check_is(job, "preparing")
    return _move(
        job, "retrying", "engine_trouble", why, status_message=why,
        not_before=now + rules.pause_before_retry(0), **_WITHOUT_ENGINE,
    )  # fmt: skip


# --- on the way ----------------------------------------------------------------------------------


def stalled(job: Job, why: str, now: datetime, rules: Rules) -> Change:
    """It does not move: its place goes to another one until it is tried again, at the cap never."""
    if job.retry_count >= MOST_RETRIES:
        return failed(job, _given_up(why))
    return _move(
        job, "stalled", "stalled", why, status_message=why, eta_seconds=None, needs_release=True,
        not_before=now + rules.pause_before_retry(job.retry_count),
    )  # fmt: skip


def due(job: Job) -> Change:
    """Its pause is over: it stands in line again."""
    _check_is(job, "stalled")
    retries = job.retry_count + 1
    return _move(
        job, "retrying", "retry", f"Trying again, {retries} of {MOST_RETRIES}",
        retry_count=retries, not_before=None, status_message="",
    )  # fmt: skip


def held(job: Job, why: str) -> Change:
    """It gives its place back without losing anything."""
    return _stay(job, "downloading", "held", why, held=True, status_message=why, eta_seconds=None)


def let_go_on(job: Job) -> Change:
    """It gets a place again."""
    return _stay(job, "downloading", "resumed", "Going on", held=False, status_message="")


def detached(job: Job, reason: str, why: str) -> Change:
    """The engine does not have it any more; another one, or the same, takes it up."""
    return _stay(
        job, "downloading", reason, why, engine_instance_id=None, engine_id="", engine_job_id=None,
        status_message=why, eta_seconds=None,
    )  # fmt: skip


# --- the end -------------------------------------------------------------------------------------


def completed(job: Job, files: Sequence[JobFile]) -> Change:
    """All of it is there."""
    total = sum(each.size_bytes for each in files)
    change = _move(
        job, "completed", "completed", f"{counted(len(files), 'file')} complete",
        progress_percent=100, bytes_total=total, bytes_downloaded=total, eta_seconds=0,
        import_state="waiting", needs_release=True, held=False, status_message="",
        error_message="",
    )  # fmt: skip
    return replace(change, files=files)


def failed(job: Job, why: str) -> Change:
    """It will not come by itself. What is there of it stays, should somebody try again."""
    return _move(
        job, "failed", "failed", why, error_message=why, status_message="", eta_seconds=None,
        needs_release=job.needs_release, not_before=None, held=False,
    )  # fmt: skip


def cancelled(job: Job) -> Change:
    """Somebody does not want it any more."""
    return _move(
        job, "cancelled", "cancelled", "Cancelled", status_message="", eta_seconds=None,
        needs_release=job.needs_release or job.started_at is not None, not_before=None,
        held=False, paused=False,
    )  # fmt: skip


def released(job: Job) -> Change:
    """No engine holds it any more, and nobody needs to look after it."""
    return _stay(
        job, job.status, "", "", needs_release=False, engine_job_id=None, lease_owner=None,
        engine_instance_id=job.engine_instance_id if job.status == "completed" else None,
        engine_id=job.engine_id if job.status == "completed" else "",
    )  # fmt: skip


def retried(job: Job) -> Change:
    """Somebody wants it tried again now."""
    if job.status == "retrying":
        return _stay(
            job, "retrying", "retry", "Trying again now", not_before=None, status_message=""
        )
    if job.status == "failed":
        return _move(
            job, "retrying", "retry", "Trying again", by_hand=True, retry_count=0, not_before=None,
            error_message="", status_message="", paused=False,
        )  # fmt: skip
    return due(job)


def _given_up(why: str) -> str:
    """Why a job failed for good, when the last try ended like that."""
    tries = MOST_RETRIES + 1
    return f"{capital(why.rstrip('.'))}. Given up after {tries} tries; nothing of it is lost"
