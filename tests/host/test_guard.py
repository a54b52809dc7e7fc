"""Every call is limited in time, checked and accounted for."""

from __future__ import annotations

import asyncio
import time

import pytest

from seen.host import Handle, PluginFault, PluginHost, Resting, TimedOut, bridged
from seen.host.guard import Breaker
from seen.host.limits import Limits
from seen.plugin.capabilities import MetadataProvider
from seen.plugin.errors import NotFound, PluginError, RateLimited, Unsupported
from seen.plugin.models import ExternalRef, MediaKind, SearchQuery
from tests.host.workshop import MakeHost, Workshop, provider

ANY = SearchQuery("x")
REF = ExternalRef("test", MediaKind.MOVIE, "1")

# Does what the query's title says.
OBEDIENT = provider("""
features = frozenset({"search", "details"})
mood = {}

async def search(self, query):
    wish = query.title
    if wish == "raise": raise KeyError("id")
    if wish == "exit": raise SystemExit(1)
    if wish == "interrupt": raise KeyboardInterrupt
    if wish == "cancel": raise asyncio.CancelledError
    if wish == "timeout": raise TimeoutError("upstream")
    if wish == "limited": raise RateLimited("Asks for a pause", 7.5)
    if wish == "none": return None
    if wish == "text": return "hits"
    if wish == "items": return [1]
    if wish == "inside":
        return [SearchHit(ExternalRef("test", MediaKind.MOVIE, "1"), "t", year="1999")]
    if wish == "wait":
        try: await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.mood["cancelled"] = True
            raise
    if wish == "cancelled?": await asyncio.sleep(0); assert self.mood["cancelled"]
    if wish == "loop": asyncio.get_running_loop().stop()
    if wish == "stray":
        async def leave(): raise SystemExit(2)
        self.task = asyncio.ensure_future(leave())
        await asyncio.sleep(0)
    if wish == "thread": return [SearchHit(ExternalRef("test", MediaKind.MOVIE, "1"),
                                           threading.current_thread().name)]
    return []

async def details(self, ref, language="en-US"):
    raise NotFound("It is gone")
""")


async def obedient(workshop: Workshop, make_host: MakeHost) -> Handle[MetadataProvider]:
    workshop.plugin("obedient", OBEDIENT)
    host: PluginHost = await make_host()
    assert await host.settled(5)
    (handle,) = host.metadata_providers()
    return handle


async def ask(handle: Handle[MetadataProvider], wish: str, timeout: float = 5) -> object:
    return await handle.call(lambda p: p.search(SearchQuery(wish)), timeout=timeout)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ("raise", "Obedient: KeyError: 'id' (seen_obedient/__init__.py, line 33)"),
        ("exit", "Obedient: Stray: SystemExit: 1"),
        ("interrupt", "Obedient: Stray: KeyboardInterrupt"),
        ("cancel", "Obedient: Stray: the call cancelled itself"),
        ("timeout", "Obedient: TimeoutError: upstream (seen_obedient/__init__.py, line 37)"),
        ("none", "Obedient: search answered wrongly: is NoneType, not a sequence of SearchHit"),
        ("text", "Obedient: search answered wrongly: is str, not a sequence of SearchHit"),
        ("items", "Obedient: search answered wrongly: [0] is int, not SearchHit"),
        ("inside", "Obedient: search answered wrongly: [0].year is str, not int"),
    ],
)
async def test_whatever_goes_wrong_is_one_named_fault_and_the_plugin_goes_on(
    workshop: Workshop, make_host: MakeHost, wish: str, sentence: str
) -> None:
    handle = await obedient(workshop, make_host)
    with pytest.raises(PluginFault) as caught:
        await ask(handle, wish)
    assert str(caught.value) == sentence
    assert handle.account.faults == 1
    assert await ask(handle, "fine") == []


async def test_a_plugin_can_neither_end_nor_stop_its_own_loop(
    workshop: Workshop, make_host: MakeHost
) -> None:
    handle = await obedient(workshop, make_host)
    assert await ask(handle, "loop") == []
    assert await ask(handle, "stray") == []
    assert await ask(handle, "fine") == []


