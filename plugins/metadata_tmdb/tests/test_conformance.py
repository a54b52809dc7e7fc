"""The provider keeps the contract of metadata providers."""

from __future__ import annotations

from collections.abc import Callable
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

    @pytest.fixture
    def away(self, plugin_context: Callable[..., Any]) -> Any:
        return TmdbProvider(
            plugin_context({"api_key": "test-key", "base_url": "http://127.0.0.1:1/3"})
        )
