"""The gate for outgoing connections.

Every connection of every client passes :func:`socket_factory` at the moment it is made, with the
address it really goes to. Names that resolve differently a second time, redirects and odd
spellings of addresses are therefore all covered by one check.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from seen import __version__

if TYPE_CHECKING:
    from seen.core.upstream import Upstream

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

USER_AGENT = f"seen/{__version__}"

# What the oldest supported Python still calls global.
_V4_FORBIDDEN = tuple(
    ipaddress.IPv4Network(each) for each in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3")
)
_V6_FORBIDDEN = tuple(
    ipaddress.IPv6Network(each)
    for each in (
        "::/96",
        "64:ff9b:1::/48",
        "fec0::/10",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
        "100::/64",
        "2001:db8::/32",
        "2001::/32",
        "5f00::/16",
    )
)
_V6_EMBEDS_V4 = (
    # network, how far the IPv4 address lies from the right end, in bits
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
)


class EgressRefused(OSError):
    """The address is private and nobody allowed it. The message says how to allow it."""

    def __init__(self, message: str) -> None:
        # With a number the text becomes ``strerror``, which is what aiohttp's own error repeats.
        super().__init__(errno.EACCES, message)

    def __str__(self) -> str:
        return str(self.strerror)


def is_public(address: Address) -> bool:
    """Whether an address is out on the internet, seen through every wrapping of IPv4 in IPv6."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in network for network in _V4_FORBIDDEN)
    for network, shift in _V6_EMBEDS_V4:
        if address in network:
            return is_public(ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF))
    if any(address in network for network in _V6_FORBIDDEN):
        return False
    return address.is_global and not address.is_multicast


_REFUSED = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        # All but what is handed out, and what wraps or tests something in there.
        "::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip


def refused_networks(allow: Iterable[str] = ()) -> tuple[Network, ...]:
    """The networks that hold every address which is not public, without those that are allowed on
    all ports: for programs that filter addresses themselves. Some public addresses that wrap
    others are among them."""
    refused: list[Network] = list(_REFUSED)
    for allowed in Allowlist(allow).networks:
        refused = [part for each in refused for part in _without(each, allowed)]
    return tuple(refused)


def _without(network: Network, allowed: Network) -> Iterable[Network]:
    if isinstance(network, ipaddress.IPv4Network) and isinstance(allowed, ipaddress.IPv4Network):
        if network.subnet_of(allowed):
            return ()
        return network.address_exclude(allowed) if allowed.subnet_of(network) else (network,)
    if isinstance(network, ipaddress.IPv6Network) and isinstance(allowed, ipaddress.IPv6Network):
        if network.subnet_of(allowed):
            return ()
        return network.address_exclude(allowed) if allowed.subnet_of(network) else (network,)
    return (network,)


_NAME = re.compile(r"\w([\w-]*\w)?(\.\w([\w-]*\w)?)*")


class Allowlist:
    """Private hosts and networks that an admin allowed: names, addresses, CIDR, ``host:port``.

    An entry that is none of these allows nothing.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._networks: list[tuple[Network, int | None]] = []
        self._names: set[tuple[str, int | None]] = set()
        for entry in entries:
            found = read_entry(entry)
            if found is None:
                continue
            host, port = found
            if isinstance(host, str):
                self._names.add((host, port))
            else:
                self._networks.append((host, port))

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks that are allowed on all ports."""
        return tuple(network for network, port in self._networks if port is None)

    def has_address(self, address: Address, port: int) -> bool:
        """Whether a network of the list holds the address."""
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(
            mapped in network and allowed in (None, port)
            for network, allowed in self._networks
            if network.version == mapped.version
        )

    def has_name(self, host: str, port: int) -> bool:
        """Whether the list names the host."""
        name = host.rstrip(".").lower()
        return (name, None) in self._names or (name, port) in self._names


def read_entry(entry: str) -> tuple[Network | str, int | None] | None:
    """An entry of an allowlist: a network or a name, and a port or None for all; None when it is
    no entry."""
    try:
        return ipaddress.ip_network(entry, strict=False), None
    except ValueError:
        pass
    try:
        parts = urlsplit(entry if "//" in entry else f"//{entry}")
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        return None
    if "//" not in entry and parts.path:
        return None
    try:
        return ipaddress.ip_network(host, strict=False), port
    except ValueError:
        return (host, port) if _NAME.fullmatch(host) else None


