"""A web server, and engines that bring a file from there."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from seen_engine_http.engine import HttpEngine

from seen.plugin.models import DownloadSpec
from seen.plugin.testing.engines import Engines
from seen.plugin.testing.webserver import Served, WebServer, web_server

# Tests are collected without packages, so a neighbour has to be made known.
sys.path.insert(0, str(Path(__file__).parent))

from bringing import BODY, QUICK, Make


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    async with web_server() as running:
        yield running


@pytest.fixture
async def make(plugin_context: Callable[..., Any]) -> AsyncIterator[Make]:
    engines = Engines(lambda context: HttpEngine(context, QUICK), plugin_context)
    yield engines
    await engines.stop()


@pytest.fixture
def spec(server: WebServer, tmp_path: Path) -> DownloadSpec:
    server.files["/film.mkv"] = Served(BODY)
    return DownloadSpec("job-1", server.url("/film.mkv"), tmp_path / "downloads" / "job-1")
