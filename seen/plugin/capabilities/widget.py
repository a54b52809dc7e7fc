"""Widgets: the parts of the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, Protocol

from seen.plugin.capabilities.capability import Capability
from seen.plugin.models import Card, DownloadLine, GameLine, Shelf, WidgetData

ShelfKind = Literal[
    "watch_later",
    "backlog",
    "recently_played",
    "recently_watched",
    "recommended",
    "upcoming",
    "trending",
]


class Shelves(Protocol):
    """What is the viewer's own, ready to be drawn. Every call is a few queries whatever the
    limit."""

    async def continue_watching(self, limit: int) -> Sequence[Card]:
        """Started and not finished, last played first."""
        ...

    async def next_up(self, limit: int) -> Sequence[Card]:
        """The next episode of every show in progress that is not itself half watched."""
        ...

    async def recently_added(self, limit: int) -> Sequence[Card]:
        """Titles whose first file came last."""
        ...

    async def downloads(self, limit: int) -> Sequence[DownloadLine]:
        """Downloads that have not ended, those that move first."""
        ...

    async def playing(self, limit: int) -> Sequence[GameLine]:
        """Games the viewer plays, the last played first."""
        ...

    async def shelf(self, kind: ShelfKind, limit: int) -> Shelf:
        """A row of the viewer's titles, or of titles for the viewer; empty where there are none."""
        ...


@dataclass(frozen=True, slots=True)
class WidgetRequest:
    """Who looks, and through which shelves."""

    user_id: str
    shelves: Shelves


class Widget(Capability, Protocol):
    """Feature: ``data``. ``slot`` is where it stands by default; ``topics`` are the events after
    which it shows something else ("progress", "library", "downloads")."""

    @property
    def slot(self) -> Literal["hero", "main", "side"]: ...
    @property
    def title(self) -> str: ...
    @property
    def size(self) -> Literal["full", "half"]: ...
    @property
    def topics(self) -> AbstractSet[str]: ...

    async def data(self, request: WidgetRequest) -> WidgetData:
        """What to show this viewer now, within 2 s."""
        ...
