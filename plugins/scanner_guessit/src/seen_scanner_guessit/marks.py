"""Season, episode and date marks in names: where they stand and what they say."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

MOST_EPISODES = 400
"""A longer run of numbers is not a list of episodes."""
LONGEST_STEP = 60
"""One file never skips more episodes than this; a larger number means something else."""


@dataclass(slots=True)
class Mark:
    """A mark from ``start`` to ``end`` in the name."""

    start: int
    end: int
    seasons: list[int] = field(default_factory=list)
    episodes: list[int] = field(default_factory=list)
    absolute: bool = False
    air_date: date | None = None


_I = re.IGNORECASE
_SEASON_WORD = (
    r"(?:seasons?|saisons?|series|serie|staffel|temporadas?|stagione|sezon(?:ul)?|seizoen|s[aä]song"
    r"|сезоны?|se\.|tempo)"
)
_EPISODE_WORD = (
    r"(?:episodes?|episodios?|[eé]pisode|epizod|folge|cap(?:itulo)?|afl|eps?|e|серия|"
    r"серии|эпизод|серії)"
)

_SXXEXX = re.compile(
    r"(?:(?<![^\W_])|(?<=[a-z])(?=s\d\d\.?e\d\d))s(?:eason)?[ .]?(?P<s>\d{1,4})[\])]?"
    r"(?:[ ._]{0,2}|[ ._]?-[ ._]?|[ ._]?x)[\[(]?(?:e|ep|eps|"
    r"episode)[ ._-]{0,2}(?P<e>\d{1,5})(?!\d|[ip](?![^\W_]))", _I)  # fmt: skip
_NXMM = re.compile(
    r"(?<![^\W_])(?<!\d\.)s?(?P<s>\d{1,2}|(?:19|20)\d\d)x[e]?(?P<e>[0-3]?\d{1,2})(?!\d|x\d{3}|"
    r"[ip](?![^\W_]))(?!\.\d\d(?![^\W_]))",
    _I,
)
_WORDS = re.compile(
    r"(?<![^\W_])(?:"
    + _SEASON_WORD
    + r"[ ._:-]{0,2}(?P<s>\d{1,2})|(?P<s2>\d{1,2})[-]?(?:[ªº]|й)?[ ._]сезон)"
    r"[ ._,/-]{0,4}(?:"
    + _EPISODE_WORD
    + r"[ ._:-]{0,3}(?P<e>\d{1,4})(?!\d)|(?P<e2>\d{1,3})[-]?я[ ._]серия)",
    _I,
)

_MORE_LETTERED = re.compile(
    r"(?P<join>[ ._]?-[ ._]?|[ ._]{0,1}|[ ._]?(?:and|[aà&+])[ ._]?)(?:s\d{1,4}[ ._]?)?(?:ep?|"
    r"x)(?P<e>\d{1,5})(?!\d|[ip](?![^\W_]))",
    _I,
)
_MORE_CROSS = re.compile(
    r"(?P<join>[ ._]?-[ ._]?|[ ._]?)(?:s?\d{1,4}x|x)e?(?P<e>\d{1,4})(?!\d|[ip](?![^\W_]))", _I
)
_MORE_BARE = re.compile(
    r"(?P<join>[-~+&]|_(?=\d\d(?:[ ._]-|$))| en )(?P<e>\d{1,3})(?![\d]|[ip](?![^\W_]))", _I
)
_VERSION = re.compile(r"(?:[a-c](?![^\W_])|v\d(?!\d))", _I)

_ISO_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<sep>[-._ ])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)"
)
_DMY_DATE = re.compile(
    r"(?<![^\W_])(?P<a>\d{1,2})(?P<sep>[-._])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d\d)(?!\d)"
)
_COMPACT_DATE = re.compile(
    r"(?<!\d)(?P<y>20\d\d|19[3-9]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)
_SHORT_DATE = re.compile(
    r"(?<=[ ._])(?P<y>\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?=[ ._])"
)


def find_mark(name: str) -> Mark | None:
    """The strongest mark in the name: season with episode, else a date; None where neither is."""
    for pattern, more in (
        (_SXXEXX, (_MORE_LETTERED, _MORE_BARE)),
        (_NXMM, (_MORE_CROSS, _MORE_BARE)),
        (_WORDS, (_MORE_LETTERED, _MORE_BARE)),
    ):
        found = pattern.search(name)
        if found:
            mark = _with_more(name, found, more)
            day = find_date(name[mark.end :]) or find_date(name[: mark.start])
            mark.air_date = day.air_date if day else None
            return mark
    return find_date(name)


def _with_more(name: str, found: re.Match[str], more: tuple[re.Pattern[str], ...]) -> Mark:
    groups = found.groupdict()
    season = int(groups["s"] or groups.get("s2") or 0)
    first = int(groups["e"] or groups.get("e2") or 0)
    mark = Mark(found.start(), found.end(), [season], [first])
    mark.end = _after_version(name, mark.end)
    following(name, mark, more)
    mark.end = _after_version(name, mark.end)
    return mark


def following(name: str, mark: Mark, more: tuple[re.Pattern[str], ...]) -> None:
    """Take the further episode numbers that stand behind the mark."""
    ranged = False
    while len(mark.episodes) < MOST_EPISODES:
        for pattern in more:
            found = pattern.match(name, mark.end)
            if not found:
                continue
            number = int(found["e"])
            last = mark.episodes[-1]
            if number <= last or number - last > LONGEST_STEP:
                continue
            ranged = "-" in found["join"] or "~" in found["join"] or "à" in found["join"]
            mark.episodes += range(last + 1, number) if ranged else []
            mark.episodes.append(number)
            mark.end = found.end()
            break
        else:
            return


def _after_version(name: str, at: int) -> int:
    found = _VERSION.match(name, at)
    return found.end() if found else at


def find_date(name: str) -> Mark | None:
    """The first day written in the name, as a mark."""
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date | None]], ...] = (
        (_ISO_DATE, lambda f: _day(int(f["y"]), int(f["m"]), int(f["d"]))),
        (_DMY_DATE, lambda f: _day(int(f["y"]), int(f["b"]), int(f["a"]))),
        (_COMPACT_DATE, lambda f: _day(int(f["y"]), int(f["m"]), int(f["d"]))),
        (_SHORT_DATE, lambda f: _day(2000 + int(f["y"]), int(f["m"]), int(f["d"]))),
    )
    for pattern, read in readers:
        for found in pattern.finditer(name):
            day = read(found)
            if day:
                return Mark(found.start(), found.end(), air_date=day)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    """The day, with month and day swapped where only that is possible."""
    for first, second in ((month, day), (day, month)):
        try:
            return date(year, first, second)
        except ValueError:
            continue
    return None
