"""What every request passes before a room sees it: who sends it, from where, and may it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from seen.accounts.service import Accounts
from seen.core.cookies import SESSION
from seen.core.errors import Forbidden
from seen.core.http import VIEWER
from seen.core.settings import Settings

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Names that only a local network gives out; nobody outside can make one resolve to this machine.
_LOCAL_ENDINGS = (".localhost", ".local", ".lan", ".home.arpa", ".internal", ".home")

# A host and perhaps a port, as browsers send them.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d*)?")
# How the browser speaks to the proxy in front; response signals see the request as it came.
_SCHEME = web.RequestKey("scheme", str)
_HEALTH = "/api/v1/health/"

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: security headers on every answer."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    if request.get(_SCHEME, request.scheme) == "https":
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")


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


def believe_proxies(proxies: Sequence[str]) -> Middleware:
    """Middleware: take address, scheme and host from forwarded headers, of known proxies only."""
    networks = [ipaddress.ip_network(each, strict=False) for each in proxies]

    def known(address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in networks)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        peer = request.remote or ""
        if not networks or not known(peer):
            return await handler(request)
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
        request[_SCHEME] = changed.scheme
        return await handler(changed)

    return middleware


def _forwarded(request: web.Request, what: str) -> list[str]:
    """The entries of a forwarded header, nearest last; some proxies add lines, some make the line
    longer."""
    lines = request.headers.getall(f"X-Forwarded-{what}", ())
    return [part.strip() for line in lines for part in line.split(",") if part.strip()]


def check_host(settings: Settings, accounts: Accounts) -> Middleware:
    """Middleware: answer only to names that are ours.

    Without a list any name will do once the first admin exists, since a page from elsewhere has
    no cookie here. Before that a stranger's page could claim the server by DNS rebinding.
    """
    allowed = {host_name(each) for each in settings.allowed_hosts}

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        name = host_name(request.host)
        if name in allowed or is_local_name(name) or request.path.startswith(_HEALTH):
            return await handler(request)
        if allowed or not await accounts.is_claimed():
            raise Forbidden(
                f"This server does not answer to the name {name[:100] or '(none)'}. "
                "An admin can add it to SEEN_ALLOWED_HOSTS.",
                code="unknown_host",
            )
        return await handler(request)

    return middleware


def check_origin() -> Middleware:
    """Middleware: a request that changes something comes from our own pages or from a program.

    Browsers say where a request comes from in headers that pages cannot forge. A program that
    sends neither of them has to bring a token instead of a cookie.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in _SAFE and not _same_origin(request):
            raise Forbidden("This request comes from another site.", code="cross_origin")
        return await handler(request)

    return middleware


def _same_origin(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is not None:
        try:
            return urlsplit(origin).netloc.lower() == request.host.lower()
        except ValueError:
            return False
    return SESSION not in request.cookies


def recognise(accounts: Accounts) -> Middleware:
    """Middleware: find out who asks, by bearer token or by cookie."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        viewer = None
        if request.path.startswith(_HEALTH):
            # Whether the process is alive does not depend on a database that knows who asks.
            pass
        elif scheme.lower() == "bearer" and token:
            viewer = await accounts.viewer_by_access_token(token.strip())
        elif secret := request.cookies.get(SESSION):
            viewer = await accounts.viewer_by_token(secret)
        if viewer is not None:
            request[VIEWER] = viewer
        return await handler(request)

    return middleware


def lead_to_setup(accounts: Accounts) -> Middleware:
    """Middleware: before there is an admin, every page leads to the one that makes it."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path
        waits = path.startswith("/app/") and not path.startswith(("/app/setup", "/app/wall/"))
        if waits and not await accounts.is_claimed():
            raise web.HTTPSeeOther("/app/setup")
        return await handler(request)

    return middleware
