"""One token for all, got once, and a new one only when the old one is dead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from seen_metadata_igdb.provider import IgdbProvider

from seen.plugin import AuthFailed, MediaKind, NotReady
from seen.plugin.models import SearchQuery

QUEST = SearchQuery("Harbour Quest", MediaKind.GAME)


async def test_two_processes_share_one_token(
    standin: Any, config: dict[str, Any], plugin_context: Callable[..., Any]
) -> None:
    first = plugin_context(config)
    pair = [IgdbProvider(first), IgdbProvider(plugin_context(config, shared=first.shared))]
    await asyncio.gather(*(each.search(QUEST) for each in pair * 3))
    assert standin.seen["token"] == 1
    third = IgdbProvider(plugin_context(config, shared=first.shared))
    await third.start()
    assert standin.seen["token"] == 1


async def test_a_dead_token_is_replaced_once_for_all(
    standin: Any, config: dict[str, Any], plugin_context: Callable[..., Any]
) -> None:
    first = plugin_context(config)
    pair = [IgdbProvider(first), IgdbProvider(plugin_context(config, shared=first.shared))]
    for each in pair:
        await each.start()
    standin.tokens.clear()
    found = await asyncio.gather(*(each.search(QUEST) for each in pair * 3))
    assert all(hits[0].title == "Harbour Quest" for hits in found)
    assert standin.seen["token"] == 2


async def test_a_token_that_is_never_taken_is_not_asked_for_again_and_again(
    provider: IgdbProvider, standin: Any
) -> None:
    standin.faults = ["401"] * 10
    with pytest.raises(AuthFailed):
        await provider.search(QUEST)
    assert standin.seen["token"] == 2
    assert len(standin.asked) == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"client_id": "stranger"}, "client ID"), ({"client_secret": "no"}, "invalid client secret")],
)
async def test_wrong_credentials_are_named_and_not_tried_again_at_once(
    standin: Any, config: dict[str, Any], plugin_context: Callable[..., Any],
    wrong: dict[str, str], said: str,
) -> None:  # fmt: skip
    provider = IgdbProvider(plugin_context({**config, **wrong}))
    with pytest.raises(AuthFailed, match=said):
        await provider.start()
    for _ in range(3):
        with pytest.raises(AuthFailed):
            await provider.search(QUEST)
    assert (await provider.health()).state == "failed"
    assert standin.seen["token"] == 1


async def test_other_credentials_do_not_meet_this_ones_token(
    standin: Any, config: dict[str, Any], plugin_context: Callable[..., Any]
) -> None:
    right = plugin_context(config)
    await IgdbProvider(right).start()
    trial = IgdbProvider(plugin_context({**config, "client_secret": "no"}, shared=right.shared))
    with pytest.raises(AuthFailed):
        await trial.start()


async def test_without_credentials_it_needs_them_and_asks_nothing(
    standin: Any, plugin_context: Callable[..., Any]
) -> None:
    for given in ({}, {"client_id": "client"}):
        provider = IgdbProvider(plugin_context({**given, "base_url": f"{standin.url}/v4"}))
        with pytest.raises(NotReady, match="Needs a client ID"):
            await provider.start()
        assert (await provider.health()).state == "failed"
    assert not standin.asked and not standin.seen["token"]


async def test_unreachable_services_do_not_keep_it_from_starting(
    config: dict[str, Any], plugin_context: Callable[..., Any]
) -> None:
    away = {**config, "token_url": "http://127.0.0.1:1/token"}
    provider = IgdbProvider(plugin_context(away))
    await provider.start()
    found = await provider.health()
    assert found.state == "degraded" and found.message
    assert "secret" not in found.message
