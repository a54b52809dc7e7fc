"""How errors reach people: a problem document for programs, a page for readers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

import asyncpg
from aiohttp import web
from aiohttp.typedefs import Handler

from seen.core.errors import Invalid, SeenError, SignInNeeded, TooLarge, Unavailable
from seen.core.http import BASE, problem_response
from seen.core.log import get_log
from seen.core.pages import HOME, see_other

log = get_log(__name__)
ErrorPage = Callable[[web.Request, SeenError], Awaitable[web.StreamResponse]]


_UNSTORABLE = (
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
    asyncpg.DataError,
)
_NOT_ANSWERING = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.TooManyConnectionsError,
)


class _Refused(SeenError):
    """What aiohttp itself refused, as a problem of ours."""

    def __init__(self, error: web.HTTPException) -> None:
        super().__init__(error.reason, code=f"http_{error.status}")
        self.status = error.status
        self.title = error.reason


def answer_errors(page: ErrorPage) -> Callable[[Handler], Handler]:
    """Turn whatever a handler raises into an answer."""

    def around(handler: Handler) -> Handler:
        async def answering(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException as error:
                return await _refused(request, error, page)
            except SeenError as error:
                return await _answer(request, error, page)
            except Exception as error:
                return await _answer(request, _foreseen(request, error), page)

        return answering

    return around


async def _refused(
    request: web.Request, error: web.HTTPException, page: ErrorPage
) -> web.StreamResponse:
    """What aiohttp raised, as a problem of ours; a redirect is none."""
    if error.status < 400:
        raise error
    problem: SeenError = _Refused(error)
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        problem = TooLarge(f"{error.text}.")
    response = await _answer(request, problem, page)
    for name in ("Allow", "Retry-After"):
        if name in error.headers:
            response.headers[name] = error.headers[name]
    return response


def _foreseen(request: web.Request, error: Exception) -> SeenError:
    """Errors of libraries that have a plain meaning; the rest is our fault and logged."""
    if isinstance(error, _UNSTORABLE):
        return Invalid("A value in the request cannot be stored.")
    if isinstance(error, _NOT_ANSWERING):
        log.warning("web: something does not answer", path=request.path, error=repr(error))
        return Unavailable("Something this needs does not answer; try again in a moment.")
    if isinstance(error, web.RequestPayloadError):
        return TooLarge("The request broke off.")
    log.exception("web: unforeseen", method=request.method, path=request.path)
    return SeenError()


async def _answer(request: web.Request, error: SeenError, page: ErrorPage) -> web.StreamResponse:
    if request.path.startswith(BASE) or not request.path.startswith("/app"):
        return problem_response(error)
    if isinstance(error, SignInNeeded):
        target = "/app/login"
        if request.method == "GET" and request.path not in ("/app", HOME, "/app/events"):
            target += f"?next={quote(request.path_qs, safe='', errors='replace')}"
        return see_other(target)
    return await page(request, error)
