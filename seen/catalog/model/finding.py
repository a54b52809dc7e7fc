"""What people type and what they mean: queries, their order, and the mending of typos."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import OSA

from seen.catalog.model.titles import folded_title
from seen.plugin.models import MediaKind

MOST_WORDS = 12
LONGEST_QUERY = 200
_WORD = re.compile(r"[^\W_]+")
_MENDINGS = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. ``folded`` has neither case, accents nor punctuation."""

    text: str
    folded: str
    words: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not self.words

    def lexemes(self) -> str:
        """The words as PostgreSQL's text search takes them; the last may be only begun.

        Words hold letters and digits alone, so nothing needs escaping.
        """
        return _lexemes([[word] for word in self.words])


def read_query(text: str) -> Wanted:
    """A query as it was typed, read."""
    typed = " ".join(text[:LONGEST_QUERY].split())
    folded = folded_title(typed)
    return Wanted(typed, folded, tuple(_WORD.findall(folded)[:MOST_WORDS]))


def words_of(*texts: str) -> list[str]:
    """The words of some titles, folded, sorted and each once."""
    return sorted({word for text in texts for word in _WORD.findall(folded_title(text))})


def _lexemes(groups: Sequence[Sequence[str]]) -> str:
    parts = ["(" + " | ".join(f"'{word}'" for word in group) + ")" for group in groups[:-1]]
    parts.append("(" + " | ".join(f"'{word}':*" for word in groups[-1]) + ")")
    return " & ".join(parts)


@dataclass(frozen=True, slots=True)
class Found:
    """A title that has all the words, as much of it as the order needs."""

    id: UUID
    kind: MediaKind
    title: str
    folded: str
    year: int | None
    popularity: float
    votes: int
    in_title: bool


def in_order(wanted: Wanted, found: Iterable[Found]) -> list[Found]:
    """Best first: the very title, then titles that begin so, then those that have the words in
    their name, then those known under other names or for their people; within each the more
    popular first."""

    def rank(each: Found) -> tuple[Any, ...]:
        if each.folded == wanted.folded:
            tier = 0
        elif each.folded.startswith(wanted.folded):
            tier = 1
        else:
            tier = 2 if each.in_title else 3
        return (tier, -each.popularity, -each.votes, each.folded, each.id)

    return sorted(found, key=rank)


class Vocabulary:
    """Every word that titles are made of, kept by length and first letter so that few are
    compared.

    Distances are optimal string alignment: inserting, deleting, replacing a letter, or swapping
    two neighbours, each counts one. Source: the usual OSA distance, as in the rapidfuzz package.
    """

    def __init__(self) -> None:
        self._shelves: dict[int, dict[str, list[str]]] = {}
        self._known: set[str] = set()

    def __len__(self) -> int:
        return len(self._known)

    def add(self, words: Iterable[str]) -> None:
        """Learn some words."""
        for word in words:
            if word and word not in self._known:
                self._known.add(word)
                shelf = self._shelves.setdefault(len(word), {})
                shelf.setdefault(word[0], []).append(word)

    def near(self, word: str) -> list[str]:
        """The words most like this one, nearest first; itself alone when it is known.

        A word of up to four letters may be one letter off, a longer one two. People rarely get
        the first letter wrong, so words that begin otherwise are looked at only where none that
        begins alike is one letter off.
        """
        if word in self._known or len(word) < 3 or word.isdigit():
            return [word]
        cutoff = 1 if len(word) <= 4 else 2
        shelves = [
            self._shelves.get(length, {})
            for length in range(len(word) - cutoff, len(word) + cutoff + 1)
        ]
        found = _nearest(word, [shelf.get(word[0], []) for shelf in shelves], cutoff)
        if not found or found[0][0] > 1:
            others = [
                words for shelf in shelves for first, words in shelf.items() if first != word[0]
            ]
            found = sorted([*found, *_nearest(word, others, cutoff)])
        best = found[0][0] if found else 0
        return [each for distance, each in found[:_MENDINGS] if distance <= best + 1]


def _nearest(word: str, shelves: Iterable[list[str]], cutoff: int) -> list[tuple[int, str]]:
    """Words at most so far away, with their distances, nearest first."""
    return sorted(
        (int(distance), each)
        for shelf in shelves
        for each, distance, _ in process.extract(
            word, shelf, scorer=OSA.distance, processor=None, score_cutoff=cutoff,
            limit=2 * _MENDINGS,
        )
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mended:
    """A query with its misspelt words replaced."""

    text: str
    lexemes: str


def mend(wanted: Wanted, vocabulary: Vocabulary) -> Mended | None:
    """The query as it may have been meant; None when no word can be mended."""
    groups = [vocabulary.near(word) or [word] for word in wanted.words]
    if all(group[0] == word for group, word in zip(groups, wanted.words, strict=True)):
        return None
    return Mended(" ".join(group[0] for group in groups), _lexemes(groups))
