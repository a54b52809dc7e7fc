"""A metadata service of our own with a few invented films, in a thread of its own."""

from __future__ import annotations

import io
from typing import Any

from aiohttp import web
from PIL import Image

from tests.e2e.threaded import InThread

KEY = "a-key-for-tests"
FILMS = {
    101: ("The Slow Harbour", "1987-01-30"),
    102: ("The Slow Harbour", "2013-06-12"),
    103: ("Winter Lanterns", "2014-02-03"),
}
FULL = {"movie/popular", "trending/movie/week"}
LISTS = FULL | {
    "movie/now_playing", "movie/upcoming", "movie/top_rated", "trending/tv/week", "tv/popular",
    "tv/airing_today", "tv/on_the_air", "tv/top_rated",
}  # fmt: skip


class Service(InThread):
    """Speaks as much of the protocol as matching one film needs."""

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/3/{path:.*}", self._answer)
        app.router.add_get("/pictures/{path:.*}", _picture)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        if request.query.get("api_key") != KEY:
            return web.json_response({"status_message": "Invalid API key"}, status=401)
        path = request.match_info["path"]
        if path == "configuration":
            return web.json_response({"images": {"secure_base_url": f"{self.url}/pictures/"}})
        if path.startswith("search/"):
            return web.json_response(_found(path, request.query.get("query", "")))
        if path == "genre/movie/list":
            return web.json_response(
                {"genres": [{"id": 18, "name": "Drama"}, {"id": 9648, "name": "Mystery"}]}
            )
        if path in LISTS:
            films = [_film(number) for number in FILMS] if path in FULL else []
            return web.json_response(_listed(films))
        kind, _, number = path.partition("/")
        if kind == "movie" and number.isdigit() and int(number) in FILMS:
            more = {
                "runtime": 101,
                "genres": [{"name": "Drama"}, {"name": "Mystery"}],
                "status": "Released",
            }
            return web.json_response({**_film(int(number)), **more})
        return web.json_response({"status_message": "Not found"}, status=404)


def _film(number: int) -> dict[str, Any]:
    title, day = FILMS[number]
    return {
        "id": number, "title": title, "original_title": title, "release_date": day,
        "overview": "Nobody waits for the last boat.", "poster_path": f"/{number}.png",
        "backdrop_path": None, "vote_count": 40, "vote_average": 7.0, "popularity": 2.0,
        "original_language": "en", "genre_ids": [18, 9648],
    }  # fmt: skip


def _found(path: str, words: str) -> dict[str, Any]:
    films = [] if path == "search/tv" else [_film(number) for number in FILMS]
    if path == "search/multi":
        films = [{**each, "media_type": "movie"} for each in films]
    fitting = [each for each in films if words and words.casefold() in each["title"].casefold()]
    return _listed(fitting)


def _listed(films: list[dict[str, Any]]) -> dict[str, Any]:
    return {"page": 1, "results": films, "total_pages": 1, "total_results": len(films)}


async def _picture(_: web.Request) -> web.Response:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((200, 300)).save(out, "PNG")
    return web.Response(body=out.getvalue(), content_type="image/png")
