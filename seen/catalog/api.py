"""``/api/v1/artwork`` and ``/api/v1/titles``."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from aiohttp import web

from seen.artwork.service import DEFAULT_WIDTH, Artwork, Picture, Subject
from seen.catalog.service import Catalog
from seen.core.http import Api, Call, Query
from seen.plugin.models import MediaKind

Index = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Width = Annotated[int, msgspec.Meta(ge=1, le=4000)]


class ArtworkQuery(Query):
    """``w``: the width it is shown at, in pixels. ``v`` only keeps old pictures out of caches."""

    w: Width | None = None
    v: Annotated[str, msgspec.Meta(max_length=40)] = ""


def routes(catalog: Catalog, artwork: Artwork) -> Api:
    """The room's routes."""
    api = Api("catalog")

    @api.get("/artwork/{id}/{shape}", produces="image/*", also={400: "No such shape"})
    async def picture(
        call: Call, id: UUID, shape: Literal["poster", "backdrop", "still"], query: ArtworkQuery
    ) -> web.StreamResponse:
        """A picture of a title, or a still of an episode; drawn where there is none."""
        subject = await catalog.subject(id, shape)
        found = await artwork.picture(subject, shape, query.w or DEFAULT_WIDTH[shape])
        return _picture(found, query)

    @api.get("/artwork/{id}/{part}/{index}", produces="image/*", also={400: "No such part"})
    async def part(
        call: Call,
        id: UUID,
        part: Literal["person", "screenshot"],
        index: Index,
        query: ArtworkQuery,
    ) -> web.StreamResponse:
        """Another picture of a title: of somebody in it, or of a game."""
        source = await catalog.part_source(id, part, index)
        subject = Subject("", MediaKind.MOVIE, f"{id}{part}{index}", source)
        found = await artwork.picture(subject, "still", query.w or DEFAULT_WIDTH["still"])
        return _picture(found, query)

    return api


def _picture(found: Picture, query: ArtworkQuery) -> web.Response:
    lasting = "private, max-age=31536000, immutable"
    headers = {
        "Cache-Control": lasting if found.lasting and query.v else "private, max-age=300",
        # A drawn picture is a document; alone in a tab it may do nothing but show.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    return web.Response(body=found.body, content_type=found.content_type, headers=headers)
