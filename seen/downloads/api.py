"""``/api/v1/downloads``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from seen.core.http import Answer, Api, Body, Call, Query
from seen.core.paging import decode_cursor, encode_cursor
from seen.downloads.answers import (
    DownloadAnswer,
    DownloadEventAnswer,
    DownloadFileAnswer,
    download_answer,
    event_answer,
    file_answer,
)
from seen.downloads.model.records import SourceType
from seen.downloads.model.sources import LONGEST_SOURCE, LONGEST_TITLE
from seen.downloads.model.states import Status
from seen.downloads.service import Downloads, Request

Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Priority = Annotated[int, msgspec.Meta(ge=-1, le=1)]
Title = Annotated[str, msgspec.Meta(max_length=LONGEST_TITLE)]


class NewDownload(Body):
    """A magnet link, the address of a .torrent file, or of the file itself.

    ``title`` is a label; ``mediaId`` says which title it is meant to be; ``rootId`` names the
    library folder it goes to, where that is not the usual one. ``priority`` is -1, 0 or 1.
    """

    source_type: SourceType
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_SOURCE)]
    title: Title = ""
    media_id: UUID | None = None
    root_id: UUID | None = None
    priority: Priority = 0


class DownloadsQuery(Query):
    """Filters and the page. ``everyone`` shows an admin the downloads of all people."""

    status: list[Status] = msgspec.field(default_factory=list)
    limit: Limit = 20
    cursor: str = ""
    everyone: bool = False


class EventsQuery(Query):
    """Events after a time, and how many at most."""

    after: datetime | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class DownloadPage(Answer):
    """A page of downloads, last changed first; ``nextCursor`` is null at the end."""

    items: list[DownloadAnswer]
    next_cursor: str | None


class EventPage(Answer):
    """Events in the order in which they happened."""

    items: list[DownloadEventAnswer]


class FilePage(Answer):
    """The files of a download."""

    items: list[DownloadFileAnswer]


def routes(downloads: Downloads) -> Api:
    """The room's routes."""
    api = Api("downloads")

    @api.post("/downloads", status=201, also={409: "You are downloading this already"})
    async def submit(call: Call, body: NewDownload) -> DownloadAnswer:
        """Put a download in line."""
        request = Request(
            body.source_type, body.source, body.title, body.media_id, body.root_id, body.priority
        )
        return download_answer(await downloads.submit(call.viewer, request))

    @api.get("/downloads")
    async def listing(call: Call, query: DownloadsQuery) -> DownloadPage:
        """Your downloads, last changed first."""
        after = decode_cursor(query.cursor, tuple[datetime, UUID]) if query.cursor else None
        found, following = await downloads.jobs(
            call.viewer, statuses=query.status, everyone=query.everyone, after=after,
            limit=query.limit,
        )  # fmt: skip
        cursor = encode_cursor(following) if following else None
        return DownloadPage([download_answer(each) for each in found], cursor)

    @api.get("/downloads/{id}")
    async def one(call: Call, id: UUID) -> DownloadAnswer:
        """One download."""
        return download_answer(await downloads.job(call.viewer, id))

    @api.delete("/downloads/{id}")
    async def cancel(call: Call, id: UUID) -> DownloadAnswer:
        """Cancel a download and take its files away. One that has ended stays as it is."""
        return download_answer(await downloads.cancel(call.viewer, id))

    @api.get("/downloads/{id}/events")
    async def events(call: Call, id: UUID, query: EventsQuery) -> EventPage:
        """What happened to a download, in order."""
        found = await downloads.events(call.viewer, id, query.after, query.limit)
        return EventPage([event_answer(each) for each in found])

    @api.get("/downloads/{id}/files")
    async def files(call: Call, id: UUID) -> FilePage:
        """The files of a download, as far as they are known."""
        return FilePage([file_answer(each) for each in await downloads.files(call.viewer, id)])

    return api
