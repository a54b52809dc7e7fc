"""Names made of brackets alone, as fan groups write them: ``[Group][Title][12][1080p]``."""

from __future__ import annotations

import re

from seen_scanner_guessit.episodic import find_season
from seen_scanner_guessit.facts import Facts
from seen_scanner_guessit.tags import STRONG, WEAK
from seen_scanner_guessit.text import as_title

_TOKEN = re.compile(r"\[([^\[\]]*)\]")
_EPISODE = re.compile(
    r"\s*(?:第|ep?\.?\s?)?(?P<e>\d{1,4})(?:\s?[-~]\s?(?P<to>\d{1,4}))?\s*(?:v\d|END|Fin|完|[话話集回])*\s*",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\s*(?:19|20)\d\d\s*")
_LATIN = re.compile(r"[A-Za-z]{2}")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SEASONAL = re.compile(r"★?\s*\d{1,2}月新番\s*★?")


def read_bracketed(name: str) -> Facts | None:
    """The facts of a bracketed name, or None when the name is not of this kind."""
    if not name.startswith("[") or name.count("[") < 3:
        return None
    tokens = [(found[1].strip(), found) for found in _TOKEN.finditer(_SEASONAL.sub("", name))]
    at = next((n for n, (text, _) in enumerate(tokens) if n >= 1 and _is_episode(text)), None)
    if at is None:
        return None
    titles = [text for text, _ in tokens[1:at] if not _YEAR.fullmatch(text)]
    between = _SEASONAL.sub("", name)[tokens[0][1].end() : tokens[at][1].start()]
    outside = as_title(_TOKEN.sub(" ", between))
    if outside:
        titles = [outside]
    titles = [each for each in titles if not (STRONG.fullmatch(each) or WEAK.fullmatch(each))]
    if not titles:
        return None
    return _facts(tokens[0][0], titles, tokens[at][0], name)


def _is_episode(text: str) -> bool:
    return (
        bool(_EPISODE.fullmatch(text)) and not _YEAR.fullmatch(text) and text not in ("720", "1080")
    )


def _facts(group: str, titles: list[str], number: str, name: str) -> Facts:
    facts = Facts(kind="show", absolute=True, release_group=group, sure=True)
    found = _EPISODE.fullmatch(number)
    if found:
        first, last = int(found["e"]), int(found["to"] or found["e"])
        facts.episodes = list(range(first, min(last, first + 400) + 1)) or [first]
        facts.absolute_episode = first
    names: list[str] = []
    for title in titles:
        for half in re.split(r"\s*[/|·]\s*|_(?=[A-Z])(?<=[^\x00-\x7f]_)", title):
            season = find_season(half)
            if season:
                facts.seasons, facts.absolute, facts.absolute_episode = season.seasons, False, None
                half = half[: season.start] + half[season.end :]
            if as_title(half):
                names.append(as_title(half))
    year = re.search(r"\[((?:19|20)\d\d)\]", name)
    facts.year = int(year[1]) if year else None
    best = next((each for each in names if _LATIN.search(each) and not _WIDE.search(each)), None)
    facts.title = best or (names[0] if names else "")
    facts.alternative_titles = [each for each in names if each != facts.title]
    facts.sure = bool(facts.title)
    return facts
