"""Weaker signs of episodes and seasons: absolute numbers, lone episode words, season packs."""

from __future__ import annotations

import re

from seen_scanner_guessit.marks import MOST_EPISODES, Mark
from seen_scanner_guessit.tags import STRONG

_I = re.IGNORECASE
_STOP = r"(?=\s*(?:v\d)?\s*(?:$|[\[(]|\s-\s|END\b|Fin\b|完))"
_FINISH = r"(?:v\d)?(?:\s?(?:END|Fin|完))?"
_LETTERED = re.compile(
    r"(?<![^\W_])(?:e|(?:ep|eps|episode|episodio|cap|folge|epizod|afl|серия|серии|"
    r"эпизод)[ ._:#-]{0,3})(?P<e>\d{1,4})"
    r"(?P<more>(?:[ ._]?[-~&+][ ._]?(?:e|ep)?\d{1,4})*)(?:v\d|[a-c])?(?![^\W_])",
    _I,
)
_TURKISH = re.compile(r"(?<=[ ._])(?P<e>\d{1,4})[ .]{0,2}(?:blm|bolum|bölüm)(?![^\W_])", _I)
_HASH = re.compile(r"(?<![^\W_])#\s?(?P<e>\d{1,4})(?:v\d)?(?![^\W_])")
_OF = re.compile(r"(?<![^\W_])\(?(?P<e>\d{1,2})[ ._]?(?:of|iz|из)[ ._]?\d{1,3}\)?(?![^\W_])", _I)
_DASHED = re.compile(r"\s-\s?(?P<e>\d{1,4})(?P<more>(?:\s?[-~]\s?\d{1,4})*)" + _FINISH + _STOP, _I)
_BRACKET = re.compile(
    r"[\[(](?:第)?(?:ep?\.?)?(?P<e>\d{1,4})(?P<more>-\d{1,4})?(?:[话話集]|v\d|\s?END|\s?Fin|完)*[\])]",
    _I,
)
_CJK = re.compile(r"第\s?(?P<e>\d{1,4})(?P<more>-\d{1,4})?\s?[话話集回]")
_BARE = re.compile(
    r"(?<=[\s._])(?P<e>\d{2,4})(?P<more>(?:\s?[-~]\s?\d{1,4})?)" + _FINISH + _STOP, _I
)
_TRAILING = re.compile(r"(?<=[ ._])(?P<e>\d{2,4})(?:v\d)?$")

_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
}
_CHINESE = {each: at + 1 for at, each in enumerate("一二三四五六七八九十")}
_SEASON = re.compile(
    r"(?<![^\W_])(?:s(?P<s>\d{1,2}|(?:19|20)\d\d)(?P<to>\s?-\s?s?\d{1,2}(?!\d)|(?:[ ._]s\d{1,2})+)?"
    r"|(?:complete[ ._])?(?:seasons?|saisons?|staffel|temporadas?|stagione|sezon|seizoen|"
    r"сезон)[ ._:]{0,3}"
    r"(?:(?P<w>\d{1,2}|(?:19|20)\d\d)(?P<wto>\s?(?:-|to|:|\.\.)\s?\d{1,2}(?!\d))?|"
    r"(?P<r>[ivx]{1,4}))"
    r"|series[ ._](?P<ser>\d{1,2})(?=[ ._]*(?:$|[(\[]))"
    r"|(?P<o>\d{1,2})(?:st|nd|rd|th|[ªº])?[ ._](?:season|temporada|сезон|staffel)"
    r"|第(?P<c>[一二三四五六七八九十\d]{1,2})季)(?![^\W_])",
    _I,
)


def find_absolute(name: str, fansub: bool) -> Mark | None:
    """An episode number without a season. ``fansub``: the name starts with a group's tag."""
    for pattern in (
        _TURKISH,
        _LETTERED,
        _CJK,
        _HASH,
        _DASHED,
        *((_BRACKET,) if fansub else ()),
        _OF,
    ):
        mark = _numbered(name, pattern)
        if mark:
            return mark
    if not fansub:
        return None
    return _numbered(name, _BARE) or _numbered(_before_tags(name), _TRAILING)


def _before_tags(name: str) -> str:
    found = STRONG.search(name)
    return name[: found.start()].rstrip(" ._-[(") if found else name


def _numbered(name: str, pattern: re.Pattern[str]) -> Mark | None:
    for found in (
        reversed(list(pattern.finditer(name))) if pattern is _DASHED else pattern.finditer(name)
    ):
        first = int(found["e"])
        if found.start() == 0 or 1900 <= first <= 2100:
            continue
        if name[found.start() :].lstrip(" -[(").lower().startswith(("480 ", "720]", "1080]")):
            continue
        mark = Mark(found.start(), found.end(), [], [first], absolute=True)
        for number in re.findall(r"\d+", found.groupdict().get("more") or ""):
            last = mark.episodes[-1]
            if last < int(number) <= last + MOST_EPISODES:
                mark.episodes += range(last + 1, int(number) + 1)
        return mark
    return None


def find_season(name: str) -> Mark | None:
    """A season without an episode ("S02", "Season 2", "第二季", "S01-S10")."""
    found = _SEASON.search(name)
    if not found:
        return None
    if found["r"]:
        number = _ROMAN.get(found["r"].lower(), 0)
    elif found["c"]:
        number = _CHINESE.get(found["c"]) or int(found["c"] if found["c"].isdecimal() else 0)
    else:
        number = int(found["s"] or found["w"] or found["o"] or found["ser"])
    seasons = [number]
    for text in re.findall(r"\d+", found["to"] or found["wto"] or ""):
        if seasons[-1] < int(text) <= 60:
            seasons += range(seasons[-1] + 1, int(text) + 1)
    return Mark(found.start(), found.end(), seasons)


_CAPITULO = re.compile(
    r"\[?(?<![^\W_])cap\.?[ ]?(?P<s>\d{1,2})(?P<e>\d\d)(?:[_-](?P<to>\d{3,4}))?(?!\d)\]?",
    re.IGNORECASE,
)
_TEMPORADA = re.compile(r"[ ._-]*temporada[ ._]?\d{1,2}.*$|[ ._]*[\[(][^\[\]]*$", re.IGNORECASE)


def find_capitulo(name: str) -> Mark | None:
    """The Spanish form ``[Cap.102]``: season 1, episode 2. Starts where the title ends."""
    found = _CAPITULO.search(name)
    if not found:
        return None
    first = int(found["e"])
    last = int(found["to"][-2:]) if found["to"] else first
    end_of_title = _TEMPORADA.search(name[: found.start()])
    start = end_of_title.start() if end_of_title else found.start()
    return Mark(start, found.end(), [int(found["s"])], list(range(first, max(first, last) + 1)))
