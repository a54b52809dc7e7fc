"""The scanner keeps the contract of scanners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from seen_scanner_guessit.scanner import NameScanner

from seen.plugin.testing.conformance import ScannerSuite


class TestConformance(ScannerSuite):
    package = "seen_scanner_guessit"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> NameScanner:
        return NameScanner(plugin_context({"workers": 1}))
