"""Reads when and where a title comes out, for whom, and where it can be watched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from seen.plugin import MediaKind
from seen.plugin.models import Offer, Release, ReleaseKind, WhereToWatch
from seen.plugin.reading import Json, address, day, integer, part, rows, text
from seen_metadata_tmdb.rows import Lookup

CREDIT = "JustWatch"
"""Who gathers the offers; the service's terms ask to name them."""
_KINDS: dict[int, ReleaseKind] = {
    1: "premiere", 2: "limited", 3: "theatrical", 4: "digital", 5: "physical", 6: "tv",
}  # fmt: skip
_WAYS: dict[str, Literal["stream", "free", "ads", "rent", "buy"]] = {
    "flatrate": "stream",
    "free": "free",
    "ads": "ads",
    "rent": "rent",
    "buy": "buy",
}
MOST_OFFERS = 60


def _of_country(answer: Json, country: str) -> Iterator[Json]:
    """The entries of a country, then those of the United States for one that has none."""
    for wanted in dict.fromkeys((country, "US")):
        yield from (row for row in rows(answer, "results") if row.get("iso_3166_1") == wanted)


def content_rating(source: Json, kind: MediaKind, country: str) -> str:
    """For whom a title is, as the country's own board says, such as "PG-13"."""
    if kind is MediaKind.SHOW:
        marks = (
            text(row, "rating", longest=20)
            for row in _of_country(part(source, "content_ratings"), country)
        )
    else:
        marks = (
            text(each, "certification", longest=20)
            for row in _of_country(part(source, "release_dates"), country)
            for each in rows(row, "release_dates")
        )
    return next((each for each in marks if each), "")


def releases(source: Json, country: str) -> tuple[Release, ...]:
    """All releases in a country, first ones first; elsewhere where it has none there."""
    found: dict[Release, None] = {}
    for row in _of_country(part(source, "release_dates"), country):
        region = str(row.get("iso_3166_1"))
        if any(each.region != region for each in found):
            break
        found.update(dict.fromkeys(_releases(row, region)))
    return tuple(sorted(found, key=lambda each: (str(each.day), each.kind)))


def _releases(row: Json, region: str) -> Iterator[Release]:
    for each in rows(row, "release_dates"):
        kind = _KINDS.get(integer(each, "type") or 0)
        released = day(each, "release_date")
        if kind and released:
            yield Release(released, kind=kind, region=region, note=text(each, "note", longest=100))


def where_to_watch(source: Json, country: str, lookup: Lookup) -> tuple[WhereToWatch, ...]:
    """The offers in a country, with the credit that they must not be shown without."""
    found = part(part(part(source, "watch/providers"), "results"), country)
    offers = tuple(dict.fromkeys(_offers(found, lookup)))[:MOST_OFFERS]
    if not offers or not re.fullmatch("[A-Z]{2}", country):
        return ()
    return (WhereToWatch(country, offers, CREDIT, address(found.get("link"))),)


def _offers(found: Json, lookup: Lookup) -> Iterator[Offer]:
    for key, way in _WAYS.items():
        for row in rows(found, key):
            if name := text(row, "provider_name", longest=100):
                yield Offer(name, way, lookup.picture(row, "logo_path", "w92"))
