"""The engine keeps the contract of download engines, for torrents and for magnet links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from seen_engine_libtorrent.engine import LibtorrentEngine

from seen.plugin.testing.conformance import DownloadEngineSuite
from seen.plugin.testing.jobs import TorrentJobs


class TestTorrents(TorrentJobs, DownloadEngineSuite):
    package = "seen_engine_libtorrent"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> LibtorrentEngine:
        return LibtorrentEngine(plugin_context({"interface": "127.0.0.1"}))


class TestMagnets(TestTorrents):
    as_magnet = True
