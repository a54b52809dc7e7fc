"""The exact path: names whose marks are clear are read by patterns alone."""

from __future__ import annotations

import re

from seen_scanner_guessit import tags
from seen_scanner_guessit.bracketed import read_bracketed
from seen_scanner_guessit.episodic import find_absolute, find_capitulo, find_season
from seen_scanner_guessit.extras import extra_in
from seen_scanner_guessit.facts import Facts
from seen_scanner_guessit.identifiers import take_ids
from seen_scanner_guessit.marks import Mark, find_mark
from seen_scanner_guessit.text import as_title

_SITE = re.compile(
    r"^[\[({]?\s*(?:www[ .]\S+?[ .](?:[a-z]{2,4})|[\w-]+\.(?:com|org|net|tv|ca|to|cc|io|me|li|pl|"
    r"de))(?![^\W_])\s*[\])}]?"
    r"(?:\s*[-–]\s*|(?<=[\])}])\s*[._]?)", re.IGNORECASE)  # fmt: skip
_GROUP_FIRST = re.compile(r"^\[([^\]]{1,40})\][\s._-]*(?=\S)")
_YEAR = re.compile(r"(?<![^\W_])(?:18[89]\d|19\d\d|20[0-4]\d)(?![^\W_]|p\b)")
_YEAR_LAST = re.compile(r"^(?P<title>.*?\S)[\s._-]*[(\[]?(?P<year>19\d\d|20[0-4]\d)[)\]]?[\s._-]*$")
_CATALOGUE = re.compile(r"^(?:\d{6}\s+)(?=\S)")
_JUNK = re.compile(r"\[email.protected\]|★|⭐", re.IGNORECASE)
_COUNTRY = re.compile(r"^(?P<title>.*\S)\s*(?:\((?P<country>US|UK|AU|NZ|CA)\)|\s(?P<bare>US|UK))$")
_COUNTED = re.compile(r"(?<=\S)\s+-\s+(\d{1,4}|\d{1,4}[.-]\d{1,4})\s*[-(]*\s*$")
_YEAR_NEXT = re.compile(r"[\s._-]*[(\[]?((?:19|20)\d\d)(?![^\W_])(?![-._ ]\d\d[-._ ]\d\d)")
_NUMBER_NEXT = re.compile(r"[.]\d{1,3}[.]|[ ._]*(?:&|\+|and[ .])")
_COUNT_NEXT = re.compile(r"\s*\(\d{1,4}")
_COMPLETE = re.compile(
    r"(?<![^\W_])(?:the[ ._])?(?:complete(?:[ ._](?:series|seasons?))?|mini[ ._]?series|"
    r"integrale?|intégrale)(?![^\W_]).*$",
    re.IGNORECASE,
)
_ODD = re.compile(r"[\[\]{}<>/\\|]|(?:^|[\W_])www[\W_]", re.IGNORECASE)
_MIXED = re.compile(
    r"[\u0400-\u04ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af].*[A-Za-z]{2}|"
    r"[A-Za-z]{2}.*[\u0400-\u04ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_LAST_EPISODE = re.compile(
    r"(?<![^\W_])(?:ep|episode|season|series|vol|volume|staffel|сезон)[\W\d_]*$", re.IGNORECASE
)
_PREFIXED = re.compile(
    r"^(?:[a-z0-9]{2,8}-[a-z]|[A-Za-z]{2,5}-[A-Z][a-z]+[._]|fr - )", re.IGNORECASE
)
_MONTH_LAST = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:[ ._]\d{1,2})?$", re.IGNORECASE
)
_HOLLOW = re.compile(r"^[\W_]*$")


def read_name(name: str) -> Facts:
    """Read one name, without its suffix. ``sure`` in the answer says that nobody else need look."""
    ids, name = take_ids(name)
    name = _JUNK.sub(" ", _SITE.sub("", name.strip())).strip()
    facts = read_bracketed(name) or _read(name)
    facts.external_ids = ids
    facts.resolution = tags.resolution_in(name)
    facts.source = tags.source_in(name)
    facts.edition = tags.edition_in(name)
    facts.part = tags.part_in(name)
    facts.extra = extra_in(name)
    facts.release_group = facts.release_group or tags.group_in(name)
    return facts


def _read(name: str) -> Facts:
    group = _GROUP_FIRST.match(name)
    body = name[group.end() :].replace("_", " ") if group else name
    mark = find_mark(body)
    if mark is None or (mark.air_date and not mark.episodes):
        numbered = find_capitulo(body) or find_absolute(body, fansub=bool(group))
        mark = numbered if numbered and (mark is None or numbered.start < mark.start) else mark
    if mark:
        facts = _episode(body, mark, fansub=bool(group))
    else:
        season = find_season(body)
        facts = _pack(body, season) if season else _movie(body, fansub=bool(group))
    if group:
        facts.release_group = group[1]
    return facts


