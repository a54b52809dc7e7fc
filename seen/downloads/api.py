"""``/api/v1/downloads``, and what admins decide about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from seen.core.bencode import LARGEST
from seen.core.errors import Malformed, TooLarge
from seen.core.http import Answer, Api, Body, Call, Query
from seen.core.paging import decode_cursor, encode_cursor
from seen.downloads.administration import DownloadAdmin
from seen.downloads.answers import (
    DownloadAnswer,
    DownloadEventAnswer,
    DownloadFileAnswer,
    DownloadSummary,
    PreferencesAnswer,
    download_answer,
    event_answer,
    file_answer,
    preferences_answer,
    summary_answer,
)
from seen.downloads.model.deeds import Action
from seen.downloads.model.preferences import Way
from seen.downloads.model.records import SourceType
from seen.downloads.model.sources import LONGEST_SOURCE, LONGEST_TITLE
from seen.downloads.model.states import Status
from seen.downloads.service import Downloads, Move, Request

Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Priority = Annotated[int, msgspec.Meta(ge=-1, le=1)]
Title = Annotated[str, msgspec.Meta(max_length=LONGEST_TITLE)]
Ids = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=500)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=2**60)]
TORRENT = "application/octet-stream"
_TORRENT_TYPES = (TORRENT, "application/x-bittorrent")


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


class NewTorrent(Query):
    """What belongs to a torrent file that is sent as it is."""

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


class SummaryQuery(Query):
    """``everyone`` adds up the downloads of all people, for an admin."""

    everyone: bool = False


class EventsQuery(Query):
    """Events after a time, and how many at most."""

    after: datetime | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class DownloadChange(Body):
    """What to change; only what is named changes. ``mediaId`` null says that nobody knows which
    title it is; ``move`` changes the place among one's own downloads that wait."""

    title: Title | msgspec.UnsetType = msgspec.UNSET
    media_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    priority: Priority | msgspec.UnsetType = msgspec.UNSET
    move: Move | msgspec.UnsetType = msgspec.UNSET


class Order(Body):
    """Downloads that wait, in the order in which they should come."""

    ids: Ids


class Bulk(Body):
    """What to do with many downloads."""

    ids: Ids
    action: Action


class BulkResult(Answer):
    """What came of it for one download: ``error`` is a sentence, "" where all went well."""

    id: UUID
    error: str


class BulkAnswer(Answer):
    """What came of it for each."""

    results: list[BulkResult]


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


class PreferencesChange(Body):
    """What to change; only what is named changes.

    ``way`` is "link" (a second name for the same bytes, or a copy where the disk does not allow
    that), "copy", or "in_place". The names are templates such as
    "{title} ({year})/{title} ({year})". A quota of 0 is none; bytes are counted over 30 days.
    """

    roots: dict[str, UUID] | msgspec.UnsetType = msgspec.UNSET
    way: Way | msgspec.UnsetType = msgspec.UNSET
    movie_name: Annotated[str, msgspec.Meta(max_length=300)] | msgspec.UnsetType = msgspec.UNSET
    show_name: Annotated[str, msgspec.Meta(max_length=300)] | msgspec.UnsetType = msgspec.UNSET
    quota_jobs: Amount | msgspec.UnsetType = msgspec.UNSET
    quota_bytes: Amount | msgspec.UnsetType = msgspec.UNSET


class QuotaBody(Body):
    """What one person may have: unfinished downloads, and bytes in 30 days. Null is as usual, 0 is
    no limit."""

    jobs: Amount | None = None
    bytes: Amount | None = None


class QuotaAnswer(Answer):
    """What one person may have; null is as usual."""

    user_id: UUID
    jobs: int | None
    bytes: int | None


class QuotaList(Answer):
    """The people who have figures of their own."""

    items: list[QuotaAnswer]


def routes(downloads: Downloads, admin: DownloadAdmin) -> Api:
    """The room's routes."""
    api = Api("downloads")
    _add_asking(api, downloads)
    _add_reading(api, downloads)
    _add_changing(api, downloads)
    _add_administration(api, admin)
    return api


def _add_asking(api: Api, downloads: Downloads) -> None:
    @api.post("/downloads", status=201, also={409: "Known already, or more than you may have"})
    async def submit(call: Call, body: NewDownload) -> DownloadAnswer:
        """Put a download in line."""
        request = Request(
            body.source_type, body.source, body.title, body.media_id, body.root_id, body.priority
        )
        return download_answer(await downloads.submit(call.viewer, request))

    @api.post(
        "/downloads/torrents", status=201, accepts=TORRENT,
        also={409: "Known already, or more than you may have"},
    )  # fmt: skip
    async def submit_torrent(call: Call, query: NewTorrent) -> DownloadAnswer:
        """Put the content of a .torrent file in line.

        The body is the file itself, as application/octet-stream or application/x-bittorrent.
        """
        request = Request("torrent", "", query.title, query.media_id, query.root_id, query.priority)
        data = await _read_torrent(call)
        return download_answer(await downloads.submit_torrent(call.viewer, data, request))


