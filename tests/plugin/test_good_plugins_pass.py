"""Plugins that keep every promise pass the suites."""

from __future__ import annotations

import ast
import asyncio
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from good_plugins import (
    AwayProvider,
    GoodEngine,
    GoodImporter,
    GoodProvider,
    GoodRecommender,
    GoodScanner,
    GoodWidget,
    Tap,
    write_club,
)

from seen.plugin import MediaKind
from seen.plugin.models import DownloadSpec
from seen.plugin.testing.conformance import (
    DownloadEngineSuite,
    ImporterSuite,
    MetadataProviderSuite,
    RecommenderSuite,
    ScannerSuite,
    WidgetSuite,
)
from seen.plugin.testing.jobs import HeldJob

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

    @pytest.fixture
    def away(self) -> AwayProvider:
        return AwayProvider()


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


class TestImporter(WithManifest, ImporterSuite):
    @pytest.fixture
    def subject(self) -> GoodImporter:
        return GoodImporter()

    @pytest.fixture
    def upload(self, tmp_path: Path) -> Path:
        return write_club(tmp_path)


class TestEngine(WithManifest, DownloadEngineSuite):
    @pytest.fixture
    def subject(self, tap: Tap) -> GoodEngine:
        return GoodEngine({"http://host/held.mkv": tap})

    @pytest.fixture
    def tap(self) -> Tap:
        return Tap(asyncio.Event())

    @pytest.fixture
    def spec(self, tmp_path: Path) -> DownloadSpec:
        return DownloadSpec("job-1", "http://host/film.mkv", tmp_path / "downloads" / "job-1")

    @pytest.fixture
    def held(self, tap: Tap, tmp_path: Path) -> HeldJob:
        assert tap.gate is not None
        spec = DownloadSpec("held", "http://host/held.mkv", tmp_path / "downloads" / "held")
        return HeldJob(spec, tap.gate.set, lambda: tap.given)

    @pytest.fixture
    def many(self, tmp_path: Path) -> Sequence[DownloadSpec]:
        return [
            DownloadSpec(f"job-{n}", f"http://host/{n}.mkv", tmp_path / "downloads" / str(n))
            for n in range(4)
        ]

    @pytest.fixture
    def hostile(self, tmp_path: Path) -> Sequence[DownloadSpec]:
        return [DownloadSpec("job-1", "http://host/..\\..\\evil", tmp_path / "downloads" / "job-1")]


PLUGINS = Path(__file__).parents[2] / "plugins"


def test_every_bundled_provider_is_held_to_the_one_suite() -> None:
    providers = {
        manifest.parent.name
        for manifest in PLUGINS.glob("*/src/*/plugin.toml")
        if "metadata_providers" in tomllib.loads(manifest.read_text())["plugin"]["provides"]
    }
    held = {
        statement.value.value
        for path in PLUGINS.glob("*/tests/test_conformance.py")
        for each in ast.parse(path.read_text()).body
        if isinstance(each, ast.ClassDef)
        and MetadataProviderSuite.__name__ in [ast.unparse(base) for base in each.bases]
        for statement in each.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "package"
        and isinstance(statement.value, ast.Constant)
    }  # fmt: skip
    assert held == providers and len(held) >= 4
