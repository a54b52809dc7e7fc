"""Several providers know the same show: which one is asked, and whose title it becomes."""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import UUID

import pytest

from seen.catalog.service import Catalog
from seen.core.db import Database
from seen.core.events import Events
from seen.host import PluginHost
from seen.library.identify import Identified, Identifier
from seen.plugin.models import MediaKind, ParsedName
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
PATH = Path("/media/show.mkv")

PROVIDER = """
ASKED = []

class Provider:
    id = "main"
    features = frozenset({"search", "details", "episodes", "feed"})
    source = "SOURCE"
    kinds = frozenset({MediaKind.SHOW})

    def __init__(self, ctx): pass
    async def start(self): pass
    async def stop(self): pass
    async def health(self): return Health()

    async def search(self, query):
        ASKED.append((query.title, dict(query.external_ids)))
        if DOWN:
            raise Unavailable("The service does not answer")
        return [hit for hit, ids in SHOWS
                if hit.title == query.title
                or any(ids.get(k) == v for k, v in query.external_ids.items())]

    async def details(self, ref, language="en-US"):
        hit, ids = next((h, i) for h, i in SHOWS if h.ref == ref)
        return TitleDetails(ref, hit.title, external_ids=ids, release_date=hit.release_date)

    async def episodes(self, ref, season): return [Episode(season, 1, "First")]
    async def feed(self, feed, kind, page=1): return FeedPage(())

def show(number, title, year, tells=False, **ids):
    ref = ExternalRef("SOURCE", MediaKind.SHOW, number)
    return SearchHit(ref, title, year, external_ids=ids if tells else {}), ids
"""


class Two:
    """The provider "first" is asked before "second"; both are plugins like any other."""

    def __init__(self, workshop: Workshop, make_host: MakeHost, catalog: Catalog) -> None:
        self._workshop = workshop
        self._make_host = make_host
        self._catalog = catalog
        self._host: PluginHost | None = None

    def know(self, name: str, shows: str, down: bool = False) -> None:
        """Which shows a provider knows, and whether it can be asked."""
        source = HEAD + PROVIDER.replace("SOURCE", name) + HOOK
        self._workshop.plugin(name, f"{source}\nSHOWS = [{shows}]\nDOWN = {down}\n")

    async def identify(self, title: str, year: int | None = None) -> Identified:
        """What the first episode of a show with this name is."""
        if self._host is None:
            self._host = await self._make_host()
            assert await self._host.settled(10)
        parsed = ParsedName(MediaKind.SHOW, title, year=year, season=1, episodes=(1,))
        return await Identifier(self._host, self._catalog, self._absorb).identify(
            PATH, parsed, None
        )

    async def _absorb(self, twin: UUID, media_id: UUID) -> None:
        raise AssertionError("there was one title from the beginning")

    def asked(self, name: str) -> list[tuple[str, dict[str, str]]]:
        """Titles and ids of the questions so far."""
        return list(sys.modules[f"seen_{name}"].ASKED)

    async def owner(self, found: Identified) -> str:
        """Whose title it became."""
        assert found.media_id is not None, found.reason
        return (await self._catalog.title(found.media_id)).provider


@pytest.fixture
def two(workshop: Workshop, make_host: MakeHost, database: Database, events: Events) -> Two:
    return Two(workshop, make_host, Catalog(database, events))


async def test_the_second_is_not_asked_where_the_first_is_sure(two: Two) -> None:
    two.know("first", "show('1', 'The Pier', 2014)")
    two.know("second", "show('7', 'The Pier', 2014), show('8', 'The Pier', 1999)")
    found = await two.identify("The Pier")
    assert (await two.owner(found), two.asked("second")) == ("first", [])


async def test_another_copy_of_the_same_show_makes_nothing_ambiguous(two: Two) -> None:
    two.know("first", "show('1', 'The Pier', 2014), show('2', 'The Pier', 1999)")
    two.know("second", "show('7', 'The Pier', 2015, tells=True, imdb='tt0000001')")
    assert (await two.identify("The Pier", 1999)).media_id is not None
    alone = await two.identify("The Pier")
    assert alone.reason == "2 titles have this name, and the file names no year"


async def test_what_only_the_second_finds_becomes_the_firsts_title_where_that_knows_its_id(
    two: Two,
) -> None:
    two.know("first", "show('1', 'Le Quai', 2014, imdb='tt0000001')")
    two.know("second", "show('7', 'The Pier', 2014, tells=True, imdb='tt0000001')")
    found = await two.identify("The Pier", 2014)
    assert await two.owner(found) == "first"
    assert two.asked("first")[-1] == ("", {"imdb": "tt0000001"})
    assert found.episode_ids


async def test_ids_that_a_service_tells_do_not_stand_for_the_files_name(two: Two) -> None:
    two.know("first", "show('1', 'Le Quai', 2014, imdb='tt0000001')")
    two.know("second", "show('7', 'The Pier', 1980, tells=True, imdb='tt0000001')")
    found = await two.identify("The Pier", 2014)
    assert found.media_id is None
    assert ("", {"imdb": "tt0000001"}) not in two.asked("first")


async def test_what_only_the_second_knows_is_its_own(two: Two) -> None:
    two.know("first", "")
    two.know("second", "show('7', 'The Pier', 2014, tells=True, imdb='tt0000001')")
    assert await two.owner(await two.identify("The Pier")) == "second"


async def test_a_show_that_both_describe_in_turn_is_one_title(two: Two) -> None:
    two.know("first", "show('1', 'The Pier', 2014, imdb='tt0000001', tvdb='5')", down=True)
    two.know("second", "show('7', 'The Pier', 2014, tells=True, imdb='tt0000001')")
    before = await two.identify("The Pier")
    assert not before.complete and await two.owner(before) == "second"
    sys.modules["seen_first"].DOWN = False
    after = await two.identify("The Pier")
    assert after.complete and await two.owner(after) == "first"
    assert after.media_id == before.media_id