async def test_foreseen_errors_pass_as_they_are_and_are_no_faults(
    workshop: Workshop, make_host: MakeHost
) -> None:
    handle = await obedient(workshop, make_host)
    for _ in range(10):
        with pytest.raises(NotFound, match="It is gone"):
            await handle.call(lambda p: p.details(REF))
    with pytest.raises(RateLimited) as caught:
        await ask(handle, "limited")
    assert caught.value.retry_after == 7.5
    assert (handle.account.calls, handle.account.faults) == (11, 0)
    assert issubclass(PluginFault, PluginError)


async def test_what_a_plugin_does_not_list_is_not_called(
    workshop: Workshop, make_host: MakeHost
) -> None:
    handle = await obedient(workshop, make_host)
    assert handle.features == {"search", "details"}
    with pytest.raises(Unsupported, match="Obedient does not offer similar"):
        await handle.call(lambda p: p.similar(REF))


async def test_a_late_call_is_cancelled_in_the_plugin(
    workshop: Workshop, make_host: MakeHost
) -> None:
    handle = await obedient(workshop, make_host)
    with pytest.raises(TimedOut, match=r"Obedient did not answer within 0\.05 s"):
        await ask(handle, "wait", timeout=0.05)
    assert await ask(handle, "cancelled?") == []


async def test_a_caller_that_gives_up_cancels_the_call_and_blames_nobody(
    workshop: Workshop, make_host: MakeHost
) -> None:
    handle = await obedient(workshop, make_host)
    call = asyncio.create_task(ask(handle, "wait"))
    await ask(handle, "fine")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await ask(handle, "cancelled?") == []
    assert handle.account.faults == 0


async def test_an_object_that_fails_again_and_again_is_left_alone_for_a_while(
    workshop: Workshop, make_host: MakeHost
) -> None:
    handle = await obedient(workshop, make_host)
    for _ in range(3):
        with pytest.raises(PluginFault, match="KeyError"):
            await ask(handle, "raise")
    assert handle.rests_for > 0
    with pytest.raises(Resting, match="after failing too often: KeyError"):
        await ask(handle, "fine")
    end = time.monotonic() + 5
    while handle.rests_for:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    assert await ask(handle, "fine") == []
    assert await ask(handle, "fine") == []


def test_a_breaker_lets_one_call_try_and_rests_longer_each_time() -> None:
    time = 0.0
    breaker = Breaker(Limits(faults_in_a_row=2, first_rest=10, last_rest=30), lambda: time)
    assert breaker.enter() and breaker.enter()
    breaker.failed()
    breaker.failed()
    assert (breaker.rests_for, breaker.enter()) == (10, False)
    rests = []
    for _ in range(3):
        time += breaker.rests_for
        assert (breaker.enter(), breaker.enter()) == (True, False)
        breaker.failed()
        rests.append(breaker.rests_for)
    assert rests == [20, 30, 30]
    time += 30
    assert breaker.enter()
    breaker.came_to_nothing()
    assert breaker.enter()
    breaker.went_well()
    assert breaker.enter() and breaker.enter()


async def test_a_plugins_code_runs_on_its_own_thread(
    workshop: Workshop, make_host: MakeHost
) -> None:
    handle = await obedient(workshop, make_host)
    hits = await handle.call(lambda p: p.search(SearchQuery("thread")))
    assert hits[0].title == "plugin-obedient"


async def test_a_bridged_object_of_the_server_works_on_the_servers_loop(
    workshop: Workshop, make_host: MakeHost
) -> None:
    handle = await obedient(workshop, make_host)
    home = asyncio.get_running_loop()
    loops: list[asyncio.AbstractEventLoop] = []

    class Shelf:
        name = "shelf"

        async def titles(self, limit: int) -> list[str]:
            loops.append(asyncio.get_running_loop())
            return ["Dune"][:limit]

    shelf = bridged(Shelf())

    async def work(_: MetadataProvider) -> list[str]:
        loops.append(asyncio.get_running_loop())
        return [shelf.name, *await shelf.titles(limit=1)]

    assert await handle.call(work) == ["shelf", "Dune"]
    assert loops[0] is not home and loops[1] is home
