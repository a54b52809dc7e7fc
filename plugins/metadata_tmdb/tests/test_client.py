"""How the client behaves when the service does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from seen_metadata_tmdb import client
from seen_metadata_tmdb.provider import TmdbProvider

from seen.plugin import AuthFailed, MediaKind, NotReady, PluginError, RateLimited
from seen.plugin.models import ExternalRef, SearchQuery

HARBOUR = SearchQuery("The Slow Harbour", MediaKind.MOVIE, 2013)
REF = ExternalRef("tmdb", MediaKind.MOVIE, "101")


@pytest.mark.parametrize(
    "fault", ["500", "502", "503", "drop", "html", "list", "truncated", "429-bare"]
)
async def test_one_broken_answer_is_asked_for_again(
    provider: TmdbProvider, standin: Any, fault: str
) -> None:
    standin.faults = [fault]
    assert [each.ref for each in await provider.search(HARBOUR)] == [REF]


@pytest.mark.parametrize("fault", ["500", "drop", "html", "truncated"])
async def test_a_service_that_stays_broken_is_a_plugin_error(
    provider: TmdbProvider, standin: Any, fault: str
) -> None:
    standin.faults = [fault] * 20
    with pytest.raises(PluginError) as raised:
        await provider.search(HARBOUR)
    assert "test-key" not in str(raised.value)


async def test_an_answer_over_the_limit_is_refused(provider: TmdbProvider, standin: Any) -> None:
    standin.faults = ["huge"] * 20
    with pytest.raises(PluginError, match="too large"):
        await provider.search(HARBOUR)


async def test_retry_after_is_waited_for(provider: TmdbProvider, standin: Any) -> None:
    await provider.start()
    standin.faults = ["429"]
    started = time.monotonic()
    assert await provider.search(HARBOUR)
    assert time.monotonic() - started >= 0.95


async def test_a_long_pause_is_reported_not_waited_for(
    provider: TmdbProvider, standin: Any
) -> None:
    await provider.start()
    standin.faults = ["429-long"]
    with pytest.raises(RateLimited) as raised:
        await provider.search(HARBOUR)
    assert raised.value.retry_after == 120
    asked = len(standin.asked)
    with pytest.raises(RateLimited):
        await provider.search(SearchQuery("Something else", MediaKind.MOVIE))
    assert len(standin.asked) == asked, "nobody may ask during the pause"


async def test_an_unchanged_answer_is_not_sent_again(
    provider: TmdbProvider, standin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "FRESH_SECONDS", 0.0)
    first = await provider.details(REF)
    assert await provider.details(REF) == first
    assert standin.seen["304"] >= 1


async def test_a_fresh_answer_is_not_asked_for_again(provider: TmdbProvider, standin: Any) -> None:
    await provider.search(HARBOUR)
    asked = len(standin.asked)
    await provider.search(HARBOUR)
    assert len(standin.asked) == asked


async def test_the_same_question_at_the_same_time_is_asked_once(
    provider: TmdbProvider, standin: Any
) -> None:
    await provider.start()
    await asyncio.gather(*(provider.search(HARBOUR) for _ in range(30)))
    assert sum(path == "/3/search/movie" for path, _ in standin.asked) == 1


async def test_never_more_than_twenty_at_once_and_forty_a_second(
    provider: TmdbProvider, standin: Any
) -> None:
    await provider.start()
    started = time.monotonic()
    count = 45
    await asyncio.gather(
        *(provider.search(SearchQuery(f"word{at}", MediaKind.MOVIE)) for at in range(count))
    )
    assert standin.most_open <= 20
    assert count / (time.monotonic() - started) < 40


async def test_a_cancelled_question_harms_no_other(provider: TmdbProvider) -> None:
    await provider.start()
    first = asyncio.ensure_future(provider.search(HARBOUR))
    second = asyncio.ensure_future(provider.search(HARBOUR))
    await asyncio.sleep(0)
    first.cancel()
    assert await second


async def test_without_a_key_it_needs_one(standin: Any, plugin_context: Callable[..., Any]) -> None:
    provider = TmdbProvider(plugin_context({"base_url": standin.url}))
    with pytest.raises(NotReady, match="Needs a key"):
        await provider.start()
    assert (await provider.health()).message == "Needs a key"
    assert not standin.asked


async def test_a_wrong_key_is_refused_at_the_start(
    standin: Any, plugin_context: Callable[..., Any]
) -> None:
    provider = TmdbProvider(plugin_context({"api_key": "wrong", "base_url": standin.url}))
    with pytest.raises(AuthFailed):
        await provider.start()
    assert (await provider.health()).state == "failed"
    await provider.stop()


async def test_a_read_access_token_goes_into_the_header(
    standin: Any, plugin_context: Callable[..., Any]
) -> None:
    token = "test-key." + "x" * 80
    provider = TmdbProvider(plugin_context({"api_key": token, "base_url": standin.url}))
    await provider.start()
    assert all("api_key" not in query for _, query in standin.asked)
    await provider.stop()


async def test_an_unreachable_service_does_not_keep_it_from_starting(
    plugin_context: Callable[..., Any],
) -> None:
    config = {"api_key": "k", "base_url": "http://127.0.0.1:1/3"}
    provider = TmdbProvider(plugin_context(config))
    await provider.start()
    assert (await provider.health()).state == "degraded"
    await provider.stop()
