"""One download: how it stands, what happened to it, what came of its files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from aiohttp import web

from seen.catalog.model import title_path
from seen.core import clock
from seen.core.errors import Conflict
from seen.core.http import Call
from seen.core.pages import Pages, Renderer, came_from, see_other
from seen.core.wording import capital, counted, since, size
from seen.downloads.model.deeds import Action
from seen.downloads.model.records import Job, JobEvent, JobFile
from seen.downloads.pages.rows import DOWNLOADS, Rows
from seen.downloads.service import Downloads

_MOST_EVENTS = 500
_MOST_FILES = 200
_TONES = {
    "stalled": "warn", "retrying": "warn", "failed": "bad", "completed": "ok", "cancelled": "idle",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened."""

    text: str
    when: str
    tone: str
    iso: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file and what became of it."""

    name: str
    size: str
    note: str
    tone: str


def pages(downloads: Downloads, rows: Rows, render: Renderer) -> Pages:
    """``/app/downloads/{id}``."""
    found = Pages()

    @found.get(DOWNLOADS + "/{id}")
    async def one(call: Call) -> web.StreamResponse:
        job = await downloads.job(call.viewer, call.path_id("id"))
        events = await downloads.events(call.viewer, job.id, limit=_MOST_EVENTS)
        files = await downloads.files(call.viewer, job.id)
        (row,) = await rows.rows([job])
        return await render.page(
            call, "downloads/job.html", active=DOWNLOADS, job=row, facts=_facts(job, row.engine),
            moments=_moments(events), files=[_file(each) for each in files[:_MOST_FILES]],
            more_files=_more(len(files) - _MOST_FILES), back=DOWNLOADS,
            title_href=title_path(job.media_id) if job.media_id else None,
        )  # fmt: skip

    @found.post(DOWNLOADS + "/{id}/first")
    async def first(call: Call) -> web.StreamResponse:
        # Whatever it is by now, the page shows it.
        with suppress(Conflict):
            await downloads.move(call.viewer, call.path_id("id"), "first")
        return see_other(came_from(call, DOWNLOADS))

    @found.post(DOWNLOADS + "/{id}/{action:pause|resume|retry|cancel|remove}")
    async def act(call: Call) -> web.StreamResponse:
        job_id, action = call.path_id("id"), call.request.match_info["action"]
        with suppress(Conflict):
            await downloads.do(call.viewer, job_id, cast(Action, action))
        back = came_from(call, DOWNLOADS)
        return see_other(DOWNLOADS if action == "remove" and str(job_id) in back else back)

    return found


def _more(count: int) -> str:
    """How many files are not shown; "" where all are."""
    return f"{counted(count, 'file')} more" if count > 0 else ""


def _facts(job: Job, engine: str) -> list[tuple[str, str]]:
    """What is known of a download, as names and values."""
    now = clock.now()
    facts = [("Source", job.source)]
    if engine:
        facts.append(("Engine", engine))
    if job.bytes_total:
        facts.append(("Size", size(job.bytes_total)))
    facts.append(("Added", capital(since(job.created_at, now))))
    if job.completed_at:
        facts.append(("Complete", capital(since(job.completed_at, now))))
    return facts


def _moments(events: Sequence[JobEvent]) -> list[Moment]:
    """What happened, last first."""
    now = clock.now()
    return [
        Moment(
            capital(each.message), since(each.created_at, now), _tone(each), _iso(each.created_at)
        )
        for each in reversed(events)
    ]


def _tone(event: JobEvent) -> str:
    if event.payload.get("reason") == "import_blocked":
        return "warn"
    return _TONES.get(event.status, "live")


def _iso(then: datetime) -> str:
    return then.isoformat(timespec="seconds")


def _file(file: JobFile) -> FileLine:
    notes = {
        "imported": ("In the library", "ok"),
        "kept_out": (f"Kept out: {file.reason[:1].lower()}{file.reason[1:]}", "warn"),
        "waiting": ("", "idle"),
    }
    note, tone = notes[file.state]
    return FileLine(file.path, size(file.size_bytes), note, tone)
