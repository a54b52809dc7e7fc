"""The provider keeps the contract of metadata providers."""

from __future__ import annotations

from typing import Any

import pytest
from seen_metadata_tvmaze.provider import TvmazeProvider

from seen.plugin import MediaKind
from seen.plugin.testing.conformance import MetadataProviderSuite


class TestShows(MetadataProviderSuite):
    package = "seen_metadata_tvmaze"
    known_title = "Winter Lanterns"
    known_kind = MediaKind.SHOW

    @pytest.fixture
    def subject(self, provider: TvmazeProvider) -> Any:
        return provider
