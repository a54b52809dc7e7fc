"""The stand-in server and a provider that talks to it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from seen_metadata_tmdb.provider import TmdbProvider

# Tests are collected without packages, so a neighbour has to be made known.
sys.path.insert(0, str(Path(__file__).parent))

from tmdb_standin import Standin


@pytest.fixture
async def standin(impatient: None) -> AsyncIterator[Standin]:
    """The running stand-in."""
    made = Standin()
    async with TestServer(made.app()) as server:
        made.url = str(server.make_url("/3")).rstrip("/")
        yield made


@pytest.fixture
async def provider(
    standin: Standin, plugin_context: Callable[..., Any]
) -> AsyncIterator[TmdbProvider]:
    """A provider with a right key."""
    made = TmdbProvider(plugin_context({"api_key": "test-key", "base_url": standin.url}))
    yield made
    await made.stop()
