"""The engine keeps the contract of download engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from seen_engine_http.engine import HttpEngine

from seen.plugin.testing.conformance import DownloadEngineSuite
from seen.plugin.testing.jobs import WebJobs


class TestHttpEngine(WebJobs, DownloadEngineSuite):
    package = "seen_engine_http"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> HttpEngine:
        return HttpEngine(plugin_context())
