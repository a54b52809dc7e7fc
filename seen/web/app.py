"""The aiohttp application: border, API, pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from seen.accounts.service import Accounts
from seen.artwork.model import draw
from seen.core.errors import NotHere
from seen.core.headers import add_headers
from seen.core.http import Api, Call, Route
from seen.core.openapi import document
from seen.core.pages import PageRoute, Pages
from seen.core.settings import Settings
from seen.web.assets import PREFIX, Assets
from seen.web.border import Layer, believe_proxies, border
from seen.web.failures import answer_errors
from seen.web.kept import KeptPages
from seen.web.shell import Shell, wall_titles
from seen.web.stream import Streams

_READING = ("GET", "HEAD")
_MAX_FORM_BYTES = 1024 * 1024


def make_app(
    settings: Settings,
    accounts: Accounts,
    apis: Sequence[Api],
    pages: Sequence[Pages],
    shell: Shell,
    assets: Assets,
    streams: Streams,
    kept: KeptPages,
) -> web.Application:
    """Put the rooms' routes behind the border. Roles decide which of them are there."""
    layers = [answer_errors(shell.failure), border(settings, accounts)]
    if settings.trusted_proxies:
        layers.insert(0, believe_proxies(settings.trusted_proxies))
    app = web.Application(client_max_size=_MAX_FORM_BYTES)
    app.on_response_prepare.append(add_headers)
    doors = _Doors(app, layers, kept)
    _add_apis(doors, [*apis, _document_api(apis)])
    if "pages" in settings.roles:
        _add_pages(doors, pages, assets)

        async def shutdown(_: web.Application) -> None:
            streams.close()

        events = Pages()
        events.get("/app/events")(streams.serve)
        doors.add_all(events.routes)
        app.on_shutdown.append(shutdown)
    doors.close()
    return app


class _Doors:
    """Adds routes to the application, each behind all layers, the outermost first."""

    def __init__(self, app: web.Application, layers: Sequence[Layer], kept: KeptPages) -> None:
        self._router = app.router
        self._layers = layers
        self._kept = kept

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Answer to a method on a path."""
        if method not in _READING:
            handler = self._kept.changing(handler)
        for layer in reversed(self._layers):
            handler = layer(handler)
        self._router.add_route(method, path, handler)

    def add_all(self, routes: Iterable[Route | PageRoute]) -> None:
        """Answer to some routes of a room."""
        for route in routes:
            if isinstance(route, PageRoute) and route.keep:
                self.add(route.method, route.path, self._kept.keeping(route))
            else:
                self.add(route.method, route.path, route.serve)

    def close(self) -> None:
        """Answer to everything else, behind the same layers: with the methods that there are, or
        that there is nothing."""
        others = list(self._router.resources())

        async def elsewhere(request: web.Request) -> web.StreamResponse:
            methods: set[str] = set()
            for resource in others:
                methods |= (await resource.resolve(request))[1]
            if methods:
                raise web.HTTPMethodNotAllowed(request.method, methods)
            raise web.HTTPNotFound

        self.add("*", "/{path:.*}", elsewhere)


def _document_api(apis: Sequence[Api]) -> Api:
    api = Api("meta")

    @lru_cache(maxsize=1)
    def encoded() -> bytes:
        routes = [route for each in (*apis, api) for route in each.routes]
        return msgspec.json.encode(document(routes))

    @api.get("/openapi.json", access="anyone", produces="application/json")
    async def openapi(call: Call) -> web.StreamResponse:
        """This document."""
        return web.Response(body=encoded(), content_type="application/json")

    return api


def _add_apis(doors: _Doors, apis: Sequence[Api]) -> None:
    for api in apis:
        doors.add_all(api.routes)
        for route in api.routes:
            if route.method == "GET":
                doors.add("HEAD", route.path, route.serve)


def _add_pages(doors: _Doors, pages: Sequence[Pages], assets: Assets) -> None:
    async def home(request: web.Request) -> web.StreamResponse:
        raise web.HTTPSeeOther("/app/dashboard")

    async def wall(request: web.Request) -> web.StreamResponse:
        title = wall_titles().get(request.match_info["name"])
        if title is None:
            raise NotHere
        return web.Response(
            text=draw(title, "movie", title, "poster"),
            content_type="image/svg+xml",
            headers={"Cache-Control": "public, max-age=86400"},
        )

    for each in pages:
        doors.add_all(each.routes)
    for method in ("GET", "HEAD"):
        doors.add(method, "/", home)
        doors.add(method, "/app", home)
        doors.add(method, "/app/wall/{name}.svg", wall)
        doors.add(method, PREFIX + "/{version}/{name:.+}", assets.serve)