async def _read_torrent(call: Call) -> bytes:
    if call.request.content_type not in _TORRENT_TYPES:
        raise Malformed(f"Send a torrent file, with the header Content-Type: {TORRENT}.")
    data = bytearray()
    async for part in call.request.content.iter_chunked(65_536):
        data += part
        if len(data) > LARGEST:
            raise TooLarge(f"A torrent file may have {LARGEST // 2**20} MB at most.")
    return bytes(data)


def _add_reading(api: Api, downloads: Downloads) -> None:
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

    @api.get("/downloads/summary")
    async def summary(call: Call, query: SummaryQuery) -> DownloadSummary:
        """Your downloads in a few figures."""
        return summary_answer(await downloads.summary(call.viewer, everyone=query.everyone))

    @api.get("/downloads/{id}")
    async def one(call: Call, id: UUID) -> DownloadAnswer:
        """One download."""
        return download_answer(await downloads.job(call.viewer, id))

    @api.get("/downloads/{id}/events")
    async def events(call: Call, id: UUID, query: EventsQuery) -> EventPage:
        """What happened to a download, in order."""
        found = await downloads.events(call.viewer, id, query.after, query.limit)
        return EventPage([event_answer(each) for each in found])

    @api.get("/downloads/{id}/files")
    async def files(call: Call, id: UUID) -> FilePage:
        """The files of a download, as far as they are known."""
        return FilePage([file_answer(each) for each in await downloads.files(call.viewer, id)])


def _add_changing(api: Api, downloads: Downloads) -> None:
    @api.delete("/downloads/{id}")
    async def cancel(call: Call, id: UUID) -> DownloadAnswer:
        """Cancel a download and take its files away. One that has ended stays as it is."""
        return download_answer(await downloads.do(call.viewer, id, "cancel"))

    @api.patch("/downloads/{id}")
    async def change(call: Call, id: UUID, body: DownloadChange) -> DownloadAnswer:
        """Change a download's label, title, priority, or place in line."""
        job = await downloads.change(
            call.viewer, id,
            title=None if body.title is msgspec.UNSET else body.title,
            media_id=None if body.media_id is msgspec.UNSET else body.media_id or "",
            priority=None if body.priority is msgspec.UNSET else body.priority,
        )  # fmt: skip
        if body.move is not msgspec.UNSET:
            job = await downloads.move(call.viewer, id, body.move)
        return download_answer(job)

    @api.post("/downloads/{id}/pause", also={409: "It has ended"})
    async def pause(call: Call, id: UUID) -> DownloadAnswer:
        """Let a download rest. It keeps its bytes and gives its place to another one."""
        return download_answer(await downloads.do(call.viewer, id, "pause"))

    @api.post("/downloads/{id}/resume", also={409: "It has ended"})
    async def resume(call: Call, id: UUID) -> DownloadAnswer:
        """Let a download go on as soon as there is a place for it."""
        return download_answer(await downloads.do(call.viewer, id, "resume"))

    @api.post("/downloads/{id}/retry", also={409: "There is nothing to try again"})
    async def retry(call: Call, id: UUID) -> DownloadAnswer:
        """Try a download again now, or its hand-over to the library."""
        return download_answer(await downloads.do(call.viewer, id, "retry"))

    @api.post("/downloads/{id}/remove", also={409: "It has not ended"})
    async def remove(call: Call, id: UUID) -> None:
        """Take a download that has ended off the list. What is in the library stays."""
        await downloads.do(call.viewer, id, "remove")

    @api.post("/downloads/order")
    async def reorder(call: Call, body: Order) -> None:
        """Put waiting downloads of one person into this order, in the places that they have."""
        await downloads.reorder(call.viewer, body.ids)

    @api.post("/downloads/bulk")
    async def bulk(call: Call, body: Bulk) -> BulkAnswer:
        """Do the same with many downloads."""
        done = await downloads.do_all(call.viewer, body.ids, body.action)
        return BulkAnswer([BulkResult(each, error) for each, error in done.items()])


def _add_administration(api: Api, admin: DownloadAdmin) -> None:
    @api.get("/admin/downloads", access="admin")
    async def preferences(call: Call) -> PreferencesAnswer:
        """Where finished downloads go, what they are called there, and the usual quota."""
        return preferences_answer(await admin.preferences())

    @api.patch("/admin/downloads", access="admin")
    async def change_preferences(call: Call, body: PreferencesChange) -> PreferencesAnswer:
        """Change some of it. Downloads that could not come into the library are looked at again."""
        changes = {
            name: value for name, value in msgspec.structs.asdict(body).items()
            if value is not msgspec.UNSET
        }  # fmt: skip
        return preferences_answer(await admin.set_preferences(changes))

    @api.get("/admin/downloads/quotas", access="admin")
    async def quotas(call: Call) -> QuotaList:
        """The people who may have more or less than is usual."""
        found = await admin.quotas()
        return QuotaList([QuotaAnswer(user_id, *own) for user_id, own in found.items()])

    @api.put("/admin/downloads/quotas/{user_id}", access="admin")
    async def set_quota(call: Call, user_id: UUID, body: QuotaBody) -> QuotaAnswer:
        """Give a person figures of their own."""
        await admin.set_quota(user_id, body.jobs, body.bytes)
        return QuotaAnswer(user_id, body.jobs, body.bytes)
