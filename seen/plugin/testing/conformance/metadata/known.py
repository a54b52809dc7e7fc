"""What all checks of a metadata provider start from: a title that it knows."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from seen.plugin import MediaKind
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.models import ExternalRef, SearchHit, SearchQuery, TitleDetails
from seen.plugin.testing.conformance.capability import CapabilitySuite

FEATURES = (
    "search", "details", "episodes", "feed", "similar", "releases", "changes", "refresh", "genres",
    "browse",
)  # fmt: skip


class KnownTitleSuite(CapabilitySuite):
    """See :class:`MetadataProviderSuite`."""

    protocol = MetadataProvider
    optional: ClassVar = {name: name for name in FEATURES}
    known_title: str = ""
    known_kind: MediaKind = MediaKind.MOVIE
    unknown_id: str = "999999999"

    @pytest.fixture
    def away(self) -> Any:
        """A provider whose service cannot be reached; None for one that asks nobody."""
        return None

    async def _known(self, running: Any) -> SearchHit:
        """The known title as the provider finds it; one that has no search has it in a list."""
        if "search" in running.features:
            hits = await running.search(self._query(running))
        else:
            page = await running.feed("popular", self.known_kind, 1)
            hits = [each for each in page.hits if each.title == self.known_title]
        assert hits, f"nothing found for {self.known_title!r}"
        first = hits[0]
        assert isinstance(first, SearchHit)
        return first

    async def _details(self, running: Any) -> TitleDetails:
        known = await self._known(running)
        details = await running.details(known.ref, "en-US")
        assert isinstance(details, TitleDetails)
        return details

    def _query(self, running: Any) -> SearchQuery:
        return SearchQuery(self.known_title, self.known_kind)

    def _unknown(self, running: Any) -> ExternalRef:
        return ExternalRef(running.source, self.known_kind, self.unknown_id)

    def _needs(self, running: Any, feature: str) -> None:
        if feature not in running.features:
            pytest.skip(f"the provider does not announce {feature}")
