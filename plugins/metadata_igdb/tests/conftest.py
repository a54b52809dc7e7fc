"""The stand-in server and a provider that talks to it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from seen_metadata_igdb import client, token
from seen_metadata_igdb.provider import IgdbProvider

# Tests are collected without packages, so a neighbour has to be made known.
sys.path.insert(0, str(Path(__file__).parent))

from igdb_standin import Standin


@pytest.fixture(autouse=True)
def hurry(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in has no limit that would have to be kept."""
    monkeypatch.setattr(client, "PER_SECOND", 500)
    monkeypatch.setattr(token, "PER_SECOND", 500)


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    """The running stand-in."""
    made = Standin()
    async with TestServer(made.app()) as server:
        made.url = str(server.make_url("/")).rstrip("/")
        yield made


@pytest.fixture
def config(standin: Standin) -> dict[str, Any]:
    """Right credentials and the stand-in's addresses."""
    return {
        "client_id": "client", "client_secret": "a secret", "base_url": f"{standin.url}/v4",
        "token_url": f"{standin.url}/oauth2/token",
    }  # fmt: skip


@pytest.fixture
async def provider(
    config: dict[str, Any], plugin_context: Callable[..., Any]
) -> AsyncIterator[IgdbProvider]:
    """A provider with right credentials."""
    made = IgdbProvider(plugin_context(config))
    yield made
    await made.stop()
