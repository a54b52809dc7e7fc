"""The engine keeps the contract of download engines, for torrents and for magnet links."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from seen_engine_transmission.engine import TransmissionEngine

from seen.plugin.testing.conformance import DownloadEngineSuite
from seen.plugin.testing.jobs import TorrentJobs


class TestTorrents(TorrentJobs, DownloadEngineSuite):
    """With web seeds: Transmission looks at new peers every ten seconds only."""

    package = "seen_engine_transmission"
    web_seeded = True
    count = 3
    # Parts of other checks here; each takes Transmission three seconds.
    test_nothing_is_written_outside_the_folder = None
    test_removing_forgets_the_job_and_its_files = None
    test_removing_may_keep_the_files = None

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> TransmissionEngine:
        return TransmissionEngine(plugin_context())

    @pytest.fixture
    async def running(self, subject: TransmissionEngine) -> AsyncIterator[TransmissionEngine]:
        await subject.start()
        yield subject
        _kill(subject)
        await subject.stop()

    @pytest.fixture
    def kill(self) -> Callable[[TransmissionEngine], Awaitable[None]]:
        async def kill(engine: TransmissionEngine) -> None:
            _kill(engine)

        return kill


def _kill(engine: TransmissionEngine) -> None:
    if engine._own is not None and engine._own.pid:
        os.kill(engine._own.pid, signal.SIGKILL)
