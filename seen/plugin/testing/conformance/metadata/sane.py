"""What makes an answer one that can be used: ranges, dates, pictures, credits."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from seen.plugin.models import FeedPage, Release, SearchHit, TitleDetails
from seen.plugin.testing.shapes import assert_picture

_COUNTRY = re.compile(r"[A-Z]{2}")
_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")


def assert_hits(hits: Iterable[SearchHit], source: str, where: str) -> None:
    """Fail where a hit is not one of the source's titles, comes twice, or has odd numbers."""
    listed = tuple(hits)
    assert len({each.ref for each in listed}) == len(listed), f"{where} has a title twice"
    for each in listed:
        assert each.ref.source == source, f"{where} has a title of {each.ref.source}"
        assert each.ref.id and each.title.strip(), f"{where} has a title without id or name"
        _assert_numbers(each, f"{each.title} in {where}")
        assert_picture(each.poster, f"poster of {each.title} in {where}")
        assert_picture(each.backdrop, f"backdrop of {each.title} in {where}")
        if each.release_date is not None and each.year is not None:
            assert each.release_date.year == each.year, f"{each.title} in {where} has two years"


def _assert_numbers(title: SearchHit | TitleDetails, where: str) -> None:
    assert title.rating is None or 0 <= title.rating <= 100, f"{where}: rating {title.rating}"
    assert title.votes >= 0, f"{where}: votes {title.votes}"
    assert math.isfinite(title.popularity) and title.popularity >= 0, f"{where}: popularity"


def assert_page(page: FeedPage, source: str, number: int, where: str) -> None:
    """Fail where a page is not one of titles, or tells all of a title that is not on it."""
    assert_hits(page.hits, source, where)
    assert page.next_page in (None, number + 1), f"{where} goes on with page {page.next_page}"
    listed = {each.ref for each in page.hits}
    assert {each.ref for each in page.details} <= listed, f"{where} has details of other titles"
    for each in page.details:
        assert_details(each)


def assert_details(details: TitleDetails) -> None:
    """Fail where a title's page holds what cannot be shown."""
    _assert_numbers(details, details.title)
    for address in (details.link, details.homepage):
        assert not address or _ADDRESS.fullmatch(address), f"no address: {address!r}"
    for release in details.releases:
        assert_release(release)
    assert len(set(details.releases)) == len(details.releases), "a release comes twice"
    for offers in details.watch:
        assert offers.credit.strip(), "where to watch has to name who says so"
        assert _COUNTRY.fullmatch(offers.country) and offers.offers, "offers are of a country"
        assert not offers.link or _ADDRESS.fullmatch(offers.link), f"no address: {offers.link!r}"
    others = [each.ref for each in details.similar] + [each.hit.ref for each in details.related]
    assert details.ref not in others, "a title is not similar to itself"
    assert_hits(details.similar, details.ref.source, "similar")
    times = details.time_to_beat
    if times is not None:
        known = (times.hastily_seconds, times.normally_seconds, times.completely_seconds)
        assert any(known) and all(each is None or each > 0 for each in known), "time to beat"


def assert_release(release: Release) -> None:
    """Fail where a day is not the last one that its date can mean."""
    day, precision = release.day, release.precision
    assert not release.region or _COUNTRY.fullmatch(release.region), f"region {release.region!r}"
    assert (day is None) == (precision == "unknown"), f"{day} with precision {precision}"
    if day is None or precision == "day":
        return
    assert (day + timedelta(days=1)).day == 1, f"{day} is not the end of a {precision}"
    assert precision != "quarter" or day.month % 3 == 0, f"{day} is not the end of a quarter"
    assert precision != "year" or day.month == 12, f"{day} is not the end of a year"


def pictures(details: TitleDetails) -> Iterator[tuple[str, str]]:
    """Every picture of a title's page and what it is of."""
    yield details.artwork.poster, "artwork.poster"
    yield details.artwork.backdrop, "artwork.backdrop"
    yield from ((each.photo, f"photo of {each.name}") for each in details.credits)
    yield from ((each.poster, f"poster of season {each.number}") for each in details.seasons)
    yield from ((each, "screenshot") for each in details.screenshots)
    yield from ((each.hit.poster, f"poster of {each.hit.title}") for each in details.related)
    for offers in details.watch:
        yield from ((each.logo, f"logo of {each.name}") for each in offers.offers)
    if details.next_episode is not None:
        yield details.next_episode.still, "still of the next episode"
