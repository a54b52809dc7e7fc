"""Metadata providers: who knows what a title is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from seen.plugin.capabilities.capability import Capability
from seen.plugin.models import (
    BrowseQuery,
    Episode,
    ExternalRef,
    FeedKind,
    FeedPage,
    KnownTitle,
    MediaKind,
    Refreshed,
    SearchHit,
    SearchQuery,
    TitleDetails,
)


class MetadataProvider(Capability, Protocol):
    """Features: ``search``, ``details``, ``episodes``, ``feed``, ``similar``, ``releases``,
    ``changes``, ``refresh``, ``genres``, ``browse``. ``kinds`` names the kinds of title the
    provider knows; ``source`` is the name its references carry.

    Answers MUST hold plain text (markup stripped), dates that exist and pictures that are http(s)
    addresses or files. A wrong or partial answer of the service MUST NOT raise anything but a
    PluginError; an unreadable part of it is left out.
    """

    @property
    def source(self) -> str: ...
    @property
    def kinds(self) -> frozenset[MediaKind]: ...

    async def search(self, query: SearchQuery) -> Sequence[SearchHit]:
        """Titles that may be the one, best first, at most 20.

        An id of the query that the provider can look up MUST come back as the only hit. No hit is
        an empty sequence, never an error.
        """
        ...

    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        """All about a title. MUST raise NotFound for one that is gone."""
        ...

    async def episodes(self, ref: ExternalRef, season: int) -> Sequence[Episode]:
        """The episodes of a season in order; empty when the season is unknown."""
        ...

    async def feed(self, feed: FeedKind, kind: MediaKind, page: int = 1) -> FeedPage:
        """A page of a list such as "trending". MUST raise Unsupported for a list it lacks."""
        ...

    async def similar(self, ref: ExternalRef) -> Sequence[SearchHit]:
        """Titles that people who like this one may like."""
        ...

    async def releases(self, start: date, end: date, kind: MediaKind) -> Sequence[SearchHit]:
        """Titles released from ``start`` to ``end``, both included."""
        ...

    async def changes(self, since: datetime, kind: MediaKind) -> Sequence[ExternalRef]:
        """Titles that changed since then."""
        ...

    async def refresh(
        self, known: Sequence[KnownTitle], language: str = "en-US"
    ) -> Sequence[Refreshed]:
        """What became of some titles, at most 50, asking only for what changed where the service
        can tell. A title that could not be asked about is left out and comes again later; one of
        another service is left out, too.

        MUST say "gone" only where the service itself said so. MUST raise a PluginError only where
        not one of the titles could be asked about.
        """
        ...

    async def genres(self, kind: MediaKind) -> Sequence[str]:
        """The names of the service's genres for a kind, in the words of its details."""
        ...

    async def browse(self, query: BrowseQuery) -> FeedPage:
        """A page of the service's catalog. An unknown genre is an empty page."""
        ...
