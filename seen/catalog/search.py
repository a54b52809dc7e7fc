"""Finds titles by what people type, in a few rungs: just so, by words, by mended words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from seen.catalog.model.finding import Found, Mended, Vocabulary, Wanted, in_order, mend, read_query
from seen.catalog.model.popular import MOST_TITLES, Popular
from seen.catalog.model.titles import folded_title
from seen.catalog.store import finding as store
from seen.core.db import Database
from seen.core.log import get_log
from seen.plugin.models import MediaKind

ALL_KINDS = tuple(MediaKind)
Place = tuple[float, UUID]
"""Popularity and id of the title after which the next page begins."""
_SUGGESTED_PEOPLE = 3
# How long the most popular titles are taken for what they were, whatever changes.
_POPULAR_SECONDS = 120.0
log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class Findings:
    """A page of what was found, best first. ``mended`` is the query that found it, where it is not
    the one that was typed; ``after`` is where the next page begins, None at the end."""

    titles: tuple[Found, ...]
    mended: str = ""
    after: Place | None = None
    people: tuple[str, ...] = ()


class Search:
    """The whole catalog, whether or not there are files."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._vocabulary = Vocabulary()
        self._learned = 0
        self._learning = asyncio.Lock()
        self._popular: Popular | None = None
        self._popular_since = -_POPULAR_SECONDS
        self._is_stale = True
        self._gathering: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """Titles have changed."""
        self._is_stale = True

    async def find(
        self,
        text: str,
        kinds: Sequence[MediaKind] = ALL_KINDS,
        limit: int = 60,
        after: Place | None = None,
    ) -> Findings:
        """A page of titles. Misspelt words are mended where the words as typed find nothing."""
        wanted = read_query(text)
        if wanted.is_empty:
            return Findings(())
        found = await self._page(wanted, wanted.lexemes(), kinds, limit, after)
        if found.titles or after is not None:
            return found
        mended = await self._mend(wanted)
        if mended is None:
            return found
        again = await self._page(read_query(mended.text), mended.lexemes, kinds, limit, None)
        # The typed words may lead on to further pages only as they were mended.
        return Findings(again.titles, mended.text if again.titles else "", again.after)

    async def suggest(self, text: str, limit: int = 8) -> Findings:
        """The likeliest titles while somebody still types, and people with all the words in their
        names."""
        found = await self._well_known(read_query(text), limit) or await self.find(
            text, limit=limit
        )
        wanted = read_query(found.mended or text)
        cast = [each.id for each in found.titles if not each.in_title]
        names = await store.people(self._db, cast) if cast else []
        matching = sorted(name for name in names if _is_named(name, wanted))
        return Findings(found.titles, found.mended, None, tuple(matching[:_SUGGESTED_PEOPLE]))

    async def _well_known(self, wanted: Wanted, limit: int) -> Findings | None:
        """What is found among the most popular titles, and by its whole name among all; None where
        that is not enough. To walk through the database for each letter takes several times as
        long."""
        self._keep_popular()
        if self._popular is None or wanted.is_empty:
            return None
        known = self._popular.begun(wanted.words, limit)
        if len(known) < limit:
            return None
        found = await store.known_or_called(self._db, known, wanted.folded, wanted.lexemes(), limit)
        return Findings(tuple(in_order(wanted, found))) if len(found) >= limit else None

    def _keep_popular(self) -> None:
        """Gather the most popular titles again, beside whoever asks, where they may have
        changed."""
        now = time.monotonic()
        if not self._is_stale or self._gathering or now - self._popular_since < _POPULAR_SECONDS:
            return
        self._is_stale, self._popular_since = False, now
        self._gathering = asyncio.create_task(self.gather())
        self._gathering.add_done_callback(self._gathered)

    async def gather(self) -> None:
        """Take the most popular titles as they are now."""
        titles = await store.most_popular(self._db, MOST_TITLES)
        self._popular = await asyncio.to_thread(Popular, titles)

    def _gathered(self, task: asyncio.Task[None]) -> None:
        self._gathering = None
        if not task.cancelled() and (error := task.exception()):
            self._is_stale = True
            log.warning("search: the most popular titles are not renewed", error=repr(error))

    async def _page(
        self,
        wanted: Wanted,
        lexemes: str,
        kinds: Sequence[MediaKind],
        limit: int,
        after: Place | None,
    ) -> Findings:
        rows = await store.find(
            self._db, wanted.folded, lexemes, [each.value for each in kinds], limit, after
        )
        # The first page has all that are called just so, whatever their popularity; the others
        # are walked by popularity, and lead on from the least popular one.
        others = [each for each in rows if each.folded != wanted.folded]
        last = min(rows if after else others, key=lambda r: (r.popularity, r.id), default=None)
        more = last is not None and len(rows) >= limit
        return Findings(
            tuple(in_order(wanted, rows if after is None else others)),
            after=(last.popularity, last.id) if more and last is not None else None,
        )

    async def _mend(self, wanted: Wanted) -> Mended | None:
        async with self._learning:
            words, self._learned = await store.words_after(self._db, self._learned)
            self._vocabulary.add(words)
        return mend(wanted, self._vocabulary)


def _is_named(name: str, wanted: Wanted) -> bool:
    """Whether every word is one of the name's, the last perhaps only begun."""
    words = folded_title(name).split()
    *whole, begun = wanted.words
    return all(word in words for word in whole) and any(word.startswith(begun) for word in words)
