"""Whole pages, kept as they were sent until anything happens that could change them."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from uuid import UUID
from weakref import WeakValueDictionary

from aiohttp import web
from aiohttp.typedefs import Handler

from seen.core.cookies import ACT
from seen.core.events import Event, Events
from seen.core.http import VIEWER, check_access
from seen.core.pages import PageRoute
from seen.core.ready import ReadyResponse, is_plain, page_answer

# A page says how long ago something was, and how full the disk is.
_SECONDS = 30.0
_MOST_BYTES = 32 * 2**20
_LARGEST = 2**20


@dataclass(slots=True)
class _Shelf:
    """One person's pages by their addresses, with the moment each is too old. ``sizes`` and
    ``size`` are in bytes, of each and of all."""

    pages: dict[str, tuple[float, ReadyResponse]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    size: int = 0


class KeptPages:
    """A page is the same for the same person at the same address until an event says that
    something of that person's or of everybody's changed. Whatever the event: to draw a page once
    too often costs little, and to show an old one is wrong."""

    def __init__(self, events: Events) -> None:
        self._shelves: OrderedDict[UUID, _Shelf] = OrderedDict()
        self._size = 0
        # Counts what happened: a page that was being drawn meanwhile is not kept.
        self._happened = 0
        self._drawing: WeakValueDictionary[tuple[UUID, str, int], asyncio.Lock] = (
            WeakValueDictionary()
        )
        events.on("*", self._heard)

    def keeping(self, route: PageRoute) -> Handler:
        """What answers for a page that may be kept."""
        handler = route.serve

        async def kept(request: web.Request) -> web.StreamResponse:
            viewer = request.get(VIEWER)
            if viewer is None or not _is_ordinary(request):
                return await handler(request)
            check_access(request, route.access)
            address = request.raw_path
            if page := self._find(viewer.user_id, address):
                return page
            # Many who ask at once for a page that has just been forgotten get one drawing of it,
            # but nobody gets what was begun before the last thing that happened.
            before = self._happened
            drawing = (viewer.user_id, address, before)
            async with self._drawing.setdefault(drawing, asyncio.Lock()):
                if page := self._find(viewer.user_id, address):
                    return page
                response = await handler(request)
                if before == self._happened and (body := _lasting(response)):
                    self._keep(viewer.user_id, address, body)
                return response

        return kept

    def changing(self, handler: Handler) -> Handler:
        """A layer around what may change something: whoever did it sees it at once, also before
        the event has come back."""

        async def changed(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            finally:
                viewer = request.get(VIEWER)
                if viewer is not None:
                    self._forget(viewer.user_id)

        return changed

    async def _heard(self, event: Event) -> None:
        if event.user_id:
            self._forget(UUID(event.user_id))
        else:
            self._happened += 1
            self._shelves.clear()
            self._size = 0

    def _forget(self, user_id: UUID) -> None:
        self._happened += 1
        shelf = self._shelves.pop(user_id, None)
        if shelf is not None:
            self._size -= shelf.size

    def _find(self, user_id: UUID, address: str) -> ReadyResponse | None:
        shelf = self._shelves.get(user_id)
        found = shelf.pages.get(address) if shelf is not None else None
        return found[1] if found is not None and found[0] > time.monotonic() else None

    def _keep(self, user_id: UUID, address: str, body: bytes) -> None:
        shelf = self._shelves.setdefault(user_id, _Shelf())
        self._shelves.move_to_end(user_id)
        grown = len(body) - shelf.sizes.get(address, 0)
        shelf.pages[address] = (time.monotonic() + _SECONDS, page_answer(body))
        shelf.sizes[address] = len(body)
        shelf.size += grown
        self._size += grown
        while self._size > _MOST_BYTES:
            self._size -= self._shelves.popitem(last=False)[1].size


def _is_ordinary(request: web.Request) -> bool:
    """Whether the whole page is asked for, with no word on it about what was just done."""
    return (
        is_plain(request)
        and "HX-Request" not in request.headers
        and ACT not in request.headers.get("Cookie", "")
    )


def _lasting(response: web.StreamResponse) -> bytes | None:
    """The bytes of a page that may be sent again; None for failures and for what sets cookies."""
    if not isinstance(response, web.Response) or response.status != 200 or response.cookies:
        return None
    body = response.body
    return body if isinstance(body, bytes) and len(body) <= _LARGEST else None
