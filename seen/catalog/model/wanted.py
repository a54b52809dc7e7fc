"""Titles as others name them, and which answer is just the one. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seen.catalog.model.titles import folded_title
from seen.plugin.models import MediaKind, SearchHit


@dataclass(frozen=True, slots=True)
class Wanted:
    """A title as somebody else names it: an import, another player."""

    kind: MediaKind
    title: str
    folded: str
    year: int | None
    ids: Mapping[str, str]


def answers(wanted: Wanted, hits: list[SearchHit]) -> SearchHit | None:
    """The hit that is the title, or None: by an id, else the only one of that name and year.

    A guess is no help: better no match than a wrong one.
    """
    real = [each for each in hits if each.ref.kind is wanted.kind and not each.echo]
    for hit in real:
        known = {**hit.external_ids, hit.ref.source: hit.ref.id}
        if any(known.get(source) == value for source, value in wanted.ids.items()):
            return hit
    named = {
        hit.ref: hit for hit in real
        if wanted.folded in _names(hit) and wanted.year in (None, _year(hit))
    }  # fmt: skip
    return next(iter(named.values())) if len(named) == 1 else None


def _names(hit: SearchHit) -> set[str]:
    names = (hit.title, hit.original_title, *hit.alternative_titles)
    return {folded_title(each) for each in names if each}


def _year(hit: SearchHit) -> int | None:
    return hit.release_date.year if hit.release_date is not None else hit.year
