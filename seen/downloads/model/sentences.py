"""What is said of a download: a word or two, and the rest of the sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from seen.core.wording import capital, length, since, size
from seen.downloads.model.records import Job
from seen.downloads.model.states import MOST_RETRIES

Tone = Literal["live", "idle", "warn", "bad", "ok"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """``head`` names the state, ``detail`` says more, ``tone`` repeats it as a colour."""

    head: str
    detail: str
    tone: Tone


def describe(job: Job, now: datetime, place: int | None = None) -> Sentence:
    """A download's state for people. ``place`` is how many are before it in line, if it waits."""
    if job.status in ("queued", "retrying"):
        return _waiting(job, now, place)
    if job.status == "preparing":
        return Sentence("Preparing", job.status_message, "live")
    if job.status == "downloading":
        return _running(job)
    if job.status == "stalled":
        after = _after(job, now)
        retry = f"retry {job.retry_count + 1} of {MOST_RETRIES} {after}"
        if job.paused:
            retry = "no retry while it is paused"
        return Sentence("Stalled", _joined(job.status_message, retry), "warn")
    if job.status == "completed":
        return _complete(job, now)
    if job.status == "failed":
        return Sentence("Failed", job.error_message, "bad")
    when = since(job.cancelled_at or job.updated_at, now)
    return Sentence("Cancelled", when, "idle")


def _waiting(job: Job, now: datetime, place: int | None) -> Sentence:
    head = "Queued" if job.status == "queued" else "Waiting to retry"
    if job.paused:
        return Sentence("Paused", _joined("Not begun", _size(job)), "idle")
    if job.not_before is not None and job.not_before > now:
        return Sentence(head, _joined(job.status_message, f"again {_after(job, now)}"), "warn")
    if job.status_message:
        return Sentence(head, job.status_message, "warn")
    where = "" if place is None else "Next in line" if place == 0 else f"{place} before it"
    return Sentence(head, _joined(where, _size(job)), "idle")


def _running(job: Job) -> Sentence:
    percent = f" {job.progress_percent}%" if job.bytes_total else ""
    if job.paused:
        amount = _amount(job.bytes_downloaded, job.bytes_total)
        return Sentence(f"Paused{percent}", amount, "idle")
    if job.held:
        return Sentence(f"On hold{percent}", job.status_message or "Waits for a place", "warn")
    return running(
        job.progress_percent, job.bytes_downloaded, job.bytes_total, job.speed, job.eta_seconds,
        job.status_message,
    )  # fmt: skip


def running(
    percent: int, done: int, total: int, bytes_per_second: int, eta: int | None, message: str
) -> Sentence:
    """What is said of a download that moves: for a page, and for each moment after that."""
    head = f"Downloading {percent}%" if total else "Downloading"
    if message:
        return Sentence(head, message, "live")
    if bytes_per_second:
        return Sentence(head, _joined(speed(bytes_per_second), left(eta)), "live")
    return Sentence(head, _amount(done, total), "live")


def _complete(job: Job, now: datetime) -> Sentence:
    if job.import_state == "imported":
        when = since(job.completed_at or job.updated_at, now)
        return Sentence("In the library", _joined(when, job.import_reason), "ok")
    if job.import_state == "blocked":
        return Sentence("Not in the library", job.import_reason, "warn")
    if job.import_state == "importing":
        return Sentence("Complete", "On its way into the library", "live")
    return Sentence("Complete", job.import_reason or "Waits for the library", "live")


def speed(bytes_per_second: int) -> str:
    """A speed as people read it: "28.1 MB/s", "640 kB/s"."""
    if bytes_per_second >= 1_000_000:
        return f"{bytes_per_second / 1e6:.1f} MB/s"
    return f"{size(bytes_per_second)}/s"


def left(seconds: int | None) -> str:
    """How long it still takes; "" where nobody can tell."""
    return f"{length(max(1, seconds))} left" if seconds is not None else ""


def _amount(done: int, total: int) -> str:
    if total:
        return f"{size(done)} of {size(total)}"
    return f"{size(done)} so far" if done else ""


def _size(job: Job) -> str:
    return size(job.bytes_total) if job.bytes_total else ""


def _after(job: Job, now: datetime) -> str:
    seconds = (job.not_before - now).total_seconds() if job.not_before else 0
    return f"in {length(seconds)}" if seconds >= 1 else "now"


def _joined(*parts: str) -> str:
    return capital(" · ".join(each for each in parts if each))


def source_name(job: Job, files: Sequence[str] = ()) -> str:
    """The name by which the download goes where it comes from: its largest file, or what its link
    says."""
    if files:
        return files[0]
    parts = urlsplit(job.source)
    if parts.scheme == "magnet":
        names = parse_qs(parts.query).get("dn")
        return names[0] if names else job.content_key.rpartition(":")[2]
    return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.netloc


def speed_line(speeds: Sequence[int], width: int = 132, height: int = 34) -> str:
    """The last speeds as the points of a line, newest on the right; "" for too few of them."""
    if len(speeds) < 2:
        return ""
    top = max(max(speeds), 1)
    step = width / (len(speeds) - 1)
    inner = height - 6
    return " ".join(
        f"{at * step:.0f},{3 + inner * (1 - each / top):.0f}" for at, each in enumerate(speeds)
    )
