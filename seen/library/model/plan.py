"""What to ask metadata providers about a name, and in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from seen.library.model.titles import normalise
from seen.plugin.models import ParsedName, SearchQuery

MOST_STEPS = 6
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


def _titles(parsed: ParsedName) -> list[str]:
    titles = [parsed.title]
    plain = re.sub(r"[._]+", " ", parsed.title).strip()
    if normalise(plain) and plain != parsed.title:
        titles.append(plain)
    titles += [each for each in parsed.alternative_titles if normalise(each)]
    return titles[:3]
