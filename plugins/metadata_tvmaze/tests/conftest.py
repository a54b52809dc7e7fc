"""The stand-in server and a provider that talks to it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from seen_metadata_tvmaze import client
from seen_metadata_tvmaze.provider import TvmazeProvider

from seen.plugin import service

_NAME = "tvmaze_standin"
if _NAME not in sys.modules:
    # tests are collected without packages, so a neighbour is loaded by its path
    _spec = importlib.util.spec_from_file_location(_NAME, Path(__file__).with_name("standin.py"))
    assert _spec and _spec.loader
    sys.modules[_NAME] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules[_NAME])


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses between requests and attempts."""
    monkeypatch.setattr(service, "BACKOFF", 0.005)
    monkeypatch.setattr(service, "BLIND_PAUSE", 0.1)
    monkeypatch.setattr(client, "PER_SECOND", 500)


@pytest.fixture
async def standin() -> AsyncIterator[Any]:
    """The running stand-in."""
    server = sys.modules[_NAME].Standin()
    runner = web.AppRunner(server.app(), shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def provider(
    standin: Any, plugin_context: Callable[..., Any]
) -> AsyncIterator[TvmazeProvider]:
    """A provider that asks the stand-in."""
    made = TvmazeProvider(
        plugin_context({"base_url": standin.url, "image_url": "https://pictures.example"})
    )
    yield made
    await made.stop()
