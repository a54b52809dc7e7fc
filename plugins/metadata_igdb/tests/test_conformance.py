"""The provider keeps the contract of metadata providers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from seen_metadata_igdb.provider import IgdbProvider

from seen.plugin import MediaKind
from seen.plugin.testing.conformance import MetadataProviderSuite


class TestGames(MetadataProviderSuite):
    package = "seen_metadata_igdb"
    known_title = "Harbour Quest"
    known_kind = MediaKind.GAME

    @pytest.fixture
    def subject(self, provider: IgdbProvider) -> Any:
        return provider

    @pytest.fixture
    def away(self, config: dict[str, Any], plugin_context: Callable[..., Any]) -> Any:
        return IgdbProvider(plugin_context({**config, "base_url": "http://127.0.0.1:1/v4"}))
