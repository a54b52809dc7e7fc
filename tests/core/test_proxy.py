"""The proxy for programs that know nothing of the gate."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import subprocess
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seen.core.egress import Guard, is_public, refused_networks
from seen.core.proxy import NAMELESS, REFUSED, GuardedProxy, read_request
from seen.plugin.testing.webserver import Served, WebServer, web_server

BODY = bytes(range(256)) * 20_000


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    async with web_server() as running:
        running.files["/file"] = Served(BODY)
        yield running


@pytest.fixture
async def proxy(server: WebServer) -> AsyncIterator[GuardedProxy]:
    """A proxy that lets nobody to any private address but the server's."""
    made = GuardedProxy(Guard([f"127.0.0.1:{server.port}"]))
    await made.start()
    yield made
    await made.close()


async def curl(*arguments: str) -> tuple[str, bytes]:
    """The status and the body that a real client gets."""
    running = await asyncio.create_subprocess_exec(
        "curl", "-s", "-w", "%{stderr}%{http_code} %{http_connect}", *arguments,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    body, status = await running.communicate()
    return status.decode(), body


@pytest.mark.parametrize("more", [(), ("--proxytunnel",)])
async def test_what_is_allowed_comes_through_whole(
    server: WebServer, proxy: GuardedProxy, more: Sequence[str]
) -> None:
    status, body = await curl("-x", proxy.url, *more, server.url("/file"))
    assert status.startswith("200") and body == BODY
    assert "Proxy-Authorization" not in server.files["/file"].requests[0]


async def test_a_body_is_passed_on(server: WebServer, proxy: GuardedProxy) -> None:
    status, _ = await curl("-x", proxy.url, "-d", "x" * 100_000, server.url("/file"))
    assert status.startswith("200")


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "2130706434", "0x7f.2", "[::1]", "localhost", "[::ffff:7f00:1]"]
)
@pytest.mark.parametrize("more", [(), ("--proxytunnel",)])
async def test_what_is_private_is_refused(
    server: WebServer, proxy: GuardedProxy, host: str, more: Sequence[str]
) -> None:
    status, _ = await curl("-x", proxy.url, *more, f"http://{host}:{server.port + 1}/file")
    assert str(REFUSED) in status
    assert server.files["/file"].requests == []


async def test_a_redirect_is_asked_for_anew(server: WebServer, proxy: GuardedProxy) -> None:
    server.files["/away"] = Served(b"", location=f"http://127.0.0.2:{server.port}/file")
    status, _ = await curl("-L", "-x", proxy.url, server.url("/away"))
    assert status.startswith(str(REFUSED))


async def test_only_who_has_the_password_may_use_it(server: WebServer, proxy: GuardedProxy) -> None:
    stranger = f"http://seen:wrong@127.0.0.1:{proxy.port}"
    for address in (stranger, f"http://127.0.0.1:{proxy.port}"):
        status, _ = await curl("-x", address, server.url("/file"))
        assert status.startswith("407")
    assert server.files["/file"].requests == []


async def test_a_host_that_is_not_there_is_told(proxy: GuardedProxy) -> None:
    async with aiohttp.ClientSession() as session:
        for url, status in (("http://no-such-host.invalid/", NAMELESS), ("http://a..b/", 502)):
            async with session.get(url, proxy=proxy.url) as answer:
                assert answer.status == status


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET ftp://host/ HTTP/1.1\r\n\r\n",
        b"CONNECT host HTTP/1.1\r\n\r\n",
        b"CONNECT host:99999 HTTP/1.1\r\n\r\n",
        b"\xff\r\n\r\n",
        b"GET http://\xff/ HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_request_to_a_proxy_is_not_read(request_: bytes) -> None:
    with pytest.raises(ValueError):
        read_request(request_)


@pytest.mark.parametrize("request_", [b"GET http://host" + b"x" * 70_000, b"nonsense\r\n\r\n"])
async def test_nonsense_is_answered_and_hung_up_on(proxy: GuardedProxy, request_: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(request_)
    assert (await reader.readline()).split()[1] in (b"400", b"431")
    await reader.read()
    writer.close()


async def test_what_is_sent_before_the_tunnel_stands_arrives(
    server: WebServer, proxy: GuardedProxy
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    host, secret = f"127.0.0.1:{server.port}", proxy.url.split("//")[1].split("@")[0]
    authorization = base64.b64encode(secret.encode()).decode()
    head = f"CONNECT {host} HTTP/1.1\r\nProxy-Authorization: Basic {authorization}\r\n\r\n"
    request = f"GET /file HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    writer.write((head + request).encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    assert (await reader.read()).endswith(BODY)
    writer.close()


async def test_closing_hangs_up_on_everybody(server: WebServer, proxy: GuardedProxy) -> None:
    """On whoever has asked for nothing yet, and in the middle of a tunnel."""
    server.files["/endless"] = Served(BODY, gate=asyncio.Event())
    silent, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    tunnel = asyncio.create_task(curl("-x", proxy.url, server.url("/endless")))
    while not server.files["/endless"].sent:
        await asyncio.sleep(0.01)
    await proxy.close()
    assert await silent.read() == b""
    writer.close()
    assert len((await tunnel)[1]) < len(BODY)
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", proxy.port)


@given(st.ip_addresses())
def test_every_private_address_lies_in_a_refused_network(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    inside = any(address in each for each in refused_networks())
    assert inside or is_public(address)
    assert not inside or address.version == 6 or not is_public(address)


def test_what_is_allowed_lies_in_no_refused_network() -> None:
    given = refused_networks(
        ["192.168.7.0/24", "fd00:1::/32", "10.0.0.1", "127.0.0.1:80", "nas.lan"]
    )
    refused = {each: any(ipaddress.ip_address(each) in network for network in given) for each in (
        "192.168.7.9", "192.168.8.9", "fd00:1::5", "fd00:2::5", "10.0.0.1", "10.0.0.2", "127.0.0.1",
    )}  # fmt: skip
    assert [each for each, found in refused.items() if not found] == [
        "192.168.7.9", "fd00:1::5", "10.0.0.1",
    ]  # fmt: skip
