"""The admin's proxy for outgoing requests.

The proxy looks up names and dials in our place, so the gate cannot see where a connection goes to.
Each request and each redirect is therefore judged by what it asks for, before the proxy hears of
it. What an admin allowed inside the network is dialled directly, past the proxy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import aiohttp
from aiohttp.client_middlewares import ClientHandlerType, ClientMiddlewareType
from multidict import CIMultiDict
from yarl import URL

from seen.core.egress import Allowlist, EgressRefused, refusal

_DEFAULT_PORT = 3128
_NAME = "Proxy-Authorization"
_WHO_ARE_YOU = 407


@dataclass(frozen=True, slots=True)
class Upstream:
    """An HTTP proxy: its address without credentials, and those."""

    url: URL
    authorization: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """The proxy as an entry of an allowlist: an admin named it, so it may be private."""
        host = self.url.host or ""
        return f"[{host}]:{self.url.port}" if ":" in host else f"{host}:{self.url.port}"

    def passage(
        self, allow: Allowlist, on_refused: Callable[[str], None] = lambda _: None
    ) -> ClientMiddlewareType:
        """Sends requests through the proxy, directly, or nowhere."""
        nothing = Allowlist()

        async def through(
            request: aiohttp.ClientRequest, handler: ClientHandlerType
        ) -> aiohttp.ClientResponse:
            host, port = request.url.raw_host or "", request.url.port or 0
            if not refusal(host, port, nothing):
                return await self._ask(request, handler)
            if why := refusal(host, port, allow):
                on_refused(why)
                error = EgressRefused(f"{why}; an admin can allow it with SEEN_EGRESS_ALLOW")
                raise aiohttp.ClientConnectorError(request.connection_key, error)
            return await handler(request)

        return through

    async def _ask(
        self, request: aiohttp.ClientRequest, handler: ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """One request through the proxy. Errors that can be logged hold no credentials."""
        credentials = CIMultiDict({_NAME: self.authorization} if self.authorization else {})
        request.update_proxy(self.url, None, credentials)
        if not request.is_ssl():
            request.headers.update(credentials)
        try:
            answer = await handler(request)
            refused = answer.status if answer.status == _WHO_ARE_YOU else 0
        except aiohttp.ClientHttpProxyError as error:
            refused = error.status
        finally:
            request.headers.popall(_NAME, None)
        if refused:
            raise aiohttp.ClientConnectorError(
                request.connection_key, OSError(None, f"the proxy answers {refused}")
            )
        return answer


def read_upstream(text: str) -> Upstream | None:
    """The proxy that a setting names, ``http://user:password@host:port``; None for "". Raises
    ValueError without repeating the text, which may hold a password."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port or _DEFAULT_PORT
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme != "http" or parts.path.strip("/") or parts.query:
        raise ValueError("must be the address of an HTTP proxy, http://host:port")
    url = URL.build(scheme="http", host=host, port=port)
    if parts.username is None:
        return Upstream(url)
    name, password = unquote(parts.username), unquote(parts.password or "")
    return Upstream(url, aiohttp.encode_basic_auth(name, password))
