"""The gate for outgoing connections: what counts is the address that is really dialled."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver
from hypothesis import given
from hypothesis import strategies as st

from seen.core.egress import Allowlist, EgressRefused, Guard, guarded_session, is_public
from seen.core.errors import SettingsError
from seen.core.settings import load_settings


@dataclass
class Canary:
    """A server on this machine that nobody may reach, and every address that was dialled."""

    port: int = 0
    visits: int = 0
    dialled: list[str] = field(default_factory=list)


@pytest.fixture
async def canary(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Canary]:
    """Listens on both loopback addresses. Whatever else is dialled is noted and goes nowhere."""
    made = Canary()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.visits += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\ncanary")
        await writer.drain()
        writer.close()

    servers = [await asyncio.start_server(answer, "127.0.0.1", 0)]
    made.port = servers[0].sockets[0].getsockname()[1]
    servers.append(await asyncio.start_server(answer, "::1", made.port))
    dial = BaseSelectorEventLoop.sock_connect

    async def noted(self: Any, sock: socket.socket, address: Any) -> None:
        made.dialled.append(address[0])
        if not ipaddress.ip_address(address[0]).is_loopback:
            raise ConnectionRefusedError("no traffic leaves the tests")
        await dial(self, sock, address)

    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", noted)
    yield made
    for each in servers:
        each.close()
        await each.wait_closed()


@dataclass
class Asked:
    """What came of a request."""

    text: str = ""
    error: BaseException | None = None
    refused: list[str] = field(default_factory=list)


async def ask(url: str, *allow: str, **options: Any) -> Asked:
    asked = Asked()
    session = guarded_session(allow, timeout_seconds=5, on_refused=asked.refused.append)
    async with session:
        try:
            async with session.get(url, **options) as answer:
                asked.text = await answer.text()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            asked.error = error
    return asked


LOOPBACK = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "017700000001", "0x7f000001",
    "0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "127.0.0.1.", "0", "0.0.0.0", "localhost", "localhost.",
    "LOCALHOST", "user:secret@127.0.0.1", "example.org@127.0.0.1", "example.org%23@127.0.0.1",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]", "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021",
    "\u2460\u2461\u2466.0.0.1",
]  # fmt: skip
ELSEWHERE = [
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "3232235777", "100.64.0.1",
    "169.254.169.254", "0xa9fea9fe", "192.0.0.8", "198.18.0.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "[fc00::1]", "[fd12:3456::1]", "[fe80::1]", "[fe80::1%25lo]",
    "[fec0::1]", "[ff02::1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a00:1]", "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "[2002:c0a8:101::1]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[100::1]",
    "[::ffff:169.254.169.254]", "[::ffff:0:10.0.0.1]", "[::10.0.0.1]",
]  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACK + ELSEWHERE)
async def test_no_spelling_of_a_private_address_is_dialled(canary: Canary, host: str) -> None:
    asked = await ask(f"http://{host}:{canary.port}/")
    assert asked.error is not None
    assert (canary.visits, canary.dialled) == (0, [])


@pytest.mark.parametrize("scheme", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1"])
async def test_only_http_leaves(canary: Canary, scheme: str) -> None:
    assert (await ask(scheme)).error is not None
    assert canary.dialled == []


async def test_a_refusal_says_which_address_and_how_to_allow_it(canary: Canary) -> None:
    asked = await ask(f"http://127.0.0.1:{canary.port}/")
    assert asked.refused == [
        "127.0.0.1 is a private address; an admin can allow it with SEEN_EGRESS_ALLOW"
    ]
    assert asked.refused[0] in str(asked.error)


Resolve = Callable[[str], list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[[Resolve], None]:
    """Lets a test say what names stand for."""

    def use(resolve: Resolve) -> None:
        async def stub(
            self: object, host: str, port: int = 0, family: int = 0
        ) -> list[ResolveResult]:
            return [
                ResolveResult(
                    hostname=host, host=each, port=port, proto=0, flags=0,
                    family=socket.AF_INET6 if ":" in each else socket.AF_INET,
                )
                for each in resolve(host)
            ]  # fmt: skip

        monkeypatch.setattr(ThreadedResolver, "resolve", stub)

    return use


PUBLIC = "93.184.215.14"


async def test_a_name_that_turns_private_the_second_time_is_refused_then(
    canary: Canary, names: Callable[[Resolve], None]
) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    names(lambda _: next(answers))
    for _ in range(2):
        assert (await ask(f"http://rebound.example:{canary.port}/")).error is not None
    assert (canary.visits, canary.dialled) == (0, [PUBLIC])


async def test_a_name_with_a_public_and_a_private_address_never_reaches_the_private_one(
    canary: Canary, names: Callable[[Resolve], None]
) -> None:
    names(lambda _: [PUBLIC, "::ffff:127.0.0.1", "127.0.0.1", "::1"])
    assert (await ask(f"http://both.example:{canary.port}/")).error is not None
    assert (canary.visits, set(canary.dialled)) == (0, {PUBLIC})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f000001", "[::1]"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_leads_inside(canary: Canary, host: str, status: int) -> None:
    """The first server is allowed by its port, so only the second address is in question."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        target = f"Location: http://{host}:{canary.port}/\r\n"
        writer.write(f"HTTP/1.1 {status} Go\r\n{target}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    asked = await ask(f"http://127.0.0.1:{port}/", f"127.0.0.1:{port}")
    server.close()
    await server.wait_closed()
    assert asked.error is not None
    assert asked.refused
    assert canary.visits == 0


async def test_a_proxy_of_the_environment_is_not_used(
    canary: Canary, monkeypatch: pytest.MonkeyPatch, names: Callable[[Resolve], None]
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    names(lambda _: [PUBLIC])
    assert (await ask("http://plain.example/")).error is not None
    assert (canary.visits, canary.dialled) == (0, [PUBLIC])


async def test_a_proxy_inside_is_refused_like_any_other_address(canary: Canary) -> None:
    asked = await ask("http://plain.example/", proxy=f"http://127.0.0.1:{canary.port}")
    assert asked.refused
    assert canary.visits == 0


@pytest.mark.parametrize(
    "entry", ["localhost", "localhost:{port}", "127.0.0.1", "127.0.0.1:{port}", "127.0.0.0/8",
              "LocalHost.", "http://localhost:{port}/base", "::1", "[::1]:{port}"],
)  # fmt: skip
async def test_what_an_admin_allows_is_reached(canary: Canary, entry: str) -> None:
    entry = entry.format(port=canary.port)
    host = "[::1]" if "::" in entry else "127.0.0.1" if "127" in entry else "localhost"
    asked = await ask(f"http://{host}:{canary.port}/", entry)
    assert (asked.text, canary.visits) == ("canary", 1)


@pytest.mark.parametrize(
    "entry", ["localhost:1", "127.0.0.1:1", "127.0.0.2", "10.0.0.0/8", "nas", "localhos",
              "ocalhost", "localhost.evil.example", "http://localhost:1"],
)  # fmt: skip
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_an_entry_allows_what_it_names_and_nothing_else(
    canary: Canary, entry: str, host: str
) -> None:
    assert (await ask(f"http://{host}:{canary.port}/", entry)).error is not None
    assert canary.visits == 0


async def test_an_allowed_name_lends_its_address_to_no_other_port(
    canary: Canary, names: Callable[[Resolve], None]
) -> None:
    names(lambda _: ["127.0.0.1"])
    asked = await ask(f"http://evil.example:{canary.port}/", "nas:1", "nas.example")
    assert asked.refused
    assert canary.visits == 0


def test_an_allowed_name_stands_for_its_last_answer_only() -> None:
    guard = Guard(["nas"])
    guard.resolved("nas", 80, ["192.168.1.5"])
    guard.check("192.168.1.5", 80)
    guard.resolved("nas", 80, ["192.168.1.6"])
    guard.check("192.168.1.6", 80)
    with pytest.raises(EgressRefused):
        guard.check("192.168.1.5", 80)
    with pytest.raises(EgressRefused):
        guard.check("192.168.1.6", 81)


async def test_a_name_no_resolver_can_read_is_an_error_like_any_other(canary: Canary) -> None:
    for host in ("a" * 70 + ".example", "a..example", ".", "xn--a.example", "-"):
        assert (await ask(f"http://{host}:{canary.port}/")).error is not None
    assert canary.dialled == []


@pytest.mark.parametrize(
    "entry", ["nas:99999", "nas:x", "10.0.0.0/99", "[::1", "10.0.0.0/8:80", "a b", "*.lan"]
)
def test_an_entry_that_cannot_be_one_is_named(entry: str) -> None:
    with pytest.raises(SettingsError, match=r"^SEEN_EGRESS_ALLOW: .*"):
        load_settings(egress_allow=entry)


v4 = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)


@given(v4)
def test_wrapping_an_address_in_ipv6_does_not_change_what_it_is(
    address: ipaddress.IPv4Address,
) -> None:
    number = int(address)
    outside = address.is_global and not address.is_multicast
    assert is_public(address) == outside
    for wrapped in (
        0x64FF9B << 96 | number,
        0xFFFF << 32 | number,
        0xFFFF << 48 | number,
        0x2002 << 112 | number << 80,
    ):
        assert is_public(ipaddress.IPv6Address(wrapped)) == outside
    for never in (number, 0x64FF9B0001 << 80 | number, 0x20010000 << 96 | number):
        assert not is_public(ipaddress.IPv6Address(never))


@given(st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address))
def test_whatever_python_calls_private_is_private_here(address: ipaddress.IPv6Address) -> None:
    if address.is_private or address.is_multicast or address.is_link_local:
        assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_the_internet_is_reachable(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(v4, st.integers(0, 32))
def test_a_network_allows_its_own_addresses_only(
    address: ipaddress.IPv4Address, length: int
) -> None:
    network = ipaddress.ip_network(f"10.20.30.40/{length}", strict=False)
    assert Allowlist([str(network)]).has_address(address, 80) == (address in network)
