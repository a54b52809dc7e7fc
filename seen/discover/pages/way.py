"""How far somebody has come with a title: wanted, downloaded, in the library, watched, rated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from seen.core.viewer import Viewer
from seen.discover.model import Whole
from seen.downloads.model.records import Job
from seen.downloads.model.states import UNFINISHED
from seen.plugin.models import MediaKind
from seen.tracking.model.opinions import Scale, scale_of, shown_rating

State = Literal["done", "now", "stuck", "ahead"]


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of the way, and how it stands."""

    label: str
    state: State


def way_of(whole: Whole, job: Job | None, viewer: Viewer) -> tuple[Step, ...]:
    """All steps in order; none for a title that nobody has begun with, and for games."""
    if whole.at.title.kind is MediaKind.GAME:
        return ()
    steps = tuple(_steps(whole, job, scale_of(viewer.settings)))
    return steps if any(each.state != "ahead" for each in steps) else ()


def _steps(whole: Whole, job: Job | None, scale: Scale) -> Iterator[Step]:
    card, held, rating = whole.card, bool(whole.at.held), whole.rating
    wanted = card.watch_later or job is not None or held or card.seen or rating is not None
    yield Step("Wanted", "done" if wanted else "ahead")
    if job is not None:
        yield _download(job)
    elif not held:
        yield Step("Downloaded", "ahead")
    blocked = job is not None and job.import_state == "blocked"
    yield Step("In the library", "done" if held else "stuck" if blocked else "ahead")
    if card.seen:
        yield Step("Watched", "done")
    elif card.progress is not None:
        yield Step("Watching", "now")
    else:
        yield Step("Watched", "ahead")
    if rating is None:
        yield Step("Rated", "ahead")
    else:
        yield Step(f"Rated {shown_rating(rating.rating, scale)}", "done")


def _download(job: Job) -> Step:
    if job.status == "completed":
        return Step("Downloaded", "done")
    if job.status in ("failed", "stalled"):
        return Step("Download failed" if job.status == "failed" else "Download stalled", "stuck")
    if job.status in UNFINISHED:
        return Step("Downloading", "now")
    return Step("Downloaded", "ahead")
