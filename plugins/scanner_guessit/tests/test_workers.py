"""What hangs or crashes costs a process of its own and nothing else."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from seen_scanner_guessit import scanner as scanning
from seen_scanner_guessit.scanner import NameScanner
from seen_scanner_guessit.workers import Crashed, Hung, Workers

from seen.plugin import PluginError
from seen.plugin.models import ParseHints
from seen.plugin.testing.media import write_film


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    made = Workers(1)
    assert await made.run(5, os.getpid) != os.getpid()
    yield made
    made.close()


async def test_a_call_that_hangs_is_ended_and_replaced(workers: Workers) -> None:
    before = await workers.run(5, os.getpid)
    with pytest.raises(Hung):
        await workers.run(0.3, time.sleep, 60)
    assert await workers.run(5, os.getpid) != before


async def test_a_call_that_kills_its_process_is_named(workers: Workers) -> None:
    with pytest.raises(Crashed):
        await workers.run(5, os._exit, 7)
    assert await workers.run(5, os.getpid)


async def test_a_cancelled_call_gives_its_process_back(workers: Workers) -> None:
    task = asyncio.ensure_future(workers.run(60, time.sleep, 60))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await workers.run(5, os.getpid)


async def test_calls_wait_for_a_free_process(workers: Workers) -> None:
    found = await asyncio.gather(*(workers.run(5, os.getpid) for _ in range(5)))
    assert len(set(found)) == 1


async def test_a_name_that_hangs_the_second_opinion_is_still_read(
    plugin_context: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = NameScanner(plugin_context({"workers": 1}))

    async def hang(*given: Any, **more: Any) -> Any:
        raise Hung("It took too long")

    monkeypatch.setattr(made._workers, "run", hang)
    found = await made.parse(Path("Some doubtful name 3D.mkv"), ParseHints())
    assert found is not None and found.title
    assert made._ctx.log.lines[-1][1] == "name_given_up"  # type: ignore[attr-defined]  # the fake's
    await made.stop()


async def test_names_are_read_once(
    plugin_context: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = NameScanner(plugin_context())
    first = await made.parse(Path("Heat (1995).mkv"), ParseHints())
    monkeypatch.setattr(scanning, "first_reading", None)
    assert await made.parse(Path("Heat (1995).mkv"), ParseHints()) is first


@pytest.mark.parametrize(
    ("suffix", "container"), [("mkv", "mkv"), ("mp4", "mp4"), ("avi", "avi"), ("mov", "mov")]
)
async def test_containers_have_their_short_names(
    plugin_context: Callable[..., Any], tmp_path: Path, suffix: str, container: str
) -> None:
    made = NameScanner(plugin_context({"workers": 1}))
    found = await made.probe(write_film(tmp_path / f"film.{suffix}"))
    assert found is not None and found.container == container
    assert [each.type for each in found.streams] == ["video", "audio"]
    assert found.streams[1].channels == 2
    assert found.duration_seconds and 1.5 < found.duration_seconds < 2.6
    await made.stop()


async def test_a_file_cut_off_in_the_middle_has_a_reason(
    plugin_context: Callable[..., Any], tmp_path: Path
) -> None:
    made = NameScanner(plugin_context({"workers": 1}))
    whole = write_film(tmp_path / "whole.mp4").read_bytes()
    growing = tmp_path / "growing.mp4"
    growing.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PluginError, match=r"damaged|still being written"):
        await made.probe(growing)
    folder = tmp_path / "folder.mkv"
    folder.mkdir()
    with pytest.raises(PluginError, match="not a regular file"):
        await made.probe(folder)
    pipe = tmp_path / "pipe.mkv"
    os.mkfifo(pipe)
    with pytest.raises(PluginError, match="not a regular file"):
        await made.probe(pipe)
    await made.stop()


async def test_a_hostile_name_is_only_a_name(
    plugin_context: Callable[..., Any], tmp_path: Path
) -> None:
    made = NameScanner(plugin_context({"workers": 1}))
    path = tmp_path / "concat:http%3a--x|%d 'a'\n.mkv"
    path.write_bytes(write_film(tmp_path / "film.mkv").read_bytes())
    found = await made.probe(path)
    assert found is not None and found.container == "mkv"
    await made.stop()
