"""The provider keeps the contract of metadata providers."""

from __future__ import annotations

from typing import Any

import pytest
from seen_metadata_tmdb.provider import TmdbProvider

from seen.plugin import MediaKind
from seen.plugin.testing.conformance import MetadataProviderSuite


class TestMovies(MetadataProviderSuite):
    package = "seen_metadata_tmdb"
    known_title = "The Slow Harbour"

    @pytest.fixture
    def subject(self, provider: TmdbProvider) -> Any:
        return provider


class TestShows(MetadataProviderSuite):
    package = "seen_metadata_tmdb"
    known_title = "Winter Lanterns"
    known_kind = MediaKind.SHOW

    @pytest.fixture
    def subject(self, provider: TmdbProvider) -> Any:
        return provider
