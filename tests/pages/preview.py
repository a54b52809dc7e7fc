"""Every page with invented titles, under the server's policy.

Run it with ``python -m tests.pages.preview 8899``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal, cast

from aiohttp import web

from seen.artwork.model import draw
from tests.pages.rendering import STATIC, environment
from tests.pages.samples import pages

POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
CAPTIONS = (
    "WEBVTT\n\n00:00:00.000 --> 00:10:00.000\n"
    "There was never any water here.\nNot on the map we were given.\n"
)


def guarded(body: str, kind: str = "text/html") -> web.Response:
    return web.Response(text=body, content_type=kind, headers={"Content-Security-Policy": POLICY})


async def page(request: web.Request) -> web.Response:
    known = pages(request.query.get("theme", "dark"))
    name = request.match_info["name"] or "dashboard"
    if name not in known:
        raise web.HTTPNotFound
    template, context = known[name]
    return guarded(environment().get_template(template).render(context))


async def artwork(request: web.Request) -> web.Response:
    shape = cast(Literal["poster", "backdrop", "still"], request.match_info["shape"])
    seed = request.match_info["seed"]
    return guarded(draw(seed, request.match_info["kind"], seed, shape), "image/svg+xml")


async def video(_: web.Request) -> web.StreamResponse:
    path = Path(os.environ.get("SEEN_SAMPLE_VIDEO", ""))
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path)


async def captions(_: web.Request) -> web.Response:
    return web.Response(text=CAPTIONS, content_type="text/vtt")


async def nothing(_: web.Request) -> web.Response:
    """What pages ask for while they are open stays as it is."""
    return web.Response(status=204)


async def accept(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther(request.headers.get("Referer", "/dashboard"))


def application() -> web.Application:
    app = web.Application()
    app.router.add_static("/static", STATIC)
    app.router.add_get("/artwork/{shape}/{kind}/{seed}.svg", artwork)
    app.router.add_get("/sample/video", video)
    app.router.add_get("/sample/captions.vtt", captions)
    app.router.add_get("/app/{anything:.*}", nothing)
    app.router.add_post("/{anything:.*}", accept)
    app.router.add_get("/{name:[a-z_]*}", page)
    return app


if __name__ == "__main__":
    web.run_app(
        application(), host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8899
    )
