"""The provider keeps the contract of metadata providers."""

from __future__ import annotations

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