def _episode(name: str, mark: Mark, fansub: bool) -> Facts:
    facts = Facts(kind="show", seasons=mark.seasons, episodes=mark.episodes,
                  air_date=mark.air_date, absolute=mark.absolute)  # fmt: skip
    before = _CATALOGUE.sub("", name[: mark.start])
    after = name[mark.end :]
    if mark.absolute:
        season = find_season(before)
        if season and len(season.seasons) == 1:
            facts.seasons, facts.absolute = season.seasons, False
            before = before[: season.start] + before[season.end :]
        else:
            facts.absolute_episode = mark.episodes[0]
    counted = _COUNTED.search(before) if facts.seasons else None
    if counted:
        facts.absolute_episode = int(counted[1]) if counted[1].isdecimal() else None
        before = before[: counted.start()]
    facts.title, facts.year = _title_and_year(before)
    if facts.year is None and facts.seasons in ([], [1]) and not facts.air_date:
        later = _YEAR_NEXT.match(after)
        facts.year = int(later[1]) if later else None
    _country(facts)
    facts.episode_title = _episode_title(after)
    facts.sure = _plain(before, facts) and not _NUMBER_NEXT.match(after)
    if mark.absolute:
        facts.sure = facts.sure and fansub and not _COUNT_NEXT.match(after) and " - " not in before
    return facts


def _pack(name: str, mark: Mark) -> Facts:
    facts = Facts(kind="show", seasons=mark.seasons)
    before = _COMPLETE.sub("", name[: mark.start]).rstrip(" ._-")
    before = re.sub(r"[ ._-]+the$", "", before, flags=re.IGNORECASE)
    after = name[mark.end :]
    facts.title, facts.year = _title_and_year(before)
    if facts.year is None and facts.seasons == [1]:
        later = _YEAR_NEXT.match(after)
        facts.year = int(later[1]) if later else None
    _country(facts)
    facts.sure = _plain(before, facts) and (
        not after or bool(tags.STRONG.match(after.lstrip(" ._[(")))
    )
    return facts


def _title_and_year(before: str) -> tuple[str, int | None]:
    text = before.rstrip(" ._-([{")
    found = _YEAR_LAST.match(text)
    if found and not _HOLLOW.match(found["title"]):
        return as_title(found["title"]), int(found["year"])
    return as_title(text), None


def _country(facts: Facts) -> None:
    found = _COUNTRY.match(facts.title)
    if found:
        country = found["country"] or found["bare"]
        facts.alternative_titles.append(f"{found['title']} {country}")
        facts.title = found["title"]


def _episode_title(after: str) -> str:
    text = after[: tags.first_strong(after)].lstrip(" ._-–:")
    return as_title(tags.without_weak_end(re.split(r"[\[({]", text)[0]))


def _plain(before: str, facts: Facts) -> bool:
    """Whether the text in front of a mark can be taken for the title as it stands."""
    if len(facts.title) < 2 or _ODD.search(before) or tags.STRONG.search(before):
        return False
    if tags.EDITION_WORDS.search(before) or _MIXED.search(before) or _LAST_EPISODE.search(before):
        return False
    return not _PREFIXED.match(before) and not re.search(r"\d{5}|\s-\s\d|\d\s-\s", before)


def _movie(name: str, fansub: bool) -> Facts:
    stop = tags.first_strong(name)
    years = [found for found in _YEAR.finditer(name, 1) if found.start() <= stop]
    years = [found for found in years if not _HOLLOW.match(name[: found.start()])]
    if not years:
        before = name[:stop].rstrip(" ._-([{")
        return Facts(title=as_title(tags.without_weak_end(before)))
    year = years[-1]
    before = name[: year.start()].rstrip(" ._-([{")
    after = name[year.end() :].lstrip(")]} ._")
    closed = name[year.end() : year.end() + 1] in (")", "]")
    facts = Facts(kind="movie", title=as_title(before), year=int(year[0]))
    facts.sure = (
        not fansub
        and (not after or tags.starts_with_tag(after) or after[0] in "-[(")
        and not re.search(r"[()]|[ .]-[ .]|[ ._][A-Z]{2,4}$|^\d\d[ ._]\d\d", before)
        and (tags.without_weak_end(before) == before or (closed and tags.ends_in_language(before)))
        and not _COMPLETE.search(after)
        and (closed or not re.search(r"\d{3}$", before))
        and not _MONTH_LAST.search(before)
        and _plain(before, facts)
    )
    return facts
