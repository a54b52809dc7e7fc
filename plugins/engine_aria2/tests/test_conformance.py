"""The engine keeps the contract of download engines, for links and for torrents."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from seen_engine_aria2.control import read_control
from seen_engine_aria2.engine import Aria2Engine

from seen.plugin.testing.conformance import DownloadEngineSuite
from seen.plugin.testing.jobs import HeldJob, TorrentJobs, WebJobs


class Killable:
    """An engine whose aria2 can be killed, and is at the end: by itself it takes a second."""

    package = "seen_engine_aria2"

    @pytest.fixture
    def subject(self, plugin_context: Callable[..., Any]) -> Aria2Engine:
        return Aria2Engine(plugin_context())

    @pytest.fixture
    async def running(self, subject: Aria2Engine) -> AsyncIterator[Aria2Engine]:
        await subject.start()
        yield subject
        _kill(subject)
        await subject.stop()

    @pytest.fixture
    def kill(self, held: HeldJob) -> Callable[[Aria2Engine], Awaitable[None]]:
        async def kill(engine: Aria2Engine) -> None:
            # Once a second it writes down what is there.
            while not any(map(_holds_something, held.spec.folder.glob("*.aria2"))):
                await asyncio.sleep(0.05)
            _kill(engine)

        return kill


class TestLinks(Killable, WebJobs, DownloadEngineSuite):
    slack = 32 * 1024  # two blocks of aria2's, which are there wholly or not at all


class TestTorrents(Killable, TorrentJobs, DownloadEngineSuite):
    # What has nothing to do with the kind of source is tried with links alone, to save time.
    test_nothing_is_written_outside_the_folder = None
    test_removing_forgets_the_job_and_its_files = None
    test_removing_may_keep_the_files = None
    test_unknown_jobs_are_told = None
    test_adding_a_job_twice_is_one_download = None


def _kill(engine: Aria2Engine) -> None:
    if engine._own is not None and engine._own.pid:
        os.kill(engine._own.pid, signal.SIGKILL)


def _holds_something(control: Path) -> bool:
    return read_control(control.read_bytes())[1].covered > 0
