"""Background work: how it went, when it goes on, and a button for now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aiohttp import web

from seen.core import clock
from seen.core.http import Call
from seen.core.jobs import JobEngine, JobState, Run
from seen.core.pages import Pages, Renderer, see_other
from seen.core.wording import since

JOBS = "/app/admin/jobs"
Tone = Literal["ok", "warn", "bad", "off"]


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in words. ``progress`` is 0 to 1 while it runs, else None."""

    name: str
    title: str
    status: str
    tone: Tone
    detail: str
    next: str
    progress: float | None
    run_action: str


def pages(jobs: JobEngine, render: Renderer) -> Pages:
    """``/app/admin/jobs``."""
    found = Pages()

    @found.get(JOBS, access="admin")
    async def listing(call: Call) -> web.StreamResponse:
        lines = job_lines(await jobs.states(), clock.now())
        return await render.page(call, "admin/jobs.html", active="/app/admin", jobs=lines)

    @found.post(JOBS + "/{name}/run", access="admin")
    async def run(call: Call) -> web.StreamResponse:
        await jobs.run_now(call.request.match_info["name"])
        return see_other(JOBS)

    return found


def job_lines(states: Sequence[JobState], now: datetime) -> list[JobLine]:
    """Jobs as the page says them."""
    return [_line(each, now) for each in states]


def _line(state: JobState, now: datetime) -> JobLine:
    status, tone, detail = _how_it_went(state.last, now)
    busy = state.last is not None and state.last.state in ("queued", "running")
    return JobLine(
        name=state.name,
        title=state.title,
        status=status,
        tone=tone,
        detail=detail,
        next=_next(state, now),
        progress=state.last.done / max(1, state.last.total) if busy and state.last else None,
        run_action=f"{JOBS}/{state.name}/run",
    )


def _how_it_went(run: Run | None, now: datetime) -> tuple[str, Tone, str]:
    if run is None:
        return "Never ran yet", "off", ""
    if run.state == "queued":
        return "Waiting", "ok", run.error
    if run.state == "running" or run.finished_at is None:
        return "Running", "ok", run.message
    if run.state == "failed":
        return f"Failed {since(run.finished_at, now)}", "bad", run.error
    return f"Done {since(run.finished_at, now)}", "ok", run.result


def _next(state: JobState, now: datetime) -> str:
    if state.next_at is None:
        return "Runs when it is needed"
    minutes = max(1, round((state.next_at - now).total_seconds() / 60))
    if minutes < 90:
        return f"Next in {minutes} min"
    return f"Next in {round(minutes / 60)} h"
