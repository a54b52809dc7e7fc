"""The border for HTML pages: routes with an access rule, forms as structs, and a renderer.

Rooms write pages against this; how a page looks around its content is the business of ``web``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from seen.core.errors import Invalid, Malformed, SeenError
from seen.core.http import Access, Call, check_access

HOME = "/app/dashboard"

S = TypeVar("S", bound=msgspec.Struct)
_H = TypeVar("_H", bound=Callable[..., Awaitable[web.StreamResponse]])


class Renderer(Protocol):
    """Makes HTML of a template and its variables."""

    async def page(
        self, call: Call, template: str, *, status: int = 200, active: str = "", **variables: Any
    ) -> web.Response:
        """A page inside the shell; ``active`` is the address marked in the navigation."""
        ...

    async def bare(
        self, call: Call, template: str, *, status: int = 200, **variables: Any
    ) -> web.Response:
        """A page or a part of one without the shell."""
        ...

    def is_part(self, call: Call) -> bool:
        """Whether a script asks for a part of a page rather than a reader for the whole."""
        ...


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One page or form target."""

    method: str
    path: str
    handler: Callable[[Call], Awaitable[web.StreamResponse]]
    access: Access
    keep: bool = False
    """Whether the page may be kept until an event: it shows nothing but what events tell of."""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Check access, then call the handler."""
        check_access(request, self.access)
        return await self.handler(Call(request))


class Pages:
    """The pages of a room."""

    def __init__(self) -> None:
        self.routes: list[PageRoute] = []

    def get(self, path: str, *, access: Access = "user", keep: bool = False) -> Callable[[_H], _H]:
        return self._route("GET", path, access, keep)

    def post(self, path: str, *, access: Access = "user") -> Callable[[_H], _H]:
        return self._route("POST", path, access)

    def _route(
        self, method: str, path: str, access: Access, keep: bool = False
    ) -> Callable[[_H], _H]:
        def add(handler: _H) -> _H:
            self.routes.append(PageRoute(method, path, handler, access, keep))
            return handler

        return add


async def read_form(call: Call, shape: type[S]) -> S:
    """A submitted form as a struct. Raises Invalid, Malformed or TooLarge.

    A field that is not in the struct is ignored: buttons and browsers add their own.
    """
    form = await read_fields(call)
    names = {each.encode_name for each in msgspec.structs.fields(shape)}
    raw = {name: value for name, value in form.items() if name in names}
    try:
        return msgspec.convert(raw, shape, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"The form is not complete: {error}.") from error


async def read_fields(call: Call) -> dict[str, str]:
    """A submitted form as it came, for forms whose fields a plugin names. Raises Malformed."""
    if call.request.content_type not in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ):
        raise Malformed("Send a form.")
    try:
        form = await call.request.post()
    except (HttpProcessingError, ValueError, LookupError, AssertionError, RuntimeError) as error:
        # aiohttp's parsers say in many ways that a body breaks the rules of its own kind.
        raise Malformed("The form cannot be read; send it again.") from error
    return {name: value for name, value in form.items() if isinstance(value, str)}


def see_other(target: str) -> web.Response:
    """Go on to another page with GET."""
    return web.Response(status=303, headers={"Location": target})


def local_path(target: str, default: str = HOME) -> str:
    """A place of ours to go on to; anything that could lead elsewhere becomes the default."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return default
    plain = target.isprintable() and "\\" not in target and not target.startswith("//")
    if plain and not parts.scheme and not parts.netloc and target.startswith("/app"):
        return target
    return default


def came_from(call: Call, default: str = HOME) -> str:
    """The page a form was sent from, to go back to; the default when nobody says."""
    try:
        parts = urlsplit(call.request.headers.get("Referer", ""))
    except ValueError:
        return default
    if parts.netloc.lower() != call.request.host.lower():
        return default
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path, default)


class FieldErrors(dict[str, str]):
    """What is wrong with each field of a form; "" for fields that are fine."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with a form: words beside its fields, or one sentence above it."""

    fields: FieldErrors
    sentence: str = ""
    status: int = 422


NO_FAULTS = Faults(FieldErrors())


def faults_of(error: SeenError) -> Faults:
    """An error as the page shows it that sent the form."""
    found = FieldErrors(
        (each["field"].rpartition(".")[2], each["message"])
        for each in error.facts.get("errors", ())
    )
    status = error.status if error.status == 429 else 422
    return Faults(found, "" if found else error.detail, status)
