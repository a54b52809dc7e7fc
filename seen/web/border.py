"""What every request passes before a room sees it: who sends it, from where, and may it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from seen.accounts.service import Accounts
from seen.core.cookies import SESSION
from seen.core.errors import Forbidden
from seen.core.headers import SCHEME
from seen.core.http import VIEWER
from seen.core.settings import Settings
from seen.core.viewer import Viewer

Layer = Callable[[Handler], Handler]
"""What stands around a handler. aiohttp's middlewares do the same and cost each request more."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Names that only a local network gives out; nobody outside can make one resolve to this machine.
_LOCAL_ENDINGS = (".localhost", ".local", ".lan", ".home.arpa", ".internal", ".home")

# A host and perhaps a port, as browsers send them.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d*)?")
_HEALTH = "/api/v1/health/"
# Before there is an admin, every page leads to the one that makes it, but for these.
_BEFORE_THE_ADMIN = ("/app/setup", "/app/wall/")
_SESSION_COOKIE = re.compile(rf"(?:^|;)\s*{SESSION}=\"?([^;\"]*)")


@lru_cache(maxsize=1024)
def host_name(host: str) -> str:
    """The name in a Host header, without port, dots at the end and case; "" when it is rubbish."""
    found = _HOST.fullmatch(host)
    return found[1].strip("[]").rstrip(".").lower() if found else ""


@lru_cache(maxsize=1024)
def is_local_name(name: str) -> bool:
    """Whether a name cannot be one that a stranger points at this machine (DNS rebinding)."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(_LOCAL_ENDINGS))
    return True


def believe_proxies(proxies: Sequence[str]) -> Layer:
    """Take address, scheme and host from forwarded headers, of known proxies only."""
    networks = [ipaddress.ip_network(each, strict=False) for each in proxies]

    def known(address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in networks)

    def seen_through(request: web.Request) -> web.Request:
        peer = request.remote or ""
        if not known(peer):
            return request
        # The nearest entry that is not a proxy of ours is the client; what stands before it is
        # the client's own claim.
        hops = _forwarded(request, "For")
        client = next((hop for hop in reversed(hops) if not known(hop)), peer)
        scheme = next(iter(_forwarded(request, "Proto")[-1:]), "")
        changed = request.clone(
            remote=client,
            scheme=scheme if scheme in ("http", "https") else request.scheme,
            host=next(iter(_forwarded(request, "Host")[-1:]), request.host),
        )
        request[SCHEME] = changed.scheme
        return changed

    def around(handler: Handler) -> Handler:
        async def believing(request: web.Request) -> web.StreamResponse:
            return await handler(seen_through(request))

        return believing

    return around


def _forwarded(request: web.Request, what: str) -> list[str]:
    """The entries of a forwarded header, nearest last; some proxies add lines, some make the line
    longer."""
    lines = request.headers.getall(f"X-Forwarded-{what}", ())
    return [part.strip() for line in lines for part in line.split(",") if part.strip()]


def border(settings: Settings, accounts: Accounts) -> Layer:
    """The checks that every request passes, and who asks.

    One function, since every layer costs each request something. Whether the process is alive
    depends neither on the name nor on a database that knows who asks.
    """
    answers_to = _own_names(settings.allowed_hosts)

    async def check(request: web.Request) -> None:
        path = request.path
        is_health = path.startswith(_HEALTH)
        if not is_health and not answers_to(request.host):
            await _check_other_name(request.host, settings, accounts)
        if request.method not in _SAFE and not _same_origin(request):
            raise Forbidden("This request comes from another site.", code="cross_origin")
        if is_health:
            return
        waits = path.startswith("/app/") and not path.startswith(_BEFORE_THE_ADMIN)
        if waits and not await accounts.is_claimed():
            raise web.HTTPSeeOther("/app/setup")
        viewer = await _recognise(request, accounts)
        if viewer is not None:
            request[VIEWER] = viewer

    def around(handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            await check(request)
            return await handler(request)

        return checked

    return around


def _own_names(allowed_hosts: Sequence[str]) -> Callable[[str], bool]:
    """Tells whether a Host header is one that is always answered."""
    allowed = {host_name(each) for each in allowed_hosts}

    @lru_cache(maxsize=1024)
    def known(host: str) -> bool:
        name = host_name(host)
        return name in allowed or is_local_name(name)

    return known


async def _check_other_name(host: str, settings: Settings, accounts: Accounts) -> None:
    """Raise Forbidden for a name that is not ours.

    Without a list any name will do once the first admin exists, since a page from elsewhere has
    no cookie here. Before that a stranger's page could claim the server by DNS rebinding.
    """
    if settings.allowed_hosts or not await accounts.is_claimed():
        raise Forbidden(
            f"This server does not answer to the name {host_name(host)[:100] or '(none)'}. "
            "An admin can add it to SEEN_ALLOWED_HOSTS.",
            code="unknown_host",
        )


def _same_origin(request: web.Request) -> bool:
    """Whether a request that changes something comes from our own pages or from a program.

    Browsers say where a request comes from in headers that pages cannot forge. A program that
    sends neither of them has to bring a token instead of a cookie.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is not None:
        try:
            return urlsplit(origin).netloc.lower() == request.host.lower()
        except ValueError:
            return False
    return not session_secret(request)


async def _recognise(request: web.Request, accounts: Accounts) -> Viewer | None:
    """Who asks, by bearer token or by cookie."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return await accounts.viewer_by_access_token(token.strip())
    secret = session_secret(request)
    return await accounts.viewer_by_token(secret) if secret else None


def session_secret(request: web.Request) -> str:
    """What the session cookie holds, "" without one. To read one cookie is much quicker than to
    make a jar of all."""
    for line in request.headers.getall("Cookie", ()):
        if found := _SESSION_COOKIE.search(line):
            return found[1].strip()
    return ""
