"""What widgets are given and show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from seen.plugin.models.basics import MediaKind


@dataclass(frozen=True, slots=True)
class Card:
    """A title as a rail shows it, with the viewer's own marks.

    ``href`` and the picture addresses are local paths. ``art`` is the artwork's colour as
    ``#rrggbb``. ``progress`` is 0 to 1 while in progress, else None. ``detail`` says what is left
    ("18 min left"); ``play_href`` is empty where no file is there. ``downloading`` is 0 to 1 while
    a file of it is on its way, else None; ``badge`` is a word or two for the picture's corner.
    """

    id: str
    kind: MediaKind
    title: str
    href: str
    year: int | None = None
    caption: str = ""
    poster: str = ""
    backdrop: str = ""
    art: str = ""
    drawn: bool = False
    seen: bool = False
    progress: float | None = None
    play_href: str = ""
    detail: str = ""
    position_seconds: float | None = None
    duration_seconds: float | None = None
    episode_id: str = ""
    in_library: bool = False
    watch_later: bool = False
    downloading: float | None = None
    badge: str = ""


@dataclass(frozen=True, slots=True)
class DownloadLine:
    """A download as a widget shows it.

    ``share`` is 0 to 1; ``head`` and ``detail`` say how it stands ("Downloading 84%", "28.1 MB/s ·
    2 min left"); ``speed`` is in bytes per second. ``tone`` repeats in a colour what the words say.
    """

    id: str
    title: str
    href: str
    kind: str = "movie"
    poster: str = ""
    art: str = ""
    share: float = 0.0
    head: str = ""
    detail: str = ""
    tone: Literal["live", "idle", "warn", "bad", "ok"] = "live"
    speed: int = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """Titles of the viewer under a heading. ``href`` is the page with all of them, or ""."""

    cards: tuple[Card, ...] = ()
    heading: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class GameLine:
    """A game the viewer plays. ``line`` says how far ("12 h played · last Sunday"); ``share`` is
    the part completed, 0 to 1, or None where nobody said."""

    id: str
    title: str
    href: str
    poster: str = ""
    art: str = ""
    line: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class WidgetData:
    """What a widget shows: a template's name and its data, never markup.

    ``template`` is found in the core ("dashboard/widget_next_up.html") or in a folder that the
    plugin names through ``seen_template_dirs``. An ``empty`` widget is left out of the page.
    """

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    empty: bool = False
