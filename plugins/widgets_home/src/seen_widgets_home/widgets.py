"""The widgets. Each is one question to the shelves and a few words around the answer."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Literal

from seen.plugin import Health, PluginContext
from seen.plugin.capabilities import ShelfKind, WidgetRequest
from seen.plugin.models import WidgetData

# Lines in the panels of downloads and games.
_DOWNLOADS, _GAMES = 4, 3


class HomeWidget:
    """What they have in common: nothing to start, nothing that can fail."""

    id = ""
    title = ""
    slot: Literal["hero", "main", "side"] = "main"
    size: Literal["full", "half"] = "full"
    topics: AbstractSet[str] = frozenset()
    features: AbstractSet[str] = frozenset({"data"})

    def __init__(self, ctx: PluginContext) -> None:
        self._length = int(ctx.config.get("length", 20))
        self.title = ctx.t(self.title)

    async def start(self) -> None:
        """Nothing to get ready."""

    async def health(self) -> Health:
        return Health()

    async def stop(self) -> None:
        """Nothing to let go of."""


class ContinueWatching(HomeWidget):
    """The title played last, large, and the other ones in progress beside it."""

    id = "continue_watching"
    title = "Continue watching"
    slot: Literal["hero", "main", "side"] = "hero"
    topics: AbstractSet[str] = frozenset({"progress", "library"})

    async def data(self, request: WidgetRequest) -> WidgetData:
        """``cards``: what is in progress, last played first."""
        cards = tuple(await request.shelves.continue_watching(self._length))
        return WidgetData("dashboard/widget_continue_watching.html", {"cards": cards})


class NextUp(HomeWidget):
    """The next episode of every show in progress."""

    id = "next_up"
    title = "Next up"
    topics: AbstractSet[str] = frozenset({"progress", "library"})

    async def data(self, request: WidgetRequest) -> WidgetData:
        """``cards``: they play when clicked, where a file is there."""
        cards = tuple(await request.shelves.next_up(self._length))
        return WidgetData("dashboard/widget_next_up.html", {"cards": cards}, empty=not cards)


class ActiveDownloads(HomeWidget):
    """What is being downloaded, and what waits for it."""

    id = "active_downloads"
    title = "Downloads"
    size: Literal["full", "half"] = "half"
    topics: AbstractSet[str] = frozenset({"downloads"})

    async def data(self, request: WidgetRequest) -> WidgetData:
        """``downloads``: those that move first; ``href``: the page with all of them."""
        found = tuple(await request.shelves.downloads(_DOWNLOADS))
        data = {"downloads": found, "href": "/app/downloads"}
        return WidgetData("dashboard/widget_downloads.html", data, empty=not found)


class RecentlyAdded(HomeWidget):
    """What came into the library last."""

    id = "recently_added"
    title = "Recently added"
    topics: AbstractSet[str] = frozenset({"library"})

    async def data(self, request: WidgetRequest) -> WidgetData:
        """``cards``: newest first; ``href``: the page with all of them."""
        cards = tuple(await request.shelves.recently_added(self._length))
        data = {"cards": cards, "href": "/app/library?view=recent"}
        return WidgetData("dashboard/widget_recently_added.html", data)


class PlayingNow(HomeWidget):
    """The games that are being played."""

    id = "game_backlog"
    title = "Playing now"
    size: Literal["full", "half"] = "half"
    topics: AbstractSet[str] = frozenset({"progress"})

    async def data(self, request: WidgetRequest) -> WidgetData:
        """``games``: the last played first; ``href``: the page with all games."""
        games = tuple(await request.shelves.playing(_GAMES))
        data = {"games": games, "href": "/app/games"}
        return WidgetData("dashboard/widget_games.html", data, empty=not games)


class Row(HomeWidget):
    """A row of titles from one of the viewer's shelves."""

    def __init__(
        self,
        ctx: PluginContext,
        widget_id: str,
        title: str,
        kind: ShelfKind,
        topic: str = "progress",
    ) -> None:
        super().__init__(ctx)
        self.id = widget_id
        self.title = ctx.t(title)
        self.topics = frozenset({topic})
        self.kind: ShelfKind = kind

    async def data(self, request: WidgetRequest) -> WidgetData:
        """``cards``; ``heading`` where the row says why it is there; ``href``: all of them."""
        found = await request.shelves.shelf(self.kind, self._length)
        data = {"cards": tuple(found.cards), "heading": found.heading, "href": found.href}
        return WidgetData("dashboard/widget_row.html", data, empty=not found.cards)
