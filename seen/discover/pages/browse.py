"""``/app/discover``: every list as a rail, or one of them, or the catalog by genre and year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from seen.catalog.model.sections import LABELS
from seen.core import clock
from seen.core.http import Call, Query, read_query
from seen.core.pages import Pages, Renderer
from seen.core.viewer import Viewer
from seen.discover.model import (
    ALL_KINDS,
    Order,
    Row,
    Unseen,
    Wish,
    age_sentence,
    card,
    sections_of,
)
from seen.discover.service import Discover
from seen.plugin.models import Card, FeedKind, MediaKind

DISCOVER = "/app/discover"
STARTER = "metadata_starter"
_PER_PAGE = 60
_FIRST_YEAR, _YEARS_BACK = 1920, 8
_KINDS: dict[MediaKind | None, str] = {
    None: "Everything",
    MediaKind.MOVIE: "Movies",
    MediaKind.SHOW: "Shows",
    MediaKind.GAME: "Games",
}
_ORDERS: dict[Order, str] = {
    "popular": "Most popular",
    "newest": "Newest",
    "top_rated": "Best rated",
    "title": "By name",
}
Name = Annotated[str, msgspec.Meta(max_length=80)]


class BrowseQuery(Query):
    """What stands in the address."""

    type: MediaKind | None = None
    section: FeedKind | None = None
    genre: Name = ""
    platform: Name = ""
    year: Annotated[int, msgspec.Meta(ge=1850, le=2200)] | None = None
    seen: Unseen = ""
    sort: Order = "popular"
    cursor: str = ""

    @property
    def kinds(self) -> tuple[MediaKind, ...]:
        return (self.type,) if self.type else ALL_KINDS

    def wish(self) -> Wish:
        """The page of titles that is asked for."""
        return Wish(
            self.section, self.kinds, self.genre, self.platform, self.year, self.seen, self.sort,
            _PER_PAGE,
        )  # fmt: skip

    def href(self, **changes: object) -> str:
        """The same page with something else chosen. Nothing of the place in it is kept."""
        facts = {
            "type": self.type, "section": self.section, "genre": self.genre,
            "platform": self.platform, "year": self.year, "seen": self.seen, "sort": self.sort,
            **changes,
        }  # fmt: skip
        wanted = {k: str(v) for k, v in facts.items() if v and (k, v) != ("sort", "popular")}
        return f"{DISCOVER}?{urlencode(wanted)}" if wanted else DISCOVER


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, as a link. ``count`` is there for the macro that draws tabs."""

    label: str
    href: str
    active: bool
    count: None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter with its choices. ``chosen`` is what it stands on, "" for nothing; ``clear`` lets it
    go."""

    label: str
    chosen: str
    choices: list[Choice]
    clear: str


@dataclass(frozen=True, slots=True)
class Rail:
    """A list on the page."""

    id: str
    heading: str
    cards: Sequence[Card]
    note: str
    more: str


def pages(discover: Discover, render: Renderer) -> Pages:
    """``/app/discover``."""
    found = Pages()

    @found.get(DISCOVER, keep=True)
    async def browse(call: Call) -> web.StreamResponse:
        query = read_query(call.request, BrowseQuery)
        viewer, wish = call.viewer, query.wish()
        narrow = wish.is_narrow or bool(query.cursor)
        cards: list[Card] = []
        cursor = ""
        rows: list[Row] = []
        if narrow:
            cards, cursor = await discover.cards(viewer, wish, query.cursor)
        more = f"{_joined(query.href())}cursor={cursor}" if cursor else None
        if query.cursor and render.is_part(call):
            return await render.bare(call, "library/grid_page.html", items=cards, more=more)
        if not narrow:
            rows = await discover.rows(viewer, query.kinds)
        lists, filling = await discover.lists(query.kinds)
        return await render.page(
            call,
            "discover/discover.html",
            active=DISCOVER,
            kinds=_kinds(query),
            sections=_sections(query, lists),
            filters=await _filters(discover, query),
            rails=[_rail(each, query) for each in rows],
            narrow=narrow,
            filling=not narrow and filling,
            items=cards,
            more=more,
            clear=query.href(section="", genre="", platform="", year="", seen="", sort=""),
            hint=_hint(rows, viewer),
            credits=discover.credits(),
        )

    return found


def _joined(href: str) -> str:
    return f"{href}&" if "?" in href else f"{href}?"


def _kinds(query: BrowseQuery) -> list[Choice]:
    """Changing the kind keeps a list only where the other kind has it."""
    return [
        Choice(
            label,
            query.href(
                type=kind,
                section=query.section
                if query.section in sections_of((kind,) if kind else ALL_KINDS)
                else "",
                platform=query.platform if kind is MediaKind.GAME else "",
            ),
            query.type == kind,
        )
        for kind, label in _KINDS.items()
    ]


def _sections(query: BrowseQuery, lists: Sequence[FeedKind]) -> list[Choice]:
    """One list may be chosen; a second press lets it go."""
    return [
        Choice(
            LABELS[key],
            query.href(section="" if key == query.section else key, sort=""),
            key == query.section,
        )
        for key in lists
    ]


async def _filters(discover: Discover, query: BrowseQuery) -> list[Filter]:
    genres = await discover.genres(query.kinds)
    found = [_filter(query, "Genre", "genre", query.genre, [(each, each) for each in genres])]
    if query.type is MediaKind.GAME:
        names = [(each, each) for each in await discover.platforms()]
        found.append(_filter(query, "Platform", "platform", query.platform, names))
    year = str(query.year) if query.year else ""
    found.append(_filter(query, "Year", "year", year, _years(clock.now().year)))
    seen = [("unseen", "Not seen")]
    found.append(_filter(query, "Seen", "seen", query.seen, seen))
    if query.section is None and query.wish().is_narrow:
        orders = [(key, label) for key, label in _ORDERS.items() if key != "popular"]
        chosen = "" if query.sort == "popular" else query.sort
        found.append(_filter(query, "Order", "sort", chosen, orders))
    return [each for each in found if each.choices]


def _filter(
    query: BrowseQuery, label: str, name: str, chosen: str, values: Sequence[tuple[str, str]]
) -> Filter:
    labels = dict(values)
    return Filter(
        label,
        labels.get(chosen, chosen),
        [Choice(text, query.href(**{name: value}), value == chosen) for value, text in values],
        query.href(**{name: ""}),
    )


def _years(this_year: int) -> list[tuple[str, str]]:
    """The last years one by one."""
    return [(str(year), str(year)) for year in range(this_year + 1, this_year - _YEARS_BACK, -1)]


def _rail(row: Row, query: BrowseQuery) -> Rail:
    now = clock.now()
    return Rail(
        f"{row.kind}-{row.section}",
        row.title,
        [card(each, now.date()) for each in row.shown],
        age_sentence(row.as_of, now, row.problem),
        query.href(type=row.kind, section=row.section),
    )


def _hint(rows: Sequence[Row], viewer: Viewer) -> dict[str, Any] | None:
    """How to get more than the titles that come along; None where somebody did it."""
    lacking = [
        kind
        for kind in ALL_KINDS
        if any(row.kind is kind for row in rows)
        and all(row.provider == STARTER for row in rows if row.kind is kind)
    ]
    if not lacking:
        return None
    services = ["TMDB"] if MediaKind.MOVIE in lacking or MediaKind.SHOW in lacking else []
    services += ["IGDB"] if MediaKind.GAME in lacking else []
    text = (
        "Some of these lists hold the small catalog that comes along. With a free key of "
        f"{' and of '.join(services)} they hold everything there is."
    )
    if not viewer.is_admin:
        return {"text": f"{text} An admin can enter it.", "action": None}
    return {"text": text, "action": {"label": "Enter a key", "href": "/app/admin/plugins"}}
