"""``/api/v1/stream``, ``/api/v1/subtitles`` and what a player asks before it plays."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from seen.core.http import Answer, Api, Call
from seen.playback.sending import MediaResponse
from seen.playback.service import Playback


class SubtitleAnswer(Answer):
    """A subtitle track; ``src`` answers WebVTT."""

    id: UUID
    label: str
    language: str
    src: str
    format: str
    default: bool


class PlayAnswer(Answer):
    """Whether a file plays as it is. ``reason`` is a sentence when it does not."""

    library_item_id: UUID
    plays: bool
    reason: str
    mime: str
    src: str
    duration_seconds: float | None
    subtitles: list[SubtitleAnswer]


def routes(playback: Playback) -> Api:
    """The room's routes."""
    api = Api("playback")

    @api.get("/library/{id}/play")
    async def play(call: Call, id: UUID) -> PlayAnswer:
        """How to play a file: a stream address for this session, and its subtitles."""
        found = await playback.playable(call.viewer, id)
        return PlayAnswer(
            id,
            found.decision.plays,
            found.decision.reason,
            found.decision.mime,
            found.src,
            found.item.duration_seconds,
            [
                SubtitleAnswer(t.id, t.label, t.language, t.src, t.format, t.default)
                for t in found.subtitles
            ],
        )

    @api.get(
        "/stream/{token}",
        produces="application/octet-stream",
        also={206: "A part of the file", 304: "Not changed", 416: "No such part"},
    )
    async def stream(call: Call, token: str) -> web.StreamResponse:
        """The bytes of a file, whole or by Range. The address belongs to one session."""
        film, mime = await playback.open_link(call.viewer, token)
        response = MediaResponse(film, mime)
        response.headers["Cache-Control"] = "private, no-cache"
        return response

    @api.get("/subtitles/{id}", produces="text/vtt")
    async def subtitle(call: Call, id: UUID) -> web.StreamResponse:
        """A subtitle as WebVTT."""
        text = await playback.subtitle(id)
        return web.Response(
            text=text,
            content_type="text/vtt",
            charset="utf-8",
            headers={"Cache-Control": "private, max-age=3600"},
        )

    return api
