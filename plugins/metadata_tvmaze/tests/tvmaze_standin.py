"""A small server that speaks the service's protocol, with invented shows.

Knows search, look-up by redirect, pages with what is embedded in them, ETags, schedules, the index,
what changed, and every way an answer may be broken. ``faults`` holds what the next requests get
instead of an answer.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

UPLOADS = "http://static.example.org/uploads/images"
TODAY = datetime.now(UTC).date().isoformat()


def picture(name: str) -> dict[str, str]:
    return {each: f"{UPLOADS}/{each}/1/{name}.jpg" for each in ("medium", "original")}


def show(known: int, name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": known, "url": f"http://www.example.org/shows/{known}", "name": name,
        "language": "English", "genres": ["Drama", "Science-Fiction", "Nonsense", None],
        "status": "Running", "runtime": None, "averageRuntime": 42, "premiered": "2014-02-03",
        "ended": None, "officialSite": "https://lanterns.example.org", "rating": {"average": 7.25},
        "weight": 60, "network": {"name": "Winter Channel"}, "webChannel": None,
        "externals": {"tvrage": None, "thetvdb": 500 + known, "imdb": f"tt{known:07}"},
        "image": picture(f"s{known}"), "updated": 1_700_000_000 + known,
        "summary": "<p>A <b>village</b> &amp; its lights.</p><p>And a lake.</p>", **more,
    }  # fmt: skip


SHOWS = {
    each["id"]: each
    for each in (
        show(1, "Winter Lanterns"), show(2, "Winter Lanterns", premiered="1999-01-01", weight=80),
        show(3, "The Pier", weight=97, rating={"average": None}, externals={"imdb": None}),
        show(4, "Low Tide", weight=20, ended="2015-01-01", premiered=None, image=None),
    )
}  # fmt: skip
EMBEDDED: dict[str, Any] = {
    "akas": [{"name": "Zimní lucerny", "country": {"code": "CZ"}}, {"name": None}],
    "cast": [{"character": {"name": "Ida"}, "person": {"name": "Mara Quill", "image": None}},
             {"character": {"name": "Older Ida"}, "person": {"name": "Mara Quill"}},
             {"person": {"name": None}}],
    "crew": [{"type": "Creator", "person": {"name": "Ida Brook", "image": None}}, {"type": None}],
    "images": [{"type": "poster", "resolutions": {"original": {"url": f"{UPLOADS}/1.jpg"}}},
               {"type": "background",
                "resolutions": {"original": {"url": f"{UPLOADS}/original_untouched/9/b.jpg"}}}],
    "nextepisode": {"season": 2, "number": 2, "name": "Back", "airdate": "2031-02-03"},
    "seasons": [{"number": 2, "name": "", "episodeOrder": None, "premiereDate": "2015-01-01"},
                {"number": 1, "name": "Frost", "episodeOrder": 2, "image": picture("f"),
                 "summary": "<p>Cold.</p>"}, {"number": None}],
}  # fmt: skip
EPISODES = [
    {"season": 1, "number": 2, "name": "Thaw", "airdate": "2014-02-10", "runtime": 41,
     "image": picture("e2"), "summary": "<p>It <i>melts</i>.</p>"},
    {"season": 1, "number": 1, "name": "Ice", "airdate": "2014-02-03", "runtime": 0, "image": None},
    {"season": 1, "number": None, "name": "A special", "type": "significant_special"},
    {"season": 2, "number": 1, "name": "Light", "airdate": "2015-13-01", "summary": None},
    {"season": None, "number": 3}, None,
]  # fmt: skip
NOT_FOUND = {"name": "Not Found", "message": "", "code": 0, "status": 404}
BODIES = {
    "html": b"<html>hello</html>", "object": b'{"message": "hm"}', "list": b"[1, 2]", "empty": b"",
    "truncated": b'[{"score": 1, "sh', "huge": b"[" + b" " * 9 * 2**20 + b"]",
}  # fmt: skip


class Standin:
    """The server's state; ``url`` is set while it runs."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.always: Any = None
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.seen = Counter[str]()
        self.shows = dict(SHOWS)
        self.tells_updates = True
        self.url = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{tail:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, dict(request.query)))
        if self.faults and (broken := self._broken(request, self.faults.pop(0))):
            return broken
        if request.path == "/lookup/shows":
            return self._looked_up(request)
        body = self.always if self.always is not None else self._body(request)
        if body is None:
            return web.json_response(NOT_FOUND, status=404)
        text = json.dumps(body)
        etag = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            self.seen["304"] += 1
            return web.Response(status=304, headers={"ETag": etag})
        return web.json_response(text=text, headers={"ETag": etag})

    def _broken(self, request: web.Request, fault: str) -> web.StreamResponse | None:
        if fault == "429":
            return web.json_response({"status": 429}, status=429, headers={"Retry-After": "1"})
        if fault == "drop":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if fault == "404-empty":
            return web.Response(status=404)
        if fault in BODIES:
            return web.Response(body=BODIES[fault])
        return web.Response(status=int(fault), text="<html>oops</html>")

    def _looked_up(self, request: web.Request) -> web.Response:
        for name, value in request.query.items():
            for known, each in self.shows.items():
                if str(each["externals"].get(name)) == value:
                    where = f"{self.url}/shows/{known}"
                    return web.Response(status=301, headers={"Location": where})
        return web.Response(status=404, text="null")

    def _body(self, request: web.Request) -> Any:
        path, query = request.path, request.query
        if path == "/search/shows":
            words = query["q"].lower().split()
            return [{"score": 1, "show": each} for each in self.shows.values()
                    if all(word in each["name"].lower() for word in words)]  # fmt: skip
        if path == "/shows":
            return [*self.shows.values(), None, {"id": 9}] if query["page"] == "0" else None
        if path == "/schedule":
            listed = query["country"] == "US" and query["date"] == TODAY
            return [{"name": "e", "show": self.shows[1]}, {"show": None}] if listed else []
        if path == "/schedule/web":
            return [{"name": "e", "_embedded": {"show": each}} for each in
                    (self.shows[3], self.shows[1])]  # fmt: skip
        if path == "/updates/shows":
            return {str(known): each["updated"] for known, each in self.shows.items()} if (
                self.tells_updates
            ) else None  # fmt: skip
        return self._page(path, request)

    def _page(self, path: str, request: web.Request) -> Any:
        _, kind, known, *more = [*path.split("/"), ""]
        found = self.shows.get(int(known)) if kind == "shows" and known.isdigit() else None
        if found is None:
            return None
        if more[0] == "episodes":
            return EPISODES
        wanted = request.query.getall("embed[]", [])
        made = {each: EMBEDDED[each] for each in wanted}
        return {**found, "_embedded": made} if made else found
