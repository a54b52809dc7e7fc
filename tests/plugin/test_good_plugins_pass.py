"""Plugins that keep every promise pass the suites."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from good_plugins import GoodEngine, GoodProvider, GoodRecommender, GoodScanner, GoodWidget

from seen.plugin import MediaKind
from seen.plugin.models import DownloadSpec
from seen.plugin.testing.conformance import (
    DownloadEngineSuite,
    MetadataProviderSuite,
    RecommenderSuite,
    ScannerSuite,
    WidgetSuite,
)

MANIFEST = {
    "plugin": {
        "name": "good", "title": "Good", "description": "Keeps its promises.", "api": ">=1.0,<2",
        "provides": ["widgets"],
    }
}  # fmt: skip


class WithManifest:
    """These plugins are no packages; their manifest is given."""

    @pytest.fixture
    def manifest(self) -> dict[str, Any]:
        return MANIFEST


class TestProvider(WithManifest, MetadataProviderSuite):
    known_title = "Winter Lanterns"
    known_kind = MediaKind.SHOW

    @pytest.fixture
    def subject(self) -> GoodProvider:
        return GoodProvider()


class TestScanner(WithManifest, ScannerSuite):
    @pytest.fixture
    def subject(self) -> GoodScanner:
        return GoodScanner()


class TestRecommender(WithManifest, RecommenderSuite):
    @pytest.fixture
    def subject(self) -> GoodRecommender:
        return GoodRecommender()


class TestWidget(WithManifest, WidgetSuite):
    @pytest.fixture
    def subject(self) -> GoodWidget:
        return GoodWidget()


class TestEngine(WithManifest, DownloadEngineSuite):
    @pytest.fixture
    def subject(self) -> GoodEngine:
        return GoodEngine()

    @pytest.fixture
    def spec(self, tmp_path: Path) -> DownloadSpec:
        return DownloadSpec("job-1", "http://127.0.0.1/film.mkv", tmp_path / "downloads")
