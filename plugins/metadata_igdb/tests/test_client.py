"""How the client behaves when the service does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seen_metadata_igdb import client
from seen_metadata_igdb.apicalypse import Query, quoted, several
from seen_metadata_igdb.provider import IgdbProvider

from seen.plugin import MediaKind, PluginError, Unavailable
from seen.plugin.models import ExternalRef, KnownTitle, SearchQuery

QUEST = SearchQuery("Harbour Quest", MediaKind.GAME)
REF = ExternalRef("igdb", MediaKind.GAME, "11")


@pytest.mark.parametrize(
    "fault", ["500", "503", "drop", "html", "object", "empty", "truncated", "429", "404"]
)
async def test_one_broken_answer_is_asked_for_again(
    provider: IgdbProvider, standin: Any, fault: str
) -> None:
    standin.faults = [fault]
    assert (await provider.search(QUEST))[0].ref == REF


@pytest.mark.parametrize("fault", ["500", "drop", "html", "object", "huge", "404"])
async def test_a_service_that_stays_broken_is_unavailable_and_nothing_is_gone(
    provider: IgdbProvider, standin: Any, fault: str
) -> None:
    standin.faults = [fault] * 40
    for asking in (provider.search(QUEST), provider.details(REF),
                   provider.refresh([KnownTitle(REF, "x")])):  # fmt: skip
        with pytest.raises(Unavailable) as raised:
            await asking
        assert "token" not in str(raised.value)
    assert (await provider.health()).state == "degraded"
    standin.faults = []
    await provider.search(QUEST)
    assert (await provider.health()).state == "healthy"


async def test_a_blind_429_holds_all_processes_back(
    standin: Any, config: dict[str, Any], plugin_context: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    first = plugin_context(config)
    one, two = IgdbProvider(first), IgdbProvider(plugin_context(config, shared=first.shared))
    await one.start()
    standin.faults = ["429"]
    loop = asyncio.get_running_loop()
    started = loop.time()
    await one.search(QUEST)
    assert loop.time() - started >= 0.09
    standin.faults = ["429"]
    asking = asyncio.ensure_future(one.search(QUEST))
    while standin.faults:
        await asyncio.sleep(0.005)
    started = loop.time()
    await two.search(QUEST)
    assert loop.time() - started >= 0.05
    await asking


async def test_two_processes_spend_one_budget(
    standin: Any, config: dict[str, Any], plugin_context: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(client, "PER_SECOND", 20)
    first = plugin_context(config)
    pair = [IgdbProvider(first), IgdbProvider(plugin_context(config, shared=first.shared))]
    await pair[0].start()
    loop = asyncio.get_running_loop()
    started = loop.time()
    await asyncio.gather(*(each.similar(REF) for each in pair * 5))
    assert len(standin.asked) == 10
    assert loop.time() - started >= 9 / 20 - 0.01


async def test_a_field_that_is_gone_is_left_out_from_then_on(
    provider: IgdbProvider, standin: Any
) -> None:
    standin.gone_fields = {"storyline", "hypes"}
    assert (await provider.details(REF)).title == "Harbour Quest"
    asked = len(standin.asked)
    assert (await provider.details(REF)).title == "Harbour Quest"
    assert len(standin.asked) == asked + 1


async def test_a_refused_query_is_no_outage(provider: IgdbProvider, standin: Any) -> None:
    standin.refused = True
    with pytest.raises(PluginError, match="IGDB refused the question: Syntax Error") as raised:
        await provider.details(REF)
    assert not isinstance(raised.value, Unavailable)
    assert len(standin.asked) == 1
    assert (await provider.health()).state == "healthy"


@given(st.text())
def test_a_text_never_leaves_its_quotes(text: str) -> None:
    value = quoted(text)
    inner = value[1:-1]
    assert value[0] == value[-1] == '"'
    assert '"' not in inner.replace('\\"', "")
    assert not set(inner) & set(";{}*\n\x00")
    json.loads(value)


def test_queries_are_written_in_the_services_language() -> None:
    query = Query(("name", "cover.image_id"), "id = 1", sort="name asc", limit=900, offset=10)
    assert query.text() == (
        "fields name,cover.image_id;where id = 1;sort name asc;limit 500;offset 10;"
    )
    assert query.text({"cover"}).startswith("fields name;")
    search = Query(("name",), search='say "x"; limit 1', sort="name asc", limit=5)
    assert search.text() == 'fields name;search "say \\"x\\" limit 1";limit 5;'
    both = several({"a": ("games", Query(("name",))), "b": ("genres", Query(("name",)))})
    assert both.startswith('query games "a" {fields name;limit 500;};query genres "b" {')
    with pytest.raises(ValueError, match="10"):
        several({str(each): ("games", query) for each in range(11)})
