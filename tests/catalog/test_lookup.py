"""A title that others name is found for sure or not at all."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from seen.catalog.lookup import Lookup
from seen.catalog.model import folded_title
from seen.catalog.model.wanted import Wanted
from seen.catalog.service import Catalog
from seen.core.db import Database
from seen.core.events import Events
from seen.plugin.models import MediaKind
from tests.host.workshop import (
    HEAD,
    HOOK,
    MakeHost,
    Workshop,
    events,
    make_host,
    settings,
    workshop,
)

__all__ = ["events", "make_host", "settings", "workshop"]

PROVIDER = """
ASKED = []
DOWN = []

class Provider:
    id = "main"
    features = frozenset({"search", "episodes"})
    source = "archive"
    kinds = frozenset({MediaKind.MOVIE, MediaKind.SHOW})

    def __init__(self, ctx): pass
    async def start(self): pass
    async def stop(self): pass
    async def health(self): return Health()

    async def search(self, query):
        ASKED.append((query.title, dict(query.external_ids)))
        if DOWN:
            raise Unavailable("The archive does not answer")
        if not query.title:
            return [hit for hit, imdb in TITLES if query.external_ids.get("imdb") == imdb]
        return [hit for hit, _ in TITLES]

    async def episodes(self, ref, season):
        ASKED.append((ref.id, season))
        return [Episode(season, 1, "The Flood")] if season == 2 else []

def title(number, kind, name, year, imdb=""):
    return SearchHit(ExternalRef("archive", kind, number), name, year), imdb

TITLES = [
    title("1", MediaKind.MOVIE, "Low Tide", 2013, "tt1"),
    title("2", MediaKind.MOVIE, "Low Tide", 1999),
    title("3", MediaKind.MOVIE, "Low Water", 2013),
    title("4", MediaKind.SHOW, "Harbour", 2014),
]
"""


def wanted(
    title: str, year: int | None = None, kind: MediaKind = MediaKind.MOVIE, **ids: str
) -> Wanted:
    return Wanted(kind, title, folded_title(title), year, ids)


@pytest.fixture
async def lookup(
    workshop: Workshop, make_host: MakeHost, database: Database, events: Events
) -> Lookup:
    workshop.plugin("archive", HEAD + PROVIDER + HOOK)
    host = await make_host()
    assert await host.settled(5)
    return Lookup(database, host, Catalog(database, events))


def archive() -> Any:
    return sys.modules["seen_archive"]


async def test_a_title_is_the_one_of_its_id_or_the_only_one_of_its_name_and_year(
    lookup: Lookup, database: Database
) -> None:
    for sought, known in (
        (wanted("Another Name", imdb="tt1"), "1"), (wanted("Low Tide", 1999), "2"),
        (wanted("Löw  tide!", 2013), "1"), (wanted("Low Tide"), None),
        (wanted("Low Tide", 1950), None), (wanted("Low Tide", 2013, MediaKind.SHOW), None),
        (wanted("", imdb="tt9"), None),
    ):  # fmt: skip
        media_id = await lookup.elsewhere(sought)
        found = await database.fetchval(
            "select external_id from media_external_ids where media_id = $1", media_id
        )
        assert found == known, sought
    assert await lookup.here(wanted("Low Tide", 1999))
    assert await lookup.here(wanted("Low Tide")) is None, "two are called that"


async def test_a_season_is_brought_once(lookup: Lookup, database: Database) -> None:
    show = await lookup.elsewhere(wanted("Harbour", 2014, MediaKind.SHOW))
    assert show is not None
    for number in (2, 2, 7):
        await lookup.season(show, number)
    rows = await database.fetch("select season_number, title from show_episodes")
    assert [tuple(each.values()) for each in rows] == [(2, "The Flood")]
    assert archive().ASKED[-2:] == [("4", 2), ("4", 7)]


async def test_a_provider_that_does_not_answer_is_left_alone(lookup: Lookup) -> None:
    archive().DOWN.append(True)
    for _ in range(6):
        assert await lookup.elsewhere(wanted("Low Tide", 1999)) is None
    assert len(archive().ASKED) == 3
