"""What to ask metadata providers about a name, and in which order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seen.library.model.titles import normalise
from seen.plugin.models import ParsedName, SearchHit, SearchQuery

MOST_STEPS = 8
"""Questions asked of one provider about one name, at most."""


@dataclass(frozen=True, slots=True)
class SearchStep:
    """One question. Candidates found by a ``by_id`` step carry an id that the name itself names."""

    query: SearchQuery
    by_id: bool = False


def search_plan(
    parsed: ParsedName, language: str = "en-US", path: Path | None = None
) -> tuple[SearchStep, ...]:
    """The questions in order. Ask one, decide over all candidates so far, stop when matched.

    An id in the name is asked for alone, with an empty title, so that a provider that does not know
    such ids answers nothing instead of a guess. ``path`` is passed on for providers that look at
    what lies beside the file.
    """
    steps: list[SearchStep] = []
    if parsed.external_ids:
        by_id = SearchQuery("", parsed.kind, None, language, parsed.external_ids)
        steps.append(SearchStep(by_id, by_id=True))
    titles = _titles(parsed)
    years = (parsed.year, None) if parsed.year is not None else (None,)
    asked: set[tuple[str, int | None]] = set()
    for year in years:
        for title in titles:
            key = (title.casefold(), year)
            if key not in asked:
                asked.add(key)
                steps.append(SearchStep(SearchQuery(title, parsed.kind, year, language, path=path)))
    return tuple(steps[:MOST_STEPS])


def follow_ids(
    parsed: ParsedName, hits: Sequence[SearchHit], language: str = "en-US"
) -> SearchStep | None:
    """The question to ask by the ids of a side-car file.

    Ask it of every other provider; its candidates count as named by the file itself. None when
    no side-car has an id. A hit must be of the parsed kind to be followed.
    """
    for hit in hits:
        if hit.side_car and hit.external_ids and hit.ref.kind == parsed.kind:
            query = SearchQuery("", parsed.kind, None, language, hit.external_ids)
            return SearchStep(query, by_id=True)
    return None


def _titles(parsed: ParsedName) -> list[str]:
    """The name's own title first, then other spellings that a service may know it by."""
    titles = [parsed.title]
    plain = re.sub(r"[._]+", " ", parsed.title).strip()
    if normalise(plain) and plain != parsed.title:
        titles.append(plain)
    titles += [each for each in parsed.alternative_titles[:2] if normalise(each)]
    titles += filter(None, (_with_possessive(plain), _with_dots(plain)))
    return titles


def _with_possessive(title: str) -> str:
    """File names drop apostrophes: "The Kings Speech" is looked for as "The King's Speech"."""
    found = re.search(r"(?<![^\W_])([^\W\d_]+[^\W\d_s'])s(?= \S)", title, re.IGNORECASE)
    return f"{title[: found.end(1)]}'{title[found.end(1) :]}" if found and "'" not in title else ""


def _with_dots(title: str) -> str:
    """ "MASH" may be listed as "M*A*S*H" or "M.A.S.H."."""
    return ".".join(title) + "." if re.fullmatch(r"[A-Z]{3,6}", title) else ""
