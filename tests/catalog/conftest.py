"""A server whose only provider is an archive that the test can rearrange."""

from __future__ import annotations

import sys
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from seen.catalog.jobs.changes import Changes
from seen.catalog.jobs.seasons import Seasons
from seen.catalog.jobs.sections import SectionLists
from seen.catalog.jobs.titles import Titles
from seen.compose import Server, open_server
from seen.core.jobs import JobContext
from seen.core.settings import Settings
from tests.host.workshop import HEAD, HOOK, Workshop, workshop

__all__ = ["workshop"]

ARCHIVE = """
ASKED = []
LISTS = {}       # (feed, kind) -> list of SearchHit
WHOLE = {}       # ref -> TitleDetails
GONE = set()     # refs
BROKEN = []      # an error to raise from now on
CHANGED = []     # refs
EPISODES = {}    # (ref, season) -> list of Episode
FOUND = []       # what search finds by ids


class Provider:
    id = "main"
    source = "SOURCE"
    kinds = frozenset(MediaKind)
    features = frozenset(
        {"search", "details", "episodes", "feed", "changes", "refresh"}
    )

    def __init__(self, ctx):
        self.ctx = ctx

    async def start(self): ...
    async def stop(self): ...

    async def health(self):
        return Health()

    def _ask(self, *what):
        ASKED.append(what)
        if BROKEN:
            raise BROKEN[0]

    async def search(self, query):
        self._ask("search", dict(query.external_ids))
        return list(FOUND)

    async def details(self, ref, language="en-US"):
        self._ask("details", ref.id)
        if ref not in WHOLE:
            raise NotFound("not here")
        return WHOLE[ref]

    async def episodes(self, ref, season):
        self._ask("episodes", ref.id, season)
        return list(EPISODES.get((ref, season), ()))

    async def feed(self, feed, kind, page=1):
        self._ask("feed", feed, page)
        if (feed, kind) not in LISTS:
            raise Unsupported("no such list")
        rows = LISTS[feed, kind]
        at = (page - 1) * 20
        return FeedPage(tuple(rows[at:at + 20]), page + 1 if at + 20 < len(rows) else None)

    async def changes(self, since, kind):
        self._ask("changes")
        return [each for each in CHANGED if each.kind is kind]

    async def refresh(self, known, language="en-US"):
        self._ask("refresh", tuple((each.ref.id, each.validator) for each in known))
        answers = []
        for each in known:
            if each.ref in GONE:
                answers.append(Refreshed(each.ref, "gone"))
            elif each.ref in WHOLE and WHOLE[each.ref].validator == each.validator:
                answers.append(Refreshed(each.ref, "unchanged"))
            elif each.ref in WHOLE:
                answers.append(Refreshed(each.ref, "changed", WHOLE[each.ref]))
        return answers
"""


class Archive:
    """A provider of the test: what it has can be changed at any time through ``has``."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def has(self) -> Any:
        """The plugin's module, with its lists and titles."""
        return sys.modules[f"seen_{self.name}"]

    def asked(self, what: str) -> list[tuple[Any, ...]]:
        """The questions of one kind so far."""
        return [each for each in self.has.ASKED if each[0] == what]


@pytest.fixture
def archive(workshop: Workshop) -> Archive:
    """The provider "archive", first in order."""
    workshop.plugin("archive", HEAD + ARCHIVE.replace("SOURCE", "archive") + HOOK)
    return Archive("archive")


@pytest.fixture
def spare(workshop: Workshop, archive: Archive) -> Archive:
    """A second provider behind the first."""
    workshop.plugin("spare", HEAD + ARCHIVE.replace("SOURCE", "spare") + HOOK)
    return Archive("spare")


@pytest.fixture
async def server(settings: Settings, archive: Archive) -> AsyncIterator[Server]:
    async with open_server(settings, works=False) as opened:
        assert await opened.host.settled(30)
        yield opened


Run = Callable[..., Any]


@pytest.fixture
def run(server: Server) -> Run:
    """Do one of the four jobs now; answers with its sentence."""
    providers = server.host.metadata_providers
    jobs = {
        "lists": SectionLists(server.db, server.events, server.catalog, providers).run,
        "titles": Titles(
            server.db, server.events, server.catalog, providers, server.library.absorb
        ).run,
        "changes": Changes(server.db, providers).run,
        "seasons": Seasons(server.db, server.events, server.catalog, providers).run,
    }

    async def do(name: str, **facts: Any) -> str:
        return await jobs[name](JobContext(server.jobs, uuid.uuid4(), facts))

    return do
