"""What Discover shows to whom."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from seen.catalog.model.sections import SectionState
from seen.catalog.search import ALL_KINDS, Findings, Place, Search
from seen.catalog.service import Catalog
from seen.core import clock
from seen.core.cache import PREFIX, Cache, SingleFlight
from seen.core.db import Database
from seen.core.events import Event, Events
from seen.core.kept import Kept
from seen.core.paging import decode_cursor, encode_cursor
from seen.core.ready import encoded_answer
from seen.core.viewer import Viewer
from seen.discover import store
from seen.discover.answers import DiscoverAnswer, SectionAnswer, card_items
from seen.discover.model import Row, Shown, Wish, card, marked, query_hash
from seen.host import PluginHost
from seen.library.service import Library
from seen.plugin.models import Card, FeedKind, MediaKind
from seen.tracking.answers import CardAnswer
from seen.tracking.model.collections import Filter

TTL_SECONDS = 600.0
_RAIL_LENGTH = 20
# Answers of one person that are remembered, to be forgotten when something changes.
_MOST_KEYS = 500
# Pages of titles that are kept for everybody; some 50 kB each.
_MOST_PAGES = 100
_LEAST_OF_GENRE = 3
# What changes the lists of everybody.
_CATALOG = ("catalog", "library")
_KEYS: dict[str, Any] = {
    "popular": tuple[float, UUID],
    "newest": tuple[date, UUID],
    "top_rated": tuple[int, UUID],
    "title": tuple[str, UUID],
}


class Discover:
    """Lists, genres and search over the catalog, each with the viewer's own marks.

    Answers come from our own database and cache, never from a provider.
    """

    def __init__(
        self,
        db: Database,
        cache: Cache,
        events: Events,
        host: PluginHost,
        catalog: Catalog,
        library: Library,
        search: Search,
    ) -> None:
        self._db = db
        self._host = host
        self._flight = SingleFlight(cache)
        self._catalog = catalog
        self._library = library
        self._search = search
        self._states = Kept[tuple[MediaKind, ...], list[SectionState]](events, _CATALOG)
        self._rows = Kept[tuple[MediaKind, ...], list[Row]](events, _CATALOG)
        self._pages = Kept[tuple[Wish, str], store.Page](events, _CATALOG, most=_MOST_PAGES)
        self._genres = Kept[tuple[MediaKind, ...], list[str]](events, _CATALOG)
        self._platforms = Kept[str, list[str]](events, _CATALOG)
        # Which answers this process built, for whom: they go when their marks or titles change.
        self._built: dict[str, set[str]] = {}
        for topic in ("progress", "downloads"):
            events.on(topic, self._forget_person)
        for topic in (*_CATALOG, "reconnected"):
            events.on(topic, self._forget_all)

    async def _forget_person(self, event: Event) -> None:
        await self._flight.drop(*self._built.pop(event.user_id, ()))

    async def _forget_all(self, event: Event) -> None:
        self._search.changed()
        built, self._built = self._built, {}
        await self._flight.drop(*(key for keys in built.values() for key in keys))

    # --- lists -------------------------------------------------------------------------------

    async def body(self, viewer: Viewer, wish: Wish, cursor: str) -> bytes:
        """The answer to a wish, encoded with its ETag; built once and kept for ten minutes."""
        key = f"{PREFIX}discover:{query_hash(viewer.user_id, wish, cursor)}"
        keys = self._built.setdefault(str(viewer.user_id), set())
        if len(keys) >= _MOST_KEYS:
            # Whoever walks through everything starts anew, rather than be remembered for ever.
            await self._flight.drop(*keys)
            keys.clear()
        keys.add(key)
        return await self._flight.get(key, TTL_SECONDS, lambda: self._build(viewer, wish, cursor))

    async def _build(self, viewer: Viewer, wish: Wish, cursor: str) -> bytes:
        if wish.is_narrow or cursor:
            answer = DiscoverAnswer([], *await self.items(viewer, wish, cursor))
        else:
            rows, today = await self.rows(viewer, wish.kinds), clock.now().date()
            answer = DiscoverAnswer([_section_answer(each, today) for each in rows], [], "")
        return encoded_answer(msgspec.json.encode(answer))

    async def rows(self, viewer: Viewer, kinds: Sequence[MediaKind] = ALL_KINDS) -> list[Row]:
        """Every list of some kinds that has titles, with the viewer's marks, which are all that
        the database is asked for."""
        rows = await self._rows.get(tuple(kinds), lambda: self._unmarked_rows(kinds))
        ids = {each.id for row in rows for each in row.shown}
        marks = await store.marks(self._db, viewer.user_id, list(ids))
        return [replace(row, shown=marked(row.shown, marks)) for row in rows]

    async def _unmarked_rows(self, kinds: Sequence[MediaKind]) -> list[Row]:
        shown = await store.all_sections(self._db, kinds, _RAIL_LENGTH)
        found = []
        for state in await self._states_of(kinds):
            section = state.section
            titles = shown.get((section.key, section.kind.value))
            if titles:
                found.append(_row(state, tuple(titles)))
        return found

    async def _states_of(self, kinds: Sequence[MediaKind]) -> list[SectionState]:
        return await self._states.get(tuple(kinds), lambda: self._catalog.section_states(kinds))

    async def lists(self, kinds: Sequence[MediaKind]) -> tuple[list[FeedKind], bool]:
        """The lists of some kinds that ever came, in the order of the page, and whether there are
        some that nobody was asked for yet."""
        states = await self._states_of(kinds)
        there = [each.section.key for each in states if each.refreshed_at is not None]
        return list(dict.fromkeys(there)), any(each.tried_at is None for each in states)

    async def cards(self, viewer: Viewer, wish: Wish, cursor: str) -> tuple[list[Card], str]:
        """A page of cards and the cursor of the next one ("" at the end)."""
        shown, following = await self._page(viewer, wish, cursor)
        today = clock.now().date()
        return [card(each, today) for each in shown], following

    async def items(self, viewer: Viewer, wish: Wish, cursor: str) -> tuple[list[CardAnswer], str]:
        """The same as items of an answer."""
        shown, following = await self._page(viewer, wish, cursor)
        return card_items(shown, clock.now().date()), following

    async def _page(self, viewer: Viewer, wish: Wish, cursor: str) -> tuple[Sequence[Shown], str]:
        def read() -> Awaitable[store.Page]:
            return self._unmarked_page(viewer, wish, cursor)

        # What somebody has not seen is a page for nobody else.
        page = await (read() if wish.seen else self._pages.get((wish, cursor), read))
        marks = await store.marks(self._db, viewer.user_id, [each.id for each in page.shown])
        return marked(page.shown, marks), encode_cursor(page.after) if page.after else ""

    async def _unmarked_page(self, viewer: Viewer, wish: Wish, cursor: str) -> store.Page:
        if wish.section is not None:
            place = decode_cursor(cursor, tuple[int, UUID]) if cursor else None
            return await store.section_page(self._db, viewer.user_id, wish, place)
        after = decode_cursor(cursor, _KEYS[wish.order]) if cursor else None
        return await store.catalog_page(self._db, viewer.user_id, wish, after)

    async def cards_of(self, viewer: Viewer, media_ids: Sequence[UUID]) -> list[Card]:
        """Some titles as cards, in their order; unknown ids are left out."""
        if not media_ids:
            return []
        today = clock.now().date()
        shown = await store.titles(self._db, viewer.user_id, media_ids)
        return [card(each, today) for each in shown]

    async def filtered(
        self, viewer: Viewer, rule: Filter, limit: int, cursor: str
    ) -> tuple[list[Card], str]:
        """A page of the titles that a smart collection's rule asks for."""
        wish = Wish(
            kinds=rule.types or ALL_KINDS,
            genre=rule.genre,
            platform=rule.platform,
            year=rule.year,
            seen="unseen" if rule.unseen else "",
            order=rule.sort,
            limit=limit,
        )
        return await self.cards(viewer, wish, cursor)

    async def genres(self, kinds: Sequence[MediaKind]) -> list[str]:
        """Genres to browse some kinds by."""
        return await self._genres.get(
            tuple(kinds), lambda: store.genres(self._db, kinds, _LEAST_OF_GENRE)
        )

    async def platforms(self) -> list[str]:
        """Platforms to browse games by."""
        return await self._platforms.get("", lambda: store.platforms(self._db))

    def credits(self) -> tuple[str, ...]:
        """What the services behind the lists ask to be shown."""
        return self._host.credits()

    # --- search ------------------------------------------------------------------------------

    async def search(
        self, viewer: Viewer, text: str, kinds: Sequence[MediaKind], limit: int, after: Place | None
    ) -> tuple[list[Card], Findings]:
        """A page of what the whole catalog has, as cards, best first; where that is nothing, titles
        with a file that is called so."""
        found = await self._search.find(text, kinds, limit, after)
        ids = [each.id for each in found.titles]
        if not ids and after is None:
            ids = await self._library.titles_by_file_name(text, limit)
        return await self.cards_of(viewer, ids), found

    async def suggest(self, text: str, limit: int) -> Findings:
        """The likeliest titles and people while somebody still types."""
        return await self._search.suggest(text, limit)


def _row(state: SectionState, shown: tuple[Shown, ...]) -> Row:
    section = state.section
    return Row(
        section.key,
        section.kind,
        section.title,
        shown,
        state.refreshed_at,
        state.provider,
        state.problem,
    )


def _section_answer(row: Row, today: date) -> SectionAnswer:
    return SectionAnswer(
        row.section,
        row.kind,
        row.title,
        row.as_of,
        row.problem,
        card_items(row.shown, today),
    )
