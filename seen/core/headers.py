"""Headers that every answer carries."""

from __future__ import annotations

import time
from email.utils import formatdate

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

# How the browser speaks to the proxy in front; answers are prepared for the request as it came.
SCHEME = web.RequestKey("scheme", str)

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY: CIMultiDictProxy[str] = CIMultiDictProxy(
    CIMultiDict(
        {
            "Content-Security-Policy": CSP,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Frame-Options": "DENY",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }
    )
)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: what a handler did not set itself."""
    response.headers.merge(SECURITY)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    if request.get(SCHEME, request.scheme) == "https":
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")


class _Now:
    """The Date header's value, written once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._text = b""

    def text(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second, self._text = second, formatdate(second, usegmt=True).encode()
        return self._text


http_date = _Now().text
