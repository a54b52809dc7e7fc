"""The provider keeps the contract of metadata providers."""

from __future__ import annotations

from collections.abc import Callable
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

    @pytest.fixture
    def away(self, plugin_context: Callable[..., Any]) -> Any:
        return TvmazeProvider(plugin_context({"base_url": "http://127.0.0.1:1"}))
