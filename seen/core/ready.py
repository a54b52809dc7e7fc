"""Answers whose bytes are there already, sent in one piece.

aiohttp makes the headers of every answer one by one, which costs more than all else about an answer
that is kept. Here they are bytes too; only the date is new each time. Where something is special
about a request, an ordinary answer takes the place of a ready one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from seen.core.headers import SECURITY, http_date

_JSON = {"Content-Type": "application/json"}
_KEPT = {"Cache-Control": "private, no-cache"}
_ETAG_LENGTH = 24
# Whole answers are kept in the cache; this only saves making their headers again.
_HEADED = 128


def _block(status: str, fields: Mapping[str, str]) -> str:
    lines = (f"{name}: {value}\r\n" for name, value in {**fields, **SECURITY}.items())
    return f"HTTP/1.1 {status}\r\n{''.join(lines)}"


_PASSING = _block("200 OK", {**_JSON, "Cache-Control": "no-store"})
_LASTING = _block("200 OK", {**_JSON, **_KEPT})
_PAGE = _block("200 OK", {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"})
_UNCHANGED = _block("304 Not Modified", _KEPT)


class ReadyResponse(web.StreamResponse):
    """Bytes with the headers that come before them. Holds nothing of a request, so that one may be
    sent to many."""

    def __init__(self, status: int, headers: str, body: bytes) -> None:
        super().__init__(status=status)
        self._before = f"{headers}Date: ".encode("latin-1")
        self._after = b"\r\n\r\n" + body

    @property
    def keep_alive(self) -> bool:
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("The client has left.")
        after = b"\r\n\r\n" if request.method == "HEAD" else self._after
        transport.writelines((self._before, http_date(), after))
        # Who asks and asks and does not read must not fill the memory.
        await request.writer.drain()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """All is written."""


def is_plain(request: web.Request) -> bool:
    """Whether the ready headers are the right ones: they say nothing of TLS, and the connection
    stays open as HTTP/1.1 has it."""
    return request.version == HttpVersion11 and request.keep_alive and request.scheme == "http"


def page_answer(body: bytes) -> ReadyResponse:
    """An HTML page to be kept and sent often, where a request :func:`is_plain`."""
    return ReadyResponse(200, f"{_PAGE}Content-Length: {len(body)}\r\n", body)


def json_answer(request: web.Request, body: bytes) -> web.StreamResponse:
    """Encoded JSON that is made for one request."""
    if not is_plain(request):
        return web.Response(body=body, headers=_JSON)
    return ReadyResponse(200, f"{_PASSING}Content-Length: {len(body)}\r\n", body)


def encoded_answer(body: bytes) -> bytes:
    """Encoded JSON with its ETag in front, ready to be kept and sent often."""
    return hashlib.blake2b(body, digest_size=_ETAG_LENGTH // 2).hexdigest().encode() + body


def etag_response(request: web.Request, answer: bytes) -> web.StreamResponse:
    """An :func:`encoded_answer`, or 304 when the client has just that."""
    etag, whole, unchanged = _headed(answer)
    known = _has(request, etag)
    if is_plain(request):
        return unchanged if known else whole
    headers = {**_KEPT, "ETag": etag}
    if known:
        return web.Response(status=304, headers=headers)
    return web.Response(body=answer[_ETAG_LENGTH:], headers={**_JSON, **headers})


@lru_cache(maxsize=_HEADED)
def _headed(answer: bytes) -> tuple[str, ReadyResponse, ReadyResponse]:
    etag, body = f'"{answer[:_ETAG_LENGTH].decode()}"', answer[_ETAG_LENGTH:]
    line = f"ETag: {etag}\r\n"
    return (
        etag,
        ReadyResponse(200, f"{_LASTING}{line}Content-Length: {len(body)}\r\n", body),
        ReadyResponse(304, f"{_UNCHANGED}{line}", b""),
    )


def _has(request: web.Request, etag: str) -> bool:
    """Whether the client says that it has the answer with this ETag (RFC 9110, 13.1.2)."""
    given = request.headers.get("If-None-Match")
    if given is None:
        return False
    if given == etag:
        return True
    return any(each.value in (etag.strip('"'), "*") for each in request.if_none_match or ())
