"""One suite for each capability. Each test is named after the promise that it checks.

Subclass a suite, give it a ``subject`` fixture (a fresh object that was not started) and what it
asks for in its docstring.
"""

import pytest

for _suite in (
    "capability", "engine", "importer", "manifest", "metadata", "recommender", "scanner", "widget",
):  # fmt: skip
    pytest.register_assert_rewrite(f"{__name__}.{_suite}")

from seen.plugin.testing.conformance.capability import CapabilitySuite  # noqa: E402 - after the loop
from seen.plugin.testing.conformance.engine import DownloadEngineSuite  # noqa: E402 - after the loop
from seen.plugin.testing.conformance.importer import ImporterSuite  # noqa: E402 - after the loop
from seen.plugin.testing.conformance.manifest import ManifestSuite  # noqa: E402 - after the loop
from seen.plugin.testing.conformance.metadata import MetadataProviderSuite  # noqa: E402 - after the loop
from seen.plugin.testing.conformance.recommender import RecommenderSuite  # noqa: E402 - after the loop
from seen.plugin.testing.conformance.scanner import ScannerSuite  # noqa: E402 - after the loop
from seen.plugin.testing.conformance.widget import WidgetSuite  # noqa: E402 - after the loop

__all__ = [
    "CapabilitySuite",
    "DownloadEngineSuite",
    "ImporterSuite",
    "ManifestSuite",
    "MetadataProviderSuite",
    "RecommenderSuite",
    "ScannerSuite",
    "WidgetSuite",
]
