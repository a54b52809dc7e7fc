"""The widgets. Each is one question to the shelves and a few words around the answer."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from typing import Any, Literal

from seen.plugin import Health, MediaKind, PluginContext
from seen.plugin.capabilities import WidgetRequest
from seen.plugin.models import Card, WidgetData


class HomeWidget:
    """What the three have in common: nothing to start, nothing that can fail."""

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
        """``current``: the first card as a mapping with its line, time left and position, or
        None; ``others``: the cards behind it."""
        cards = await request.shelves.continue_watching(self._length)
        current = _hero(cards[0]) if cards else None
        return WidgetData(
            "dashboard/widget_continue_watching.html",
            {"current": current, "others": tuple(cards[1:])},
        )


class NextUp(HomeWidget):
    """The next episode of every show in progress."""

    id = "next_up"
    title = "Next up"
    topics: AbstractSet[str] = frozenset({"progress", "library"})

    async def data(self, request: WidgetRequest) -> WidgetData:
        """``items``: cards that play when clicked, where a file is there."""
        cards = tuple(await request.shelves.next_up(self._length))
        return WidgetData("dashboard/widget_next_up.html", _rail(cards), empty=not cards)


class RecentlyAdded(HomeWidget):
    """What came into the library last."""

    id = "recently_added"
    title = "Recently added"
    topics: AbstractSet[str] = frozenset({"library"})

    async def data(self, request: WidgetRequest) -> WidgetData:
        """``items``: cards, newest first; ``more``: where all of them are."""
        cards = tuple(await request.shelves.recently_added(self._length))
        more = "/app/library" if cards else None
        return WidgetData("dashboard/widget_recently_added.html", _rail(cards, more))


def _rail(cards: tuple[Card, ...], more: str | None = None) -> Mapping[str, Any]:
    return {"items": cards, "note": "", "more": more}


def _hero(card: Card) -> dict[str, Any]:
    """A card with what a large picture has room for."""
    return asdict(card) | {
        "line": card.caption if card.kind is MediaKind.SHOW else "",
        "left": card.detail,
        "position": clock(card.position_seconds),
        "title_href": card.href,
        "play_href": card.play_href or card.href,
    }


def clock(seconds: float | None) -> str:
    """A position as players show it: 31:12, or 1:02:07 from an hour on; "" when unknown."""
    if seconds is None or seconds < 0:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
