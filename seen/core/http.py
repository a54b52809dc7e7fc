"""The thin HTTP border: typed handlers in, JSON and problem documents out.

A room's ``api.py`` makes an :class:`Api` and decorates handlers. What a handler takes and gives is
read from its annotations: ``query`` and ``body`` are msgspec structs, other parameters are parts of
the path, the return value is the answer. The same facts make the OpenAPI document, so the document
cannot lie.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_type_hints
from uuid import UUID

import msgspec
from aiohttp import web

from seen.core.errors import (
    Forbidden,
    Invalid,
    Malformed,
    NotHere,
    SeenError,
    SignInNeeded,
    TooLarge,
    TooMany,
)
from seen.core.ready import json_answer
from seen.core.scopes import NO_TOKEN, scope_of
from seen.core.viewer import Viewer

BASE = "/api/v1"
Access = Literal["anyone", "user", "admin"]
VIEWER = web.RequestKey("viewer", Viewer)

_H = TypeVar("_H", bound=Callable[..., Awaitable[Any]])


class Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What a client sends. Unknown fields are refused, so a typo is not silently ignored."""


class Query(msgspec.Struct, rename="camel"):
    """What a client asks for after the question mark. Unknown names are ignored."""


class Answer(msgspec.Struct, rename="camel"):
    """What the server answers."""


