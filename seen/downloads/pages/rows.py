"""Downloads as pages draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from seen.artwork.model import accent
from seen.catalog.model import Summary, picture_path
from seen.catalog.service import Catalog
from seen.core import clock
from seen.downloads.model.records import Job
from seen.downloads.model.sentences import Tone, describe, source_name, speed_line
from seen.downloads.service import Downloads
from seen.host import PluginHost

DOWNLOADS = "/app/downloads"
PlayState = Literal["pause", "resume", ""]


@dataclass(frozen=True, slots=True)
class JobRow:
    """A download in the list. ``points`` is the line of its last ``speeds``, "" where there is
    none; an action is the address of a form, or None where it means nothing."""

    id: str
    href: str
    title: str
    name: str
    engine: str
    kind: str
    poster: str
    art: str
    drawn: bool
    share: float
    tone: Tone
    head: str
    detail: str
    points: str
    speeds: str
    pause_action: str | None
    resume_action: str | None
    retry_action: str | None
    first_action: str | None
    cancel_action: str | None
    remove_action: str | None


class Rows:
    """Makes rows of downloads: their titles in one query, their files in another."""

    def __init__(self, downloads: Downloads, catalog: Catalog, host: PluginHost) -> None:
        self._downloads = downloads
        self._catalog = catalog
        self._host = host

    async def rows(self, jobs: Sequence[Job]) -> list[JobRow]:
        """The rows of some downloads, in their order."""
        if not jobs:
            return []
        ids = [each.id for each in jobs]
        files = await self._downloads.main_files(ids)
        places = await self._downloads.places(ids)
        media = list(dict.fromkeys(each.media_id for each in jobs if each.media_id))
        titles = {each.id: each for each in await self._catalog.summaries(media)} if media else {}
        now = clock.now()
        return [
            row_of(
                each, titles.get(each.media_id) if each.media_id else None, files.get(each.id),
                places.get(each.id), self._title(each), now,
            )
            for each in jobs
        ]  # fmt: skip

    async def unfinished(self, user_id: UUID, limit: int) -> list[JobRow]:
        """A person's downloads that have not ended, those that move first."""
        return await self.rows(await self._downloads.unfinished(user_id, limit))

    def _title(self, job: Job) -> str:
        return self._host.title_of(job.engine_instance_id) if job.engine_instance_id else ""


def row_of(
    job: Job, summary: Summary | None, file: str | None, place: int | None, engine: str,
    now: datetime,
) -> JobRow:  # fmt: skip
    """One row."""
    name = source_name(job, [file] if file else ())
    title = summary.title if summary else job.title or name
    said = describe(job, now, place)
    runs = job.status == "downloading" and not job.paused and not job.held
    speeds = job.speeds if runs else ()
    return JobRow(
        id=str(job.id),
        href=f"{DOWNLOADS}/{job.id}",
        title=title,
        name=name.rpartition("/")[2],
        engine=engine,
        kind=summary.kind.value if summary else "movie",
        poster=_poster(job.id, summary),
        art="" if summary else accent(str(job.id)),
        drawn=summary is None or summary.poster_version == "drawn",
        share=job.progress_percent / 100,
        tone=said.tone,
        head=said.head,
        detail=said.detail,
        points=speed_line(speeds),
        speeds=",".join(map(str, speeds)),
        **_actions(job),
    )


def _poster(job_id: UUID, summary: Summary | None) -> str:
    if summary is None:
        return f"{DOWNLOADS}/art/{job_id}.svg"
    return picture_path(summary.id, "poster", summary.poster_version)


def _actions(job: Job) -> Mapping[str, str | None]:
    """What can be done with a download as it is."""
    base = f"{DOWNLOADS}/{job.id}"
    busy = job.status in ("preparing", "downloading")
    again = job.status in ("stalled", "failed") or job.import_state == "blocked"
    waits = job.status == "retrying" and job.not_before is not None
    gone = job.is_terminal and job.import_state not in ("waiting", "importing")
    return {
        "pause_action": f"{base}/pause" if busy and not job.paused else None,
        "resume_action": f"{base}/resume" if job.paused and not job.is_terminal else None,
        "retry_action": f"{base}/retry" if again or waits else None,
        "first_action": f"{base}/first" if job.status == "queued" and not job.paused else None,
        "cancel_action": None if job.is_terminal else f"{base}/cancel",
        "remove_action": f"{base}/remove" if gone else None,
    }
