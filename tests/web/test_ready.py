"""Answers that are kept as bytes are the same to every client as those made one by one."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from seen.compose import Server
from tests.conftest import Person
from tests.web.test_border import check_headers, raw, serving, status_of

Client = TestClient[web.Request, web.Application]
# One that is kept, and one that is made each time.
PATHS = ("/api/v1/discover", "/api/v1/auth/me")


async def ask(client: Client, person: Person, path: str, **headers: str) -> ClientResponse:
    return await client.get(path, headers={**person.headers, **headers})


async def test_a_client_that_has_the_answer_gets_none_again(client: Client, user: Person) -> None:
    first = await ask(client, user, PATHS[0])
    etag = first.headers["ETag"]
    for given in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = await ask(client, user, PATHS[0], **{"If-None-Match": given})
        assert again.status == 304, given
        assert again.headers["ETag"] == etag and again.headers["Cache-Control"]
        assert await again.read() == b""
        check_headers(again)
    for given in ('"other"', "rubbish", "", etag.strip('"')):
        again = await ask(client, user, PATHS[0], **{"If-None-Match": given})
        assert again.status == 200, given


@pytest.mark.parametrize("path", PATHS)
async def test_head_tells_the_length_and_sends_nothing(
    client: Client, user: Person, path: str
) -> None:
    whole = await ask(client, user, path)
    head = await client.head(path, headers=user.headers)
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    assert await head.read() == b""
    # What comes next on the connection is understood, so nothing was left on it.
    assert (await ask(client, user, path)).status == 200


@pytest.mark.parametrize("path", PATHS)
async def test_old_clients_and_those_that_leave_are_told_when_the_connection_ends(
    client: Client, user: Person, path: str
) -> None:
    token = user.headers["Authorization"]
    for version, said, expected in (
        ("1.1", "Connection: close\r\n", b"connection: close"),
        ("1.0", "", b""),
        ("1.0", "Connection: keep-alive\r\n", b"connection: keep-alive"),
    ):
        request = f"GET {path} HTTP/{version}\r\nHost: localhost\r\nAuthorization: {token}\r\n"
        closing = (
            ""
            if expected != b"connection: keep-alive"
            else (f"GET {path} HTTP/1.0\r\nHost: localhost\r\nAuthorization: {token}\r\n\r\n")
        )
        answer = await raw(client, f"{request}{said}\r\n{closing}")
        assert status_of(answer) == 200
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert expected in head
        assert b"content-security-policy" in head and b"x-content-type-options" in head


async def test_tls_in_front_is_told_to_browsers(user: Person, server: Server) -> None:
    proxies = ("127.0.0.1",)
    async with serving(server.settings, trusted_proxies=proxies) as (_, client):
        for path in PATHS:
            forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost"}
            answer = await ask(client, user, path, **forwarded)
            assert answer.status == 200
            assert answer.headers["Strict-Transport-Security"]
            check_headers(answer)


async def test_who_asks_on_and_on_and_reads_nothing_fills_no_memory(
    client: Client, server: Server, user: Person
) -> None:
    token = user.headers["Authorization"]
    request = f"GET {PATHS[0]} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n\r\n"
    assert isinstance(client.server, TestServer) and client.server.runner is not None
    listening = client.server.runner.server
    assert listening is not None
    before, queries = len(listening.connections), server.db.queries
    _, writer = await asyncio.open_connection(client.host, client.port, limit=1024)
    # More than the buffers of the kernel hold.
    writer.write(request.encode() * 100_000)
    await asyncio.sleep(0.5)
    assert writer.transport.get_write_buffer_size() > 0, "the server takes no more requests"
    assert server.db.queries - queries < 100
    writer.transport.abort()
    async with asyncio.timeout(20):
        while len(listening.connections) > before:
            await asyncio.sleep(0.02)
