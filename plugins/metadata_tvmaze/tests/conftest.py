"""The stand-in server and a provider that talks to it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from seen_metadata_tvmaze import client
from seen_metadata_tvmaze.provider import TvmazeProvider

# Tests are collected without packages, so a neighbour has to be made known.
sys.path.insert(0, str(Path(__file__).parent))

from tvmaze_standin import Standin


@pytest.fixture(autouse=True)
def hurry(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in has no limit that would have to be kept."""
    monkeypatch.setattr(client, "PER_SECOND", 500)


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    """The running stand-in."""
    made = Standin()
    async with TestServer(made.app()) as server:
        made.url = str(server.make_url("/")).rstrip("/")
        yield made


@pytest.fixture
async def provider(
    standin: Standin, plugin_context: Callable[..., Any]
) -> AsyncIterator[TvmazeProvider]:
    """A provider that asks the stand-in."""
    made = TvmazeProvider(
        plugin_context({"base_url": standin.url, "image_url": "https://pictures.example"})
    )
    yield made
    await made.stop()
