"""How the client behaves when the service does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from seen_metadata_tmdb.provider import TmdbProvider

from seen.plugin import (
    AuthFailed,
    MediaKind,
    NotFound,
    NotReady,
    PluginError,
    RateLimited,
    Unavailable,
    service,
)
from seen.plugin.models import ExternalRef, KnownTitle, SearchQuery

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
    await provider.search(SearchQuery("Harbour"))
    standin.faults = ["429"]
    started = time.monotonic()
    assert await provider.search(HARBOUR)
    assert time.monotonic() - started >= 0.95


async def test_a_long_pause_is_reported_not_waited_for(
    provider: TmdbProvider, standin: Any
) -> None:
    await provider.search(SearchQuery("Harbour"))
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
    monkeypatch.setattr(service, "FRESH_SECONDS", 0.0)
    first = await provider.search(HARBOUR)
    assert await provider.search(HARBOUR) == first
    assert standin.seen["304"] >= 1


async def test_a_title_is_asked_for_again_only_if_it_changed(
    provider: TmdbProvider, standin: Any
) -> None:
    known = await provider.details(REF)
    other = ExternalRef("tmdb", MediaKind.MOVIE, "102")
    asking = [KnownTitle(REF, known.validator), KnownTitle(other)]
    standin.seen.clear()
    found = {each.ref.id: each for each in await provider.refresh(asking)}
    assert (found["101"].state, found["102"].state) == ("unchanged", "changed")
    assert standin.seen["304"] == 1
    standin.always["movie/101"] = {"id": 101, "title": "The Slow Harbour, Again"}
    (changed,) = await provider.refresh(asking[:1])
    assert changed.details is not None
    assert changed.details.title == "The Slow Harbour, Again"
    assert changed.details.validator not in ("", known.validator)


async def test_only_the_services_own_word_means_gone(provider: TmdbProvider, standin: Any) -> None:
    gone = KnownTitle(ExternalRef("tmdb", MediaKind.MOVIE, "424242"), "x")
    assert [each.state for each in await provider.refresh([gone])] == ["gone"]
    standin.faults = ["404"] * 20
    with pytest.raises(Unavailable):
        await provider.refresh([gone])
    standin.faults = ["404"] * 20
    with pytest.raises(Unavailable):
        await provider.details(REF)
    standin.faults = []
    with pytest.raises(NotFound):
        await provider.details(gone.ref)


async def test_what_could_not_be_asked_about_comes_again_later(
    provider: TmdbProvider, standin: Any
) -> None:
    known = [KnownTitle(ExternalRef("tmdb", MediaKind.MOVIE, str(each))) for each in (101, 102)]
    standin.broken = {"movie/102"}
    assert [each.ref.id for each in await provider.refresh(known)] == ["101"]
    standin.broken = {"movie/101", "movie/102"}
    with pytest.raises(Unavailable):
        await provider.refresh(known)
    assert await provider.refresh([]) == ()


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


async def test_two_processes_spend_one_budget(
    standin: Any, plugin_context: Callable[..., Any]
) -> None:
    first = plugin_context({"api_key": "test-key", "base_url": standin.url, "per_second": 10})
    second = plugin_context(first.config, shared=first.shared)
    pair = [TmdbProvider(each) for each in (first, second)]
    started = time.monotonic()
    await asyncio.gather(
        *(
            each.search(SearchQuery(f"word{at}", MediaKind.MOVIE))
            for at in range(4)
            for each in pair
        )
    )
    assert time.monotonic() - started >= 0.7 - 0.01
    for each in pair:
        await each.stop()


async def test_an_unreachable_service_does_not_keep_it_from_starting(
    plugin_context: Callable[..., Any],
) -> None:
    config = {"api_key": "k", "base_url": "http://127.0.0.1:1/3"}
    provider = TmdbProvider(plugin_context(config))
    await provider.start()
    assert (await provider.health()).state == "degraded"
    await provider.stop()
