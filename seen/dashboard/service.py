"""Puts the dashboard together: all widgets at once, each with its own time and its own failure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from seen.catalog.service import Catalog
from seen.core.cache import PREFIX, Cache, SingleFlight
from seen.core.events import Event, Events
from seen.core.ready import encoded_answer
from seen.core.viewer import Viewer
from seen.dashboard.shelves import ViewerShelves
from seen.downloads.ledger import CHANGED
from seen.downloads.monitor import MOVED
from seen.downloads.pages.rows import Rows
from seen.host import Handle, PluginHost, bridged
from seen.library.service import Library
from seen.plugin.capabilities import Widget, WidgetRequest
from seen.plugin.errors import PluginError
from seen.plugin.models import Card, DownloadLine
from seen.tracking.answers import CardAnswer, card_answer
from seen.tracking.service import Tracking

TTL_SECONDS = 120.0
_WIDGET_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A widget as the page draws it; ``error`` is a sentence when it has nothing to show."""

    id: str
    slot: str
    title: str
    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


class Dashboard:
    """One person's first page."""

    def __init__(
        self,
        host: PluginHost,
        cache: Cache,
        events: Events,
        catalog: Catalog,
        tracking: Tracking,
        library: Library,
        downloads: Rows,
    ) -> None:
        self._downloads = downloads
        self._host = host
        self._catalog = catalog
        self._tracking = tracking
        self._library = library
        self._flight = SingleFlight(cache)
        # Whose bodies this process built: what all people see changes with the library.
        self._built: set[UUID] = set()
        for topic in ("progress", CHANGED, MOVED):
            events.on(topic, self._forget_person)
        for topic in ("library", "catalog", "plugin_status", "reconnected"):
            events.on(topic, self._forget_all)

    async def _forget_person(self, event: Event) -> None:
        await self._flight.drop(*_keys(event.user_id))

    async def _forget_all(self, event: Event) -> None:
        built, self._built = self._built, set()
        await self._flight.drop(*(key for user_id in built for key in _keys(str(user_id))))

    def shelves(self, user_id: UUID) -> ViewerShelves:
        """The person's titles as cards."""
        return ViewerShelves(user_id, self._catalog, self._tracking, self._library, self._downloads)

    async def widgets(self, viewer: Viewer) -> list[Shown]:
        """What every widget shows this viewer; empty ones are left out."""
        request = WidgetRequest(str(viewer.user_id), bridged(self.shelves(viewer.user_id)))
        found = await asyncio.gather(*(_show(handle, request) for handle in self._host.widgets()))
        return [each for each in found if each is not None]

    async def body(self, viewer: Viewer) -> bytes:
        """The dashboard, encoded with its ETag, built once and kept for two minutes."""
        self._built.add(viewer.user_id)
        dashboard, _ = _keys(str(viewer.user_id))
        return await self._flight.get(dashboard, TTL_SECONDS, lambda: self._build(viewer))

    async def _build(self, viewer: Viewer) -> bytes:
        widgets = [
            {
                "id": each.id,
                "slot": each.slot,
                "title": each.title,
                "error": each.error,
                "data": _plain(each.data),
            }
            for each in await self.widgets(viewer)
        ]
        return encoded_answer(msgspec.json.encode({"widgets": widgets}))

    async def continue_watching(self, viewer: Viewer) -> bytes:
        """What is in progress, encoded with its ETag."""
        self._built.add(viewer.user_id)
        _, continue_watching = _keys(str(viewer.user_id))
        return await self._flight.get(
            continue_watching, TTL_SECONDS, lambda: self._build_continue(viewer)
        )

    async def _build_continue(self, viewer: Viewer) -> bytes:
        cards = await self.shelves(viewer.user_id).continue_watching(20)
        return encoded_answer(msgspec.json.encode({"items": [card_answer(each) for each in cards]}))


def _keys(user_id: str) -> tuple[str, str]:
    return f"{PREFIX}dashboard:{user_id}", f"{PREFIX}continue-watching:{user_id}"


async def _show(handle: Handle[Widget], request: WidgetRequest) -> Shown | None:
    facts = handle.facts
    try:
        found = await handle.call(lambda widget: widget.data(request), timeout=_WIDGET_SECONDS)
    except PluginError as error:
        return Shown(
            handle.id, facts.slot, facts.title, "dashboard/widget_failed.html", error=str(error)
        )
    if found.empty:
        return None
    return Shown(handle.id, facts.slot, facts.title, found.template, found.data)


def _plain(value: Any) -> Any:
    """A widget's data as JSON has it: cards become answers."""
    if isinstance(value, Card):
        return card_answer(value)
    if isinstance(value, DownloadLine):
        return asdict(value)
    if isinstance(value, CardAnswer) or value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value)
