"""How the client behaves when the service does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from seen_metadata_tvmaze import client
from seen_metadata_tvmaze.provider import TvmazeProvider

from seen.plugin import MediaKind, NotFound, PluginError, Unavailable
from seen.plugin.models import ExternalRef, KnownTitle, SearchQuery

SHOW = MediaKind.SHOW
LANTERNS = SearchQuery("Winter Lanterns", SHOW, 2014)
REF = ExternalRef("tvmaze", SHOW, "1")


@pytest.mark.parametrize(
    "fault", ["500", "503", "drop", "html", "object", "empty", "truncated", "429", "404"]
)
async def test_one_broken_answer_is_asked_for_again(
    provider: TvmazeProvider, standin: Any, fault: str
) -> None:
    standin.faults = [fault]
    assert (await provider.search(LANTERNS))[0].ref == REF


@pytest.mark.parametrize("fault", ["500", "drop", "html", "huge", "404"])
async def test_a_service_that_stays_broken_is_unavailable_and_nothing_is_gone(
    provider: TvmazeProvider, standin: Any, fault: str
) -> None:
    standin.faults = [fault] * 60
    for asking in (
        provider.search(LANTERNS), provider.details(REF), provider.refresh([KnownTitle(REF, "1")]),
        provider.feed("popular", SHOW),
    ):  # fmt: skip
        with pytest.raises(Unavailable):
            await asking
    assert (await provider.health()).state == "degraded"
    standin.faults = []
    await provider.search(LANTERNS)
    assert (await provider.health()).state == "healthy"


async def test_only_the_services_own_word_means_gone(
    provider: TvmazeProvider, standin: Any
) -> None:
    gone = KnownTitle(ExternalRef("tvmaze", SHOW, "77"), "1")
    assert [each.state for each in await provider.refresh([gone])] == ["gone"]
    with pytest.raises(NotFound):
        await provider.details(gone.ref)
    standin.faults = ["404-empty"] * 2
    with pytest.raises(PluginError) as raised:
        await provider.details(gone.ref)
    assert not isinstance(raised.value, NotFound)


async def test_two_processes_spend_one_budget(
    standin: Any, plugin_context: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PER_SECOND", 20)
    first = plugin_context({"base_url": standin.url})
    second = plugin_context(first.config, shared=first.shared)
    pair = [TvmazeProvider(each) for each in (first, second)]
    loop = asyncio.get_running_loop()
    started = loop.time()
    await asyncio.gather(
        *(each.search(SearchQuery(f"word{at}", SHOW)) for at in range(4) for each in pair)
    )
    assert loop.time() - started >= 7 / 20 - 0.01
    for each in pair:
        await each.stop()


async def test_an_unreachable_service_is_no_trouble_at_the_start(
    plugin_context: Callable[..., Any],
) -> None:
    provider = TvmazeProvider(plugin_context({"base_url": "http://127.0.0.1:1"}))
    await provider.start()
    with pytest.raises(Unavailable):
        await provider.search(LANTERNS)
    assert (await provider.health()).state == "degraded"
    await provider.stop()
