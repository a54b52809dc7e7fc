"""A plugin that hangs is named with the line where it hangs, and nothing else changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seen.host import PluginHost, PluginView, Resting, TimedOut
from seen.plugin.models import SearchQuery
from tests.host.workshop import HEAD, HOOK, PROVIDER, QUICK, MakeHost, Workshop, plugin_threads

# Waits without awaiting until the test lets go, as a plugin that sleeps or computes would.
GATE = """
GATE = Path(__file__).with_name("gate")
def hang():
    while not GATE.exists():
        time.sleep(0.01)
"""


async def until(
    host: PluginHost, name: str, fits: Callable[[PluginView], bool], seconds: float = 8
) -> PluginView:
    """The plugin's view as soon as it fits."""
    end = time.monotonic() + seconds
    while True:
        view = await host.view(name)
        if fits(view):
            return view
        assert time.monotonic() < end, view
        await asyncio.sleep(0.02)


async def both_answer(host: PluginHost) -> None:
    """The other plugin and the server's own loop work on."""
    (handle,) = (h for h in host.metadata_providers() if h.plugin == "good")
    assert await handle.call(lambda p: p.search(SearchQuery("Dune")))


@pytest.mark.parametrize("where", ["import", "hook", "start"])
async def test_hanging_before_it_runs_blocks_only_itself_and_is_tried_again(
    workshop: Workshop, make_host: MakeHost, where: str
) -> None:
    sources: dict[str, str] = {
        "import": HEAD + GATE + "hang()\n" + PROVIDER + HOOK,
        "hook": HEAD + GATE + PROVIDER + HOOK.replace("return", "hang(); return"),
        "start": HEAD + GATE + PROVIDER + "    async def start(self): hang()\n" + HOOK,
    }
    folder = workshop.plugin("sleepy", sources[where])
    workshop.plugin("good")
    host = await make_host()
    assert await host.settled(5)
    view = await until(host, "sleepy", lambda v: v.state == "blocked")
    assert "hangs in seen_sleepy/__init__.py, line 10" in view.reason
    assert view.reason.startswith("Has not answered for")
    await both_answer(host)
    (folder / "gate").touch()
    await until(host, "sleepy", lambda v: v.state == "running")
    await host.stop()
    assert plugin_threads() == []


async def test_a_start_that_took_too_long_is_tried_again_when_the_loop_answers(
    workshop: Workshop, make_host: MakeHost
) -> None:
    folder = workshop.plugin("sleepy", HEAD + GATE + "hang()\n" + PROVIDER + HOOK)
    host = await make_host(limits=replace(QUICK, start=0.1, silence=0.05))
    await until(host, "sleepy", lambda v: v.state == "blocked")
    await asyncio.sleep(0.3)  # well past the time for a start
    assert (await host.view("sleepy")).state == "blocked"
    (folder / "gate").touch()
    await until(host, "sleepy", lambda v: v.state == "running")


async def test_a_start_that_waits_for_ever_fails_and_blocks_nothing(
    workshop: Workshop, make_host: MakeHost
) -> None:
    source = PROVIDER + "    async def start(self): await asyncio.Event().wait()\n"
    workshop.plugin("waiting", HEAD + source + HOOK)
    host = await make_host(limits=replace(QUICK, start=0.2))
    view = await until(host, "waiting", lambda v: v.state == "failed")
    assert view.reason == "Did not start within 0.2 s"


async def test_hanging_in_a_method_fails_the_call_in_time_and_recovers(
    workshop: Workshop, make_host: MakeHost
) -> None:
    source = (
        HEAD + GATE + PROVIDER + "    async def search(self, query): hang(); return []\n" + HOOK
    )
    folder = workshop.plugin("sleepy", source)
    workshop.plugin("good")
    host = await make_host()
    assert await host.settled(5)
    (sleepy,) = (h for h in host.metadata_providers() if h.plugin == "sleepy")
    with pytest.raises(TimedOut, match=r"Sleepy did not answer within 0\.3 s"):
        await sleepy.call(lambda p: p.search(SearchQuery("x")), timeout=0.3)
    await until(host, "sleepy", lambda v: v.state == "blocked")
    # While it is known to hang, nobody waits for it.
    with pytest.raises(Resting):
        await sleepy.call(lambda p: p.search(SearchQuery("x")))
    assert [h.plugin for h in host.metadata_providers()] == ["good"]
    await both_answer(host)
    (folder / "gate").touch()
    await until(host, "sleepy", lambda v: v.state == "running")
    assert await sleepy.call(lambda p: p.search(SearchQuery("x"))) == []


async def test_stopping_leaves_a_hanging_thread_behind_in_bounded_time(
    workshop: Workshop, make_host: MakeHost
) -> None:
    folder = workshop.plugin("sleepy", HEAD + GATE + "hang()\n" + PROVIDER + HOOK)
    workshop.plugin("good")
    host = await make_host()
    await until(host, "sleepy", lambda v: v.state == "blocked")
    await host.stop()
    assert plugin_threads() == ["plugin-sleepy"]
    await let_go(folder)


async def test_switching_off_a_hanging_plugin_and_on_again_waits_for_its_old_thread(
    workshop: Workshop, make_host: MakeHost
) -> None:
    folder = workshop.plugin("sleepy", HEAD + GATE + "hang()\n" + PROVIDER + HOOK)
    host = await make_host()
    await until(host, "sleepy", lambda v: v.state == "blocked")
    view = await host.set_enabled("sleepy", False)
    assert view.state == "disabled"
    view = await host.set_enabled("sleepy", True)
    view = await until(host, "sleepy", lambda v: v.reason.startswith("Still"))
    assert view.reason == "Still hangs in seen_sleepy/__init__.py, line 10"
    (folder / "gate").touch()
    await until(host, "sleepy", lambda v: v.state == "running")


async def test_endless_blocking_work_in_the_pool_holds_nothing_up(
    workshop: Workshop, make_host: MakeHost
) -> None:
    source = HEAD + GATE + PROVIDER + (
        "    async def search(self, query):\n"
        "        await self.ctx.run_blocking(hang)\n"
        "        return []\n") + HOOK  # fmt: skip
    folder = workshop.plugin("digger", source)
    host = await make_host()
    assert await host.settled(5)
    (handle,) = host.metadata_providers()
    with pytest.raises(TimedOut):
        await handle.call(lambda p: p.search(SearchQuery("x")), timeout=0.1)
    assert (await host.view("digger")).state == "running"
    await host.stop()
    assert plugin_threads() == ["plugin-digger-work-0"]
    await let_go(folder)


async def let_go(folder: Path) -> None:
    """Open the gate and see the last thread end."""
    (folder / "gate").touch()
    end = time.monotonic() + 5
    while plugin_threads():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
