"""The most popular titles by the words they have: what half-typed words most often mean."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from uuid import UUID

# Ranks are kept in two bytes. A word costs about 250 bytes, and a title brings few new ones.
MOST_TITLES = 30_000
_MANY_WORDS = 200
_BEHIND_ALL = "\U0010ffff"


class Popular:
    """The most popular titles of a catalog as it was at some moment: best first, each with the
    words that it is found by."""

    def __init__(self, titles: Iterable[tuple[UUID, Sequence[str]]] = ()) -> None:
        self._ids: list[UUID] = []
        self._ranks: dict[str, array[int]] = {}
        for rank, (media_id, words) in enumerate(titles):
            self._ids.append(media_id)
            for word in words:
                self._ranks.setdefault(word, array("H")).append(rank)
        self._words = sorted(self._ranks)

    def begun(self, words: Sequence[str], limit: int) -> list[UUID]:
        """The most popular of the titles with all the words, the last of which may be only begun;
        ``limit`` at most. Where it is fewer, less popular ones may have them too; and nothing where
        so many words begin so that to walk through all titles finds them sooner."""
        *whole, begun = words
        first = bisect_left(self._words, begun)
        behind = bisect_left(self._words, begun + _BEHIND_ALL, first)
        if behind - first > _MANY_WORDS:
            return []
        found: set[int] = set().union(*(self._ranks[each] for each in self._words[first:behind]))
        for word in whole:
            found.intersection_update(self._ranks.get(word, ()))
        return [self._ids[rank] for rank in nsmallest(limit, found)]
