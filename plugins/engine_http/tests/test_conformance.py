"""The engine keeps the contract of download engines."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from seen_engine_http.engine import HttpEngine

from seen.plugin.models import DownloadSpec
from seen.plugin.testing.conformance import DownloadEngineSuite
from seen.plugin.testing.webserver import Served, web_server


class TestHttpEngine(DownloadEngineSuite):
    package = "seen_engine_http"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> HttpEngine:
        return HttpEngine(plugin_context())

    @pytest.fixture
    async def spec(self, tmp_path: Path) -> AsyncIterator[DownloadSpec]:
        async with web_server() as server:
            server.files["/film.mkv"] = Served(random.Random(1).randbytes(300_000))
            yield DownloadSpec("job-1", server.url("/film.mkv"), tmp_path / "downloads" / "job-1")
