"""The library folders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
from aiohttp import web

from seen.core import clock
from seen.core.errors import SeenError
from seen.core.http import Call
from seen.core.pages import (
    NO_FAULTS,
    Faults,
    FieldErrors,
    Pages,
    Renderer,
    faults_of,
    read_form,
    see_other,
)
from seen.core.wording import counted, since
from seen.library.model.records import Root
from seen.library.service import Library
from seen.plugin.models import MediaKind

ROOTS = "/app/admin/roots"
SUGGESTION = "/media/movies"
Holds = Literal["mixed", "movies", "shows", "games"]
_KINDS: dict[str, MediaKind | None] = {
    "mixed": None,
    "movies": MediaKind.MOVIE,
    "shows": MediaKind.SHOW,
    "games": MediaKind.GAME,
}
_LABELS = {
    None: "Movies and shows",
    MediaKind.MOVIE: "Movies",
    MediaKind.SHOW: "Shows",
    MediaKind.GAME: "Games",
}


class FolderForm(msgspec.Struct):
    """A folder to add, and what it holds."""

    path: str = ""
    kind: Holds = "mixed"


@dataclass(frozen=True, slots=True)
class Folder:
    """A library folder."""

    id: str
    path: str
    kind_label: str
    online: bool
    status: str
    scan_action: str
    remove_action: str


def pages(library: Library, render: Renderer) -> Pages:
    """``/app/admin/roots``."""
    found = Pages()

    async def show(call: Call, given: FolderForm, faults: Faults) -> web.Response:
        return await render.page(
            call,
            "admin/roots.html",
            status=200 if faults is NO_FAULTS else faults.status,
            active="/app/admin",
            roots=[folder(each) for each in await library.roots()],
            values=given,
            errors=path_errors(faults),
            suggestion=SUGGESTION,
            scan=await library.doing(),
        )

    @found.get(ROOTS, access="admin")
    async def listing(call: Call) -> web.StreamResponse:
        return await show(call, FolderForm(), NO_FAULTS)

    @found.post(ROOTS, access="admin")
    async def add(call: Call) -> web.StreamResponse:
        given = await read_form(call, FolderForm)
        try:
            root = await library.add_root(given.path, _KINDS[given.kind])
        except SeenError as error:
            return await show(call, given, faults_of(error))
        await library.rescan([root.path])
        return see_other(ROOTS)

    @found.post(ROOTS + "/{id}/scan", access="admin")
    async def scan(call: Call) -> web.StreamResponse:
        wanted = call.path_id("id")
        paths = [each.path for each in await library.roots() if each.id == wanted]
        if paths:
            await library.rescan(paths)
        return see_other(ROOTS)

    @found.post(ROOTS + "/{id}/remove", access="admin")
    async def remove(call: Call) -> web.StreamResponse:
        await library.remove_root(call.path_id("id"))
        return see_other(ROOTS)

    return found


def path_errors(faults: Faults) -> FieldErrors:
    """Whatever is wrong with a folder is wrong with its path, the only thing people type."""
    return FieldErrors(path=faults.fields["path"] or faults.sentence)


def folder(root: Root) -> Folder:
    """A folder as lists show it."""
    return Folder(
        id=str(root.id),
        path=root.path,
        kind_label=_LABELS[root.kind],
        online=root.state == "online",
        status=folder_status(root),
        scan_action=f"{ROOTS}/{root.id}/scan",
        remove_action=f"{ROOTS}/{root.id}/remove",
    )


def folder_status(root: Root) -> str:
    """How a folder is, in a sentence."""
    if root.state != "online":
        why = root.reason.rstrip(".") or "It does not answer"
        return f"Offline. {why}. Nothing was removed; it comes back when the folder does."
    if root.last_scan_at is None:
        return "Not looked through yet"
    when = since(root.last_scan_at, clock.now())
    return f"Online, {counted(root.file_count, 'file')}, last change found {when}"
