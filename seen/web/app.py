"""The aiohttp application: border, API, pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec
from aiohttp import web

from seen.accounts.service import Accounts
from seen.artwork.model import draw
from seen.core.errors import NotHere
from seen.core.headers import add_headers
from seen.core.http import Api, Call
from seen.core.openapi import document
from seen.core.pages import Pages
from seen.core.settings import Settings
from seen.web.assets import PREFIX, Assets
from seen.web.border import believe_proxies, border
from seen.web.failures import answer_errors
from seen.web.shell import Shell, wall_titles
from seen.web.stream import Streams

_MAX_FORM_BYTES = 1024 * 1024


def make_app(
    settings: Settings,
    accounts: Accounts,
    apis: Sequence[Api],
    pages: Sequence[Pages],
    shell: Shell,
    assets: Assets,
    streams: Streams,
) -> web.Application:
    """Put the rooms' routes behind the border. Roles decide which of them are there."""
    layers = [answer_errors(shell.failure), border(settings, accounts)]
    if settings.trusted_proxies:
        layers.insert(0, believe_proxies(settings.trusted_proxies))
    app = web.Application(client_max_size=_MAX_FORM_BYTES, middlewares=layers)
    app.on_response_prepare.append(add_headers)
    _add_apis(app, [*apis, _document_api(apis)])
    if "pages" in settings.roles:
        _add_pages(app, pages, assets, streams)
    return app


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


def _add_apis(app: web.Application, apis: Sequence[Api]) -> None:
    for api in apis:
        for route in api.routes:
            app.router.add_route(route.method, route.path, route.serve)
            if route.method == "GET":
                app.router.add_route("HEAD", route.path, route.serve)


def _add_pages(
    app: web.Application, pages: Sequence[Pages], assets: Assets, streams: Streams
) -> None:
    for each in pages:
        for route in each.routes:
            app.router.add_route(route.method, route.path, route.serve)

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

    events = Pages()
    events.get("/app/events")(streams.serve)
    for route in events.routes:
        app.router.add_route(route.method, route.path, route.serve)
    app.router.add_get("/", home)
    app.router.add_get("/app", home)
    app.router.add_get("/app/wall/{name}.svg", wall)
    app.router.add_get(PREFIX + "/{version}/{name:.+}", assets.serve)

    async def shutdown(_: web.Application) -> None:
        streams.close()

    app.on_shutdown.append(shutdown)
