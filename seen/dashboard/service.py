"""Puts the dashboard together: all widgets at once, each with its own time and its own failure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from seen.accounts.service import Accounts
from seen.catalog.service import Catalog
from seen.core.cache import PREFIX, Cache, SingleFlight
from seen.core.db import Database
from seen.core.errors import NotHere
from seen.core.events import Event, Events
from seen.core.ready import encoded_answer
from seen.core.viewer import Viewer
from seen.dashboard.shelves import ViewerShelves
from seen.discover.service import Discover
from seen.downloads.ledger import CHANGED
from seen.downloads.monitor import MOVED
from seen.downloads.pages.rows import Rows
from seen.host import Handle, PluginHost, bridged
from seen.library.service import Library
from seen.plugin.capabilities import Widget, WidgetRequest
from seen.plugin.errors import PluginError
from seen.plugin.models import Card, DownloadLine, GameLine
from seen.tracking.answers import CardAnswer, card_answer
from seen.tracking.service import Tracks

TTL_SECONDS = 120.0
_WIDGET_SECONDS = 2.0
# Persons whose widgets stay in memory; some 100 kB each.
_KEPT = 256


@dataclass(frozen=True, slots=True)
class Shown:
    """A widget as the page draws it; ``error`` is a sentence when it has nothing to show."""

    id: str
    slot: str
    title: str
    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Arranged:
    """A widget at its place."""

    handle: Handle[Widget]
    hidden: bool


class Dashboard:
    """One person's first page."""

    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        host: PluginHost,
        cache: Cache,
        events: Events,
        catalog: Catalog,
        tracks: Tracks,
        library: Library,
        downloads: Rows,
        discover: Discover,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._discover = discover
        self._downloads = downloads
        self._host = host
        self._catalog = catalog
        self._tracks = tracks
        self._library = library
        self._flight = SingleFlight(cache)
        # Whose bodies this process built: what all people see changes with the library.
        self._built: set[UUID] = set()
        # What the page draws, with the body it belongs to: whoever forgets the body forgets this.
        self._shown: dict[UUID, tuple[bytes, list[Shown]]] = {}
        for topic in ("progress", CHANGED, MOVED):
            events.on(topic, self._forget_person)
        for topic in ("library", "catalog", "plugin_status", "reconnected"):
            events.on(topic, self._forget_all)

    async def _forget_person(self, event: Event) -> None:
        await self._flight.drop(*_keys(event.user_id))

    async def _forget_all(self, event: Event) -> None:
        built, self._built = self._built, set()
        await self._flight.drop(*(key for user_id in built for key in _keys(str(user_id))))

    def shelves(self, viewer: Viewer) -> ViewerShelves:
        """The viewer's titles as cards."""
        return ViewerShelves(
            viewer, self._db, self._catalog, self._tracks, self._library, self._downloads,
            self._discover,
        )  # fmt: skip

    async def widgets(self, viewer: Viewer) -> list[Shown]:
        """What every widget shows this viewer; empty ones are left out. As old as the body."""
        body = await self.body(viewer)
        kept = self._shown.get(viewer.user_id)
        if kept is not None and kept[0] == body:
            return kept[1]
        return await self._ask(viewer)

    async def _ask(self, viewer: Viewer) -> list[Shown]:
        request = WidgetRequest(str(viewer.user_id), bridged(self.shelves(viewer)))
        handles = [each for each in self.arranged(viewer) if not each.hidden]
        found = await asyncio.gather(*(_show(each.handle, request) for each in handles))
        return [each for each in found if each is not None]

    def arranged(self, viewer: Viewer) -> list[Arranged]:
        """All widgets in the viewer's order; those the viewer never placed follow in their own."""
        order = list(viewer.settings.get("dashboardOrder", ()))
        hidden = set(viewer.settings.get("dashboardHidden", ()))
        places = {name: at for at, name in enumerate(order)}
        handles = sorted(self._host.widgets(), key=lambda each: places.get(each.id, len(order)))
        return [Arranged(each, each.id in hidden) for each in handles]

    async def move(self, viewer: Viewer, widget: str, before: str) -> None:
        """Put a widget right before another one, or at the end. Raises NotHere for unknown ones."""
        order = [each.handle.id for each in self.arranged(viewer)]
        if widget not in order or (before and before not in order):
            raise NotHere("There is no such widget.")
        if widget != before:
            order.remove(widget)
            order.insert(order.index(before) if before else len(order), widget)
            await self._keep(viewer, {"dashboardOrder": order})

    async def set_hidden(self, viewer: Viewer, widget: str, hidden: bool) -> None:
        """Show a widget or leave it out. Raises NotHere for an unknown one."""
        known = {each.handle.id for each in self.arranged(viewer)}
        if widget not in known:
            raise NotHere("There is no such widget.")
        listed = {name for name in viewer.settings.get("dashboardHidden", ()) if name in known}
        listed = listed | {widget} if hidden else listed - {widget}
        await self._keep(viewer, {"dashboardHidden": sorted(listed)})

    async def _keep(self, viewer: Viewer, changes: dict[str, Any]) -> None:
        await self._accounts.change_settings(viewer, changes)
        await self._flight.drop(*_keys(str(viewer.user_id)))

    async def body(self, viewer: Viewer) -> bytes:
        """The dashboard, encoded with its ETag, built once and kept for two minutes."""
        self._built.add(viewer.user_id)
        dashboard, _ = _keys(str(viewer.user_id))
        return await self._flight.get(dashboard, TTL_SECONDS, lambda: self._build(viewer))

    async def _build(self, viewer: Viewer) -> bytes:
        shown = await self._ask(viewer)
        widgets = [
            {
                "id": each.id,
                "slot": each.slot,
                "title": each.title,
                "error": each.error,
                "data": _plain(each.data),
            }
            for each in shown
        ]
        answer = encoded_answer(msgspec.json.encode({"widgets": widgets}))
        if len(self._shown) >= _KEPT:
            self._shown.clear()
        self._shown[viewer.user_id] = (answer, shown)
        return answer

    async def continue_watching(self, viewer: Viewer) -> bytes:
        """What is in progress, encoded with its ETag."""
        self._built.add(viewer.user_id)
        _, continue_watching = _keys(str(viewer.user_id))
        return await self._flight.get(
            continue_watching, TTL_SECONDS, lambda: self._build_continue(viewer)
        )

    async def _build_continue(self, viewer: Viewer) -> bytes:
        cards = await self.shelves(viewer).continue_watching(20)
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
    if isinstance(value, DownloadLine | GameLine):
        return asdict(value)
    if isinstance(value, CardAnswer) or value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value)
