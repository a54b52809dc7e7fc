"""The client for services: what it does with answers of every kind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from seen.plugin import NotFound, PluginError, RateLimited, Unavailable, service
from seen.plugin.service import LARGEST, Answer, Budget, JsonService, Question

SECRET = "a secret"


class Archive:
    """A service that gives the answers it is told to, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[Callable[[], web.Response]] = []
        self.asked: list[web.Request] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        made = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        found = made()
        if found.body == b"drop":
            assert request.transport is not None
            request.transport.close()
        return found


@pytest.fixture
async def archive(impatient: None) -> AsyncIterator[Archive]:
    made = Archive()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.answer)
    async with TestServer(app) as server:
        made.url = str(server.make_url(""))
        yield made


def refuse(answer: Answer) -> PluginError:
    return NotFound("The archive does not have this")


@pytest.fixture
def client(archive: Archive, plugin_context: Callable[..., Any]) -> JsonService:
    return JsonService(
        plugin_context(), "The archive", Budget("archive", 1000, 4), refuse, archive.url,
        secret={"key": SECRET},
    )  # fmt: skip


def says(body: str | bytes = "{}", status: int = 200, **headers: str) -> Callable[[], web.Response]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = body.encode() if isinstance(body, str) else body
    return lambda: web.Response(body=raw, status=status, headers=given)


PAGE = Question("/page")


@pytest.mark.parametrize(
    "broken",
    [says(status=500), says(status=503), says("<html>"), says("[1]"), says('{"a": 1'), says(""),
     says("drop"), says(status=429), says(status=302, Location="/elsewhere"), says(status=304),
     says(b'{"a": "\\ud800"}'), says(b"[" * 100_000)],
)  # fmt: skip
async def test_what_is_no_answer_is_asked_for_again(
    client: JsonService, archive: Archive, broken: Callable[[], web.Response]
) -> None:
    archive.answers = [broken, says('{"a": 1}')]
    assert (await client.get(PAGE)).value == {"a": 1}
    assert len(archive.asked) == 2


@pytest.mark.parametrize("broken", [says(status=500), says("<html>"), says(b"x" * (LARGEST + 1))])
async def test_a_service_that_stays_broken_is_unavailable(
    client: JsonService, archive: Archive, broken: Callable[[], web.Response]
) -> None:
    archive.answers = [broken]
    with pytest.raises(Unavailable) as raised:
        await client.get(PAGE)
    assert SECRET not in str(raised.value)
    assert client.health.state == "degraded" and client.health.message == str(raised.value)
    archive.answers = [says()]
    await client.get(PAGE)
    assert client.health.state == "healthy"


async def test_an_endless_answer_is_given_up(
    client: JsonService, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_TIMEOUT", aiohttp.ClientTimeout(total=0.1))

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    archive.answers = [lambda: web.Response(body=endless())]
    with pytest.raises(Unavailable):
        await client.get(PAGE)


async def test_a_refusal_is_the_plugins_to_name_and_no_outage(
    client: JsonService, archive: Archive
) -> None:
    archive.answers = [says(status=404)]
    with pytest.raises(NotFound):
        await client.get(PAGE)
    assert len(archive.asked) == 1
    assert client.health.state == "healthy"


async def test_a_long_pause_holds_everybody_back_and_is_reported(
    client: JsonService, archive: Archive
) -> None:
    archive.answers = [says(status=429, Retry_After="90")]
    for _ in range(2):
        with pytest.raises(RateLimited) as raised:
            await client.get(PAGE)
        assert raised.value.retry_after is not None and 80 < raised.value.retry_after <= 90
    assert len(archive.asked) == 1


async def test_an_answer_is_kept_and_asked_for_again_only_if_it_changed(
    client: JsonService, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.answers = [says('{"a": 1}', ETag='"1"'), says(status=304), says('{"a": 2}')]
    assert (await client.get(PAGE)).value == (await client.get(PAGE)).value == {"a": 1}
    assert len(archive.asked) == 1, "it was fresh"
    monkeypatch.setattr(service, "FRESH_SECONDS", 0.0)
    assert (await client.get(PAGE)).value == {"a": 1}
    assert archive.asked[-1].headers["If-None-Match"] == '"1"'
    assert (await client.get(PAGE)).value == {"a": 2}
    assert SECRET in archive.asked[-1].query["key"]


async def test_what_the_caller_has_is_not_sent_again(client: JsonService, archive: Archive) -> None:
    archive.answers = [says(status=304), says('{"a": 2}', ETag='"2"')]
    page = Question("/page", keep=False)
    got = await client.get(page, '"1"')
    assert (got.value, got.etag, got.unchanged) == (None, '"1"', True)
    got = await client.get(page, '"1"')
    assert (got.value, got.etag, got.unchanged) == ({"a": 2}, '"2"', False)


async def test_a_list_is_read_where_one_is_expected(client: JsonService, archive: Archive) -> None:
    archive.answers = [says("{}"), says("[1, 2]")]
    assert (await client.get(Question("/list", expect=list))).value == [1, 2]


async def test_equal_questions_at_once_are_one_and_a_cancelled_one_harms_no_other(
    client: JsonService, archive: Archive
) -> None:
    archive.answers = [says('{"a": 1}')]
    asking = [asyncio.ensure_future(client.get(PAGE)) for _ in range(5)]
    await asyncio.sleep(0)
    asking[0].cancel()
    found = await asyncio.gather(*asking[1:])
    assert {each.value["a"] for each in found} == {1}
    assert len(archive.asked) == 1


async def test_a_redirect_is_the_readers_where_it_wants_it(
    client: JsonService, archive: Archive
) -> None:
    archive.answers = [says(status=301, Location="/shows/7")]
    found = await client.ask(
        "GET", URL(archive.url), lambda answer: answer.headers["location"], follow=False
    )
    assert found == "/shows/7"