# Names that stand for this machine, or that only a network of one's own gives out.
_LOCAL_NAMES = ("localhost", "local", "internal", "lan", "home", "intranet", "corp", "arpa")


def written_address(host: str) -> Address | None:
    """The address that a host in a link spells out, in any way that a resolver understands:
    decimal, octal, hexadecimal, shortened, in other digits; None for a name."""
    plain = unicodedata.normalize("NFKC", host).strip("[]").rstrip(".").lower()
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(plain.split("%")[0])
    with contextlib.suppress(OSError, UnicodeError, ValueError):
        return ipaddress.IPv4Address(socket.inet_aton(plain))
    return None


def refusal(host: str, port: int, allow: Allowlist) -> str:
    """Why a host written in a link is not to be dialled; "" when it may be.

    Looks nothing up: what a name stands for is checked at the moment of connecting.
    """
    name = unicodedata.normalize("NFKC", host).strip("[]").rstrip(".").lower()
    address = written_address(host)
    if address is not None:
        if is_public(address) or allow.has_address(address, port) or allow.has_name(name, port):
            return ""
        return f"{name} is a private address"
    if allow.has_name(name, port):
        return ""
    if not _NAME.fullmatch(name):
        return f"{name[:100] or 'nothing'} is not a name"
    if "." not in name or name.rpartition(".")[2] in _LOCAL_NAMES:
        return f"{name} is a name in a private network"
    return ""


class Guard:
    """Decides about connections for one client: the server's list plus the client's own."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._allow = Allowlist(allow)
        # What each allowed name and port stands for, by its last answer to this client.
        self._resolved: dict[tuple[str, int], frozenset[str]] = {}

    def check(self, host: str, port: int) -> None:
        """Raise EgressRefused unless this numeric address may be dialled."""
        address = ipaddress.ip_address(host.split("%")[0])
        if not is_public(address) and not self.allows(address, port):
            raise EgressRefused(
                f"{address} is a private address; an admin can allow it with SEEN_EGRESS_ALLOW"
            )

    def allows(self, address: Address, port: int) -> bool:
        """Whether the lists name the address, or a name that stands for it."""
        if self._allow.has_address(address, port):
            return True
        named = (found for (_, allowed), found in self._resolved.items() if allowed == port)
        return any(str(address) in found for found in named)

    def resolved(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """Remember what an allowed name stands for at this moment."""
        if self._allow.has_name(host, port):
            self._resolved[host.rstrip(".").lower(), port] = frozenset(addresses)

    def socket_factory(self, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket for one connection, or refuse."""
        family, kind, proto, _, destination = info
        self.check(destination[0], destination[1])
        return socket.socket(family, kind, proto)


class GuardedResolver(AbstractResolver):
    """Resolves names in threads and tells the guard what allowed names stand for."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        try:
            found = await self._inner.resolve(host, port, family)
        except UnicodeError as error:
            # A part of the name is empty or too long; to clients this is a name like any unknown.
            raise OSError(None, f"{host[:100]} is not a name") from error
        self._guard.resolved(host, port, (each["host"] for each in found))
        return found

    async def close(self) -> None:
        await self._inner.close()


def guarded_session(
    allow: Iterable[str] | Guard = (),
    *,
    headers: dict[str, str] | None = None,
    timeout_seconds: float = 30,
    on_refused: Callable[[str], None] = lambda _: None,
    proxy: Upstream | None = None,
) -> aiohttp.ClientSession:
    """A client session whose every connection passes the gate, made of the lists or given. With a
    proxy, which goes with lists only, requests leave through it. The caller closes it."""
    passages = []
    if isinstance(allow, Guard):
        guard = allow
    elif proxy is None:
        guard = Guard(allow)
    else:
        allow = tuple(allow)
        guard = Guard((*allow, proxy.host))
        passages.append(proxy.passage(Allowlist(allow), on_refused))

    def factory(info: Any) -> socket.socket:
        try:
            return guard.socket_factory(info)
        except EgressRefused as error:
            on_refused(str(error))
            raise

    connector = aiohttp.TCPConnector(
        socket_factory=factory, resolver=GuardedResolver(guard), limit=40, limit_per_host=20
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": USER_AGENT, **(headers or {})},
        timeout=aiohttp.ClientTimeout(total=timeout_seconds, connect=10),
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=passages,
        max_line_size=16_384,
        max_field_size=16_384,
    )
