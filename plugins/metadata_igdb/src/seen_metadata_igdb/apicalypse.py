"""Writes queries in Apicalypse, the service's query language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from seen.plugin.reading import plain

MOST_ROWS = 500
"""Rows of one query, at most."""
MOST_QUERIES = 10
"""Queries in one request, at most."""
LONGEST_TEXT = 200
# What ends a statement or a block, escapes or stands for anything has no place in a text: it adds
# nothing to a search, and a parser that looks for it inside of quotes would stumble.
_SIGNS = re.compile(r"[;{}*\\\n]+")


@dataclass(frozen=True, slots=True)
class Query:
    """One query. ``where`` is a condition, ``sort`` a field and "asc" or "desc". Results of a
    ``search`` come sorted by the service, which takes no ``sort`` beside it."""

    fields: tuple[str, ...]
    where: str = ""
    search: str = ""
    sort: str = ""
    limit: int = MOST_ROWS
    offset: int = 0

    def text(self, without: Collection[str] = ()) -> str:
        """The query as it is sent, but for fields whose name holds one of ``without``."""
        kept = [each for each in self.fields if not set(each.split(".")) & set(without)]
        parts = [f"fields {','.join(kept)}"]
        if self.search:
            parts.append(f"search {quoted(self.search)}")
        if self.where:
            parts.append(f"where {self.where}")
        if self.sort and not self.search:
            parts.append(f"sort {self.sort}")
        parts.append(f"limit {min(self.limit, MOST_ROWS)}")
        if self.offset:
            parts.append(f"offset {self.offset}")
        return "".join(f"{each};" for each in parts)


def several(queries: Mapping[str, tuple[str, Query]], without: Collection[str] = ()) -> str:
    """Many queries in one request: by a name, each with its endpoint."""
    if len(queries) > MOST_QUERIES:
        raise ValueError(f"one request takes {MOST_QUERIES} queries")
    return "".join(
        f'query {endpoint} "{name}" {{{query.text(without)}}};'
        for name, (endpoint, query) in queries.items()
    )


def quoted(text: str) -> str:
    """A text as a value, whatever it holds."""
    cleaned = " ".join(_SIGNS.sub(" ", plain(text, LONGEST_TEXT)).split())
    return '"' + cleaned.replace('"', '\\"') + '"'


def any_of(numbers: Iterable[int]) -> str:
    """A list of which one must be met, such as "(1,2,3)"."""
    return f"({','.join(map(str, numbers))})"


def both(*conditions: str) -> str:
    """All of the conditions; empty ones are left out."""
    return " & ".join(each for each in conditions if each)


def either(*conditions: str) -> str:
    """At least one of the conditions."""
    return f"({' | '.join(conditions)})"