class Problem(msgspec.Struct, omit_defaults=True):
    """RFC 9457. ``code`` is stable; ``detail`` is for people; ``errors`` point at fields."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, str]] = msgspec.field(default_factory=list)


@dataclass(slots=True)
class Call:
    """One request as a handler sees it."""

    request: web.Request

    @property
    def viewer(self) -> Viewer:
        """Who asks. Raises SignInNeeded where nobody is signed in."""
        viewer: Viewer | None = self.request.get(VIEWER)
        if viewer is None:
            raise SignInNeeded
        return viewer

    def path_id(self, name: str) -> UUID:
        """An id in the path. Raises NotHere for what cannot be one."""
        try:
            return UUID(self.request.match_info[name])
        except ValueError as error:
            raise NotHere from error


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path, with all that the document says of it."""

    method: str
    path: str
    tag: str
    handler: Callable[..., Awaitable[Any]]
    access: Access
    status: int
    summary: str
    path_types: Mapping[str, type]
    query: type[Query] | None
    body: type[Body] | None
    answer: Any
    produces: str | None
    max_body: int
    accepts: str | None = None
    also: Mapping[int, str] = field(default_factory=dict)
    scope: str = NO_TOKEN

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Check access and input, call the handler, encode its answer."""
        check_access(request, self.access, self.scope)
        given: dict[str, Any] = {
            name: _path_part(name, kind, request) for name, kind in self.path_types.items()
        }
        if self.query is not None:
            given["query"] = read_query(request, self.query)
        if self.body is not None:
            given["body"] = await read_body(request, self.body, self.max_body)
        result = await self.handler(Call(request), **given)
        if isinstance(result, web.StreamResponse):
            return result
        if result is None:
            return web.Response(status=204)
        if self.status == 200:
            return json_answer(request, msgspec.json.encode(result))
        return json_response(result, self.status)


class Api:
    """The routes of a room."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.routes: list[Route] = []

    def get(self, path: str, **options: Any) -> Callable[[_H], _H]:
        return self._route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[_H], _H]:
        return self._route("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[_H], _H]:
        return self._route("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[_H], _H]:
        return self._route("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[_H], _H]:
        return self._route("DELETE", path, **options)

    def _route(
        self,
        method: str,
        path: str,
        *,
        access: Access = "user",
        status: int = 200,
        produces: str | None = None,
        accepts: str | None = None,
        answers: Any = None,
        max_body: int = 64 * 1024,
        also: Mapping[int, str] | None = None,
    ) -> Callable[[_H], _H]:
        """``produces`` names a media type for handlers that answer something else than JSON,
        ``answers`` the shape of JSON that is already encoded; ``accepts`` names the media type of a
        body that the handler reads itself; ``also`` documents statuses beside the usual ones."""

        def add(handler: _H) -> _H:
            hints = get_type_hints(handler)
            parameters = inspect.signature(handler).parameters
            answer = answers or hints.get("return")
            self.routes.append(
                Route(
                    method=method,
                    path=BASE + path,
                    tag=self.tag,
                    handler=handler,
                    access=access,
                    status=204 if answer is type(None) else status,
                    summary=inspect.getdoc(handler) or "",
                    path_types={
                        name: hints[name]
                        for name in parameters
                        if name not in ("call", "query", "body")
                    },
                    query=hints.get("query"),
                    body=hints.get("body"),
                    answer=None if answer is type(None) else answer,
                    produces=produces,
                    max_body=max_body,
                    accepts=accepts,
                    also=also or {},
                    scope=scope_of(method, path, self.tag, access == "admin"),
                )
            )
            return handler

        return add


def check_access(request: web.Request, access: Access, scope: str = NO_TOKEN) -> None:
    """Raise SignInNeeded or Forbidden unless whoever asks may come in. ``scope`` is what a token
    needs for it; without one, no token will do."""
    if access == "anyone":
        return
    viewer = request.get(VIEWER)
    if viewer is None:
        raise SignInNeeded
    if viewer.scopes is not None and scope not in viewer.scopes:
        raise Forbidden(
            f"This token lacks the scope {scope}." if scope else "No token may do this.",
            code="scope_missing",
        )
    if access == "admin" and not viewer.is_admin:
        raise Forbidden("Only an admin may do this.")


def _path_part(name: str, kind: type, request: web.Request) -> Any:
    raw = request.match_info[name]
    try:
        return msgspec.convert(raw, kind, strict=False)
    except msgspec.ValidationError as error:
        if kind in (UUID, int):
            # An id that cannot exist is an id that does not exist.
            raise NotHere from error
        raise Malformed(f"{name} in the path cannot be read: {error}.") from error


Q = TypeVar("Q", bound=msgspec.Struct)
_NOTHING_ASKED: dict[str, Any] = {}


def read_query(request: web.Request, shape: type[Q]) -> Q:
    """The query string as a struct. A list takes the name several times or commas."""
    raw = _raw_query(request, shape) if request.rel_url.raw_query_string else _NOTHING_ASKED
    try:
        return msgspec.convert(raw, shape, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error


def _raw_query(request: web.Request, shape: type[msgspec.Struct]) -> dict[str, Any]:
    query = request.query
    raw: dict[str, Any] = {}
    for name, kind in _query_fields(shape):
        if name not in query:
            continue
        values = query.getall(name)
        if kind == "list":
            raw[name] = [part for value in values for part in value.split(",") if part]
        elif values[-1] != "" or kind == "text":
            raw[name] = values[-1]
    return raw


@lru_cache(maxsize=256)
def _query_fields(shape: type[msgspec.Struct]) -> tuple[tuple[str, str], ...]:
    """The names of a query's fields with what each takes; looked up once, since reading the
    annotations costs more than everything else about a small request."""
    return tuple(
        (each.encode_name, "list" if _is_list(each.type) else "text" if each.type is str else "")
        for each in msgspec.structs.fields(shape)
    )


def _is_list(kind: Any) -> bool:
    text = str(kind)
    return text.startswith(("list[", "tuple[", "set[")) or kind in (list, tuple, set)


async def read_body(request: web.Request, shape: type[Q], max_body: int) -> Q:
    """The JSON body as a struct. Raises Malformed, Invalid or TooLarge."""
    if request.content_type != "application/json":
        raise Malformed(
            "Send JSON, with the header Content-Type: application/json.", code="not_json"
        )
    if (request.content_length or 0) > max_body:
        raise TooLarge(f"The body may have {max_body} bytes at most.")
    data = bytearray()
    async for chunk in request.content.iter_chunked(65_536):
        data += chunk
        if len(data) > max_body:
            raise TooLarge(f"The body may have {max_body} bytes at most.")
    try:
        return msgspec.json.decode(bytes(data), type=shape)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"The body is not JSON: {error}.", code="not_json") from error


def _invalid(error: msgspec.ValidationError) -> SeenError:
    text = str(error)
    message, _, where = text.partition(" - at `")
    place = where.rstrip("`").removeprefix("$").removeprefix(".")
    return Invalid(
        f"{place or 'The request'}: {message}.", errors=[{"field": place, "message": message}]
    )


def json_response(data: Any, status: int) -> web.Response:
    """An answer as JSON."""
    body = msgspec.json.encode(data)
    return web.Response(body=body, status=status, content_type="application/json")


def problem_response(error: SeenError) -> web.Response:
    """A problem document for an error."""
    problem = Problem(
        type=f"urn:seen:problem:{error.code}",
        title=error.title,
        status=error.status,
        code=error.code,
        detail=error.detail,
        errors=list(error.facts.get("errors", ())),
    )
    headers = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after)
    return web.Response(
        body=msgspec.json.encode(problem),
        status=error.status,
        content_type="application/problem+json",
        headers=headers,
    )
