"""When two spellings of a title are the same title."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "’": "'",
     "‘": "'", "`": "'", "´": "'", "ʻ": "'"}
)  # fmt: skip
# Single letters stay: "Malcolm X", "V for Vendetta" and "I, Robot" hold no numbers.
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11",
    "xii": "12", "xiii": "13",
}  # fmt: skip
_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "i": "1", "v": "5", "x": "10",
}  # fmt: skip
_COUNTED = frozenset({"part", "chapter", "volume", "vol", "episode", "book", "season"})
_ARTICLES = frozenset(
    "the a an le la les un une der die das ein eine el los las il lo gli de het o os as".split()  # noqa: SIM905 - reads better
)
_MOVED_ARTICLE = re.compile(r"^(.{2,}),\s(the|a|an|le|la|les|der|die|das|el|los|las|il)$", re.I)
_NUMBER = re.compile(r"\d+")
_BREAK = re.compile(r"\s*(?::|\s[-–—]\s|\(|\bor\s*\()")


class Likeness(enum.IntEnum):
    """How alike two titles are, weakest first."""

    NONE = 0
    PARTIAL = 1
    """One is the other with a subtitle more."""
    CLOSE = 2
    """A letter or two apart with the same numbers, or called "The Movie" by one only."""
    ARTICLE = 3
    """The same but for the article in front."""
    EXACT = 4
    """The same but for case, accents, punctuation, spaces, "&" and the way numbers are written."""


@lru_cache(maxsize=65_536)
def words(title: str) -> tuple[str, ...]:
    """The words of a title in the one spelling in which titles are compared."""
    moved = _MOVED_ARTICLE.match(title.strip())
    text = f"{moved[2]} {moved[1]}" if moved else title
    text = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    text = "".join(each for each in text if not unicodedata.combining(each))
    text = text.replace("&", " and ").replace("'", "")
    found = re.findall(r"[^\W_]+", text)
    return tuple(_numeral(found, at) for at in range(len(found)))


def _numeral(found: list[str], at: int) -> str:
    word = found[at]
    if at and found[at - 1] in _COUNTED:
        return _WORDS.get(word, _ROMAN.get(word, word))
    return _ROMAN.get(word, word) if at else word


def normalise(title: str) -> str:
    """The title as a key: equal for spellings that mean the same title. "" for mere signs."""
    return "".join(words(title))


def _without_article(title: str) -> str:
    found = words(title)
    return "".join(found[1:]) if len(found) > 1 and found[0] in _ARTICLES else "".join(found)


def likeness(left: str, right: str) -> Likeness:
    """How alike two titles are."""
    one, other = normalise(left), normalise(right)
    if not one or not other:
        return Likeness.NONE
    if one == other:
        return Likeness.EXACT
    if _without_article(left) == _without_article(right):
        return Likeness.ARTICLE
    if _close(one, other) and _numbers(one) == _numbers(other):
        return Likeness.CLOSE
    if _without_movie(left) == _without_movie(right):
        return Likeness.CLOSE
    return Likeness.PARTIAL if _subtitled(left, right) else Likeness.NONE


def _without_movie(title: str) -> str:
    found = words(title)
    for ending in (("the", "movie"), ("movie",), ("the", "film"), ("the", "motion", "picture")):
        if len(found) > len(ending) and found[-len(ending) :] == ending:
            return "".join(found[: -len(ending)])
    return "".join(found)


def best_likeness(titles: Iterable[str], others: Iterable[str]) -> Likeness:
    """The best likeness of any title to any of the others."""
    rest = tuple(others)
    return max((likeness(a, b) for a in titles for b in rest), default=Likeness.NONE)


def _numbers(key: str) -> list[str]:
    return _NUMBER.findall(key)


def _subtitled(left: str, right: str) -> bool:
    short, long = sorted((left, right), key=lambda each: len(normalise(each)))
    key = normalise(short)
    heads = (long[: found.start()] for found in _BREAK.finditer(long))
    if not any(normalise(head) == key for head in heads):
        return False
    return _numbers(normalise(long)) == _numbers(key)


def _close(one: str, other: str) -> bool:
    """Whether at most one letter in eight, and at most two, must change to make them equal."""
    allowed = min(2, min(len(one), len(other)) // 8)
    if not allowed or abs(len(one) - len(other)) > allowed:
        return False
    return _distance(one, other, allowed) <= allowed


def _distance(one: str, other: str, most: int) -> int:
    """Levenshtein's distance, or something above ``most``."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        previous, row[0] = row[0], at
        for column, compared in enumerate(other, 1):
            cost = previous + (letter != compared)
            previous = row[column]
            row[column] = min(cost, row[column] + 1, row[column - 1] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]
