"""The provider keeps the contract of metadata providers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from seen_metadata_local.provider import LocalProvider

from seen.plugin import MediaKind
from seen.plugin.models import SearchQuery
from seen.plugin.testing.conformance import MetadataProviderSuite

SHOW = """<?xml version="1.0"?><tvshow><title>Winter Lanterns</title><year>2014</year>
<plot>A <b>village</b> &amp; its lights.</plot><genre>Drama / Mystery</genre></tvshow>"""
EPISODE = """<episodedetails><title>The Thaw</title><season>1</season><episode>1</episode>
<aired>2014-02-03</aired><runtime>42</runtime></episodedetails>"""


class TestShow(MetadataProviderSuite):
    package = "seen_metadata_local"
    known_title = "Winter Lanterns"
    known_kind = MediaKind.SHOW
    unknown_id = "0" * 24

    @pytest.fixture
    def episode(self, tmp_path: Path) -> Path:
        """An episode's file in a library with side-cars and pictures."""
        folder = tmp_path / "Shows" / "Winter Lanterns (2014)"
        season = folder / "Season 01"
        season.mkdir(parents=True)
        (folder / "tvshow.nfo").write_text(SHOW)
        (folder / "poster.jpg").write_bytes(b"picture")
        (folder / "season01-poster.png").write_bytes(b"picture")
        path = season / "Winter Lanterns - S01E01.mkv"
        path.touch()
        path.with_suffix(".nfo").write_text(EPISODE)
        (season / "Winter Lanterns - S01E02 - Low Water.mkv").touch()
        self.path = path
        return path

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any], episode: Path) -> LocalProvider:
        return LocalProvider(plugin_context())

    def _query(self, running: Any) -> SearchQuery:
        return SearchQuery(self.known_title, self.known_kind, path=self.path)


class TestMovieWithoutSideCar(MetadataProviderSuite):
    package = "seen_metadata_local"
    known_title = "The Slow Harbour"
    unknown_id = "0" * 24

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> LocalProvider:
        return LocalProvider(plugin_context())
