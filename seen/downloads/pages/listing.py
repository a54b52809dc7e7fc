"""The list of downloads, and asking for more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from aiohttp import web

from seen.artwork.model import draw
from seen.catalog.service import Catalog
from seen.core.errors import NotHere, SeenError
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer, came_from, read_form, see_other
from seen.core.paging import decode_cursor, encode_cursor
from seen.core.wording import length, size
from seen.downloads.model.deeds import Action
from seen.downloads.model.sentences import speed
from seen.downloads.model.sources import kind_of
from seen.downloads.model.states import STATUSES, Status
from seen.downloads.pages.rows import DOWNLOADS, Rows
from seen.downloads.pages.uploads import Upload, read_upload
from seen.downloads.service import Downloads, Request, Summary

Tab = Literal["all", "active", "queued", "finished", "failed"]
_PAGE = 30
_TABS: dict[Tab, tuple[str, tuple[Status, ...]]] = {
    "all": ("All", STATUSES),
    "active": ("Active", ("preparing", "downloading", "stalled", "retrying")),
    "queued": ("Queued", ("queued",)),
    "finished": ("Finished", ("completed", "cancelled")),
    "failed": ("Failed", ("failed",)),
}
# What may be done with all that a tab shows: the action, and what its button says.
_FOR_ALL: dict[Tab, tuple[tuple[Action, str], ...]] = {
    "all": (("pause", "Pause all"), ("resume", "Resume all")),
    "active": (("pause", "Pause all"), ("resume", "Resume all")),
    "queued": (("cancel", "Cancel all"),),
    "finished": (("remove", "Clear the list"),),
    "failed": (("retry", "Try all again"), ("remove", "Clear the list")),
}
_MOST_AT_ONCE = 5000


class ListQuery(Query):
    """A part of the list. ``media`` is the title that the next download is meant to be."""

    show: Tab = "all"
    cursor: str = ""
    everyone: bool = False
    media: UUID | None = None


class AllForm(msgspec.Struct):
    """What to do with all downloads of a tab."""

    action: Action
    show: Tab = "all"
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A tab with its number of downloads."""

    label: str
    href: str
    active: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the head of the page."""

    value: str
    unit: str
    label: str
    wide: bool = False


def pages(downloads: Downloads, catalog: Catalog, rows: Rows, render: Renderer) -> Pages:
    """``/app/downloads``."""
    found = Pages()

    async def show(
        call: Call, query: ListQuery, status: int = 200, given: str = "", error: str = ""
    ) -> web.Response:
        everyone = query.everyone and call.viewer.is_admin
        page, cursor = await downloads.rows(
            call.viewer, statuses=_TABS[query.show][1], everyone=everyone,
            after=decode_cursor(query.cursor, tuple[int, float, UUID]) if query.cursor else None,
            limit=_PAGE,
        )  # fmt: skip
        more = _href(query, cursor=encode_cursor(cursor)) if cursor else None
        items = await rows.rows(page)
        if query.cursor and render.is_part(call):
            return await render.bare(call, "downloads/list.html", jobs=items, more=more)
        summary = await downloads.summary(call.viewer, everyone=everyone)
        return await render.page(
            call, "downloads/downloads.html", status=status, active=DOWNLOADS, jobs=items,
            more=more, figures=_figures(summary), tabs_downloads=_tabs(query, summary),
            here=_href(query), for_all=_for_all(query) if items else [],
            everyone=everyone, show=query.show, all_href=_all_href(call, query),
            media=await _media(catalog, query.media), given=given, error=error,
            blank=_blank(query),
        )  # fmt: skip

    @found.get(DOWNLOADS)
    async def listing(call: Call) -> web.StreamResponse:
        return await show(call, read_query(call.request, ListQuery))

    @found.post(DOWNLOADS)
    async def add(call: Call) -> web.StreamResponse:
        upload = await read_upload(call)
        query = msgspec.convert(
            {"media": upload.fields.get("media") or None}, ListQuery, strict=False
        )
        try:
            await _add(downloads, call, upload, query.media)
        except SeenError as error:
            if error.status not in (403, 404, 409, 422):
                raise
            return await show(call, query, 422, upload.fields.get("source", ""), error.detail)
        return see_other(DOWNLOADS)

    @found.post(DOWNLOADS + "/all")
    async def for_all(call: Call) -> web.StreamResponse:
        form = await read_form(call, AllForm)
        page, _ = await downloads.rows(
            call.viewer, statuses=_TABS[form.show][1], everyone=form.everyone, after=None,
            limit=_MOST_AT_ONCE,
        )  # fmt: skip
        await downloads.do_all(call.viewer, [each.id for each in page], form.action)
        return see_other(came_from(call, DOWNLOADS))

    @found.get(DOWNLOADS + "/art/{seed}.svg")
    async def art(call: Call) -> web.StreamResponse:
        seed = str(call.path_id("seed"))
        return web.Response(
            text=draw("", "movie", seed, "poster"), content_type="image/svg+xml",
            headers={"Cache-Control": "private, max-age=31536000, immutable"},
        )  # fmt: skip

    return found


async def _add(downloads: Downloads, call: Call, upload: Upload, media_id: UUID | None) -> None:
    """Put in line what a form asks for: torrent files, or a link. Raises what the service does."""
    for data in upload.torrents:
        await downloads.submit_torrent(call.viewer, data, Request(media_id=media_id))
    text = upload.fields.get("source", "").strip()
    if text or not upload.torrents:
        request = Request(kind_of(text), text, media_id=media_id)
        await downloads.submit(call.viewer, request)


async def _media(catalog: Catalog, media_id: UUID | None) -> dict[str, str] | None:
    """The title that the next download is meant to be."""
    if media_id is None:
        return None
    try:
        title = await catalog.title(media_id)
    except NotHere:
        return None
    year = f" ({title.year})" if title.year else ""
    return {"id": str(title.id), "name": f"{title.title}{year}"}


def _figures(summary: Summary) -> list[Figure]:
    """What runs, when it is done, and how much room there is."""
    load = summary.load
    figures = [Figure(*_split(speed(load.speed)), "Down")]
    if load.speed and load.missing:
        figures.append(Figure(*_split(length(load.missing / load.speed)), "All done in", True))
    if summary.free is not None:
        figures.append(Figure(*_split(size(summary.free)), "Free", True))
    return figures


def _split(text: str) -> tuple[str, str]:
    """A number and its unit: "42.6", "MB/s"."""
    value, _, unit = text.partition(" ")
    return value, unit


def _tabs(query: ListQuery, summary: Summary) -> list[Segment]:
    return [
        Segment(
            label, _href(query, show=tab), query.show == tab,
            sum(summary.counts.get(each, 0) for each in statuses) or None,
        )
        for tab, (label, statuses) in _TABS.items()
    ]  # fmt: skip


def _for_all(query: ListQuery) -> list[dict[str, str]]:
    return [{"action": action, "label": label} for action, label in _FOR_ALL[query.show]]


def _all_href(call: Call, query: ListQuery) -> str:
    """For an admin: the other of one's own list and everybody's."""
    if not call.viewer.is_admin:
        return ""
    return _href(query, everyone="" if query.everyone else "true")


def _href(query: ListQuery, **changes: str) -> str:
    facts = {
        "show": query.show, "everyone": "true" if query.everyone else "",
        "media": str(query.media or ""), **changes,
    }  # fmt: skip
    wanted = {name: value for name, value in facts.items() if value and value != "all"}
    return f"{DOWNLOADS}?{urlencode(wanted)}" if wanted else DOWNLOADS


def _blank(query: ListQuery) -> dict[str, str]:
    if query.show == "all":
        return {
            "heading": "Nothing is being downloaded",
            "text": "Paste a link to something of yours, such as a backup, a home video or a "
            "film in the public domain. When it is complete it appears in your library.",
        }
    label = _TABS[query.show][0].lower()
    return {"heading": f"Nothing {label}", "text": f"Downloads that are {label} appear here."}
