"""The fixtures, registered with pytest by installing seen.

Imported in every pytest run of every project in the same environment, so nothing is imported
here that pytest has not loaded already.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from seen.plugin.testing.fakes import FakeContext, FakeShared

try:
    from pytest_asyncio import fixture as async_fixture
except ImportError:  # a project without asynchronous tests has no use for these fixtures
    async_fixture = None  # type: ignore[assignment]  # stands for "not there"


if async_fixture is not None:

    @async_fixture
    async def plugin_context(tmp_path: Path) -> AsyncIterator[Callable[..., FakeContext]]:
        """Makes contexts: ``plugin_context({"api_key": "x"})``.

        A context has a real HTTP session that reaches this machine only, a cache in memory, a data
        folder that is thrown away, a log that is kept in ``log.lines``, and threads of its own.
        Two that are given the same ``shared`` stand for two processes of one server.
        """
        from seen.plugin.testing.fakes import FakeContext

        made: list[FakeContext] = []

        def make(
            config: Mapping[str, Any] | None = None, shared: FakeShared | None = None, **more: Any
        ) -> FakeContext:
            folder = tmp_path / f"plugin_data_{len(made)}"
            folder.mkdir()
            context = FakeContext({**(config or {}), **more}, folder, shared)
            made.append(context)
            return context

        yield make
        for context in made:
            await context.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets :mod:`seen.plugin.service` pause for moments only before it asks again."""
    from seen.plugin import service

    monkeypatch.setattr(service, "BACKOFF", 0.005)
    monkeypatch.setattr(service, "BLIND_PAUSE", 0.1)


@pytest.fixture
def media_file(tmp_path: Path) -> Path:
    """A real film of two seconds, with sound: MP4, 320x180."""
    from seen.plugin.testing.media import write_film

    return write_film(tmp_path / "media" / "A Film (2001).mp4")
