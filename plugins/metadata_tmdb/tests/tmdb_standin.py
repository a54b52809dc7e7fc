"""A small server that speaks the service's protocol, with invented titles.

Knows paging, keys, 429 with and without Retry-After, weak ETags, appended parts and every way an
answer may be broken. ``faults`` holds what the next requests get instead of an answer.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from aiohttp import web

KEY = "test-key"
MOVIES = {
    101: ("The Slow Harbour", "2013-06-12"), 102: ("The Slow Harbour", "1987-01-30"),
    103: ("Lantern & Tide 2", "2019-11-01"), 104: ("Harbour", ""),
}  # fmt: skip
SHOW = 201


def movie(known: int) -> dict[str, Any]:
    title, day = MOVIES[known]
    return {
        "id": known, "title": title, "original_title": title, "release_date": day,
        "overview": f"About {title}.", "poster_path": f"/p{known}.jpg", "backdrop_path": None,
        "vote_count": 120, "vote_average": 7.25, "popularity": 3.5, "original_language": "en",
        "genre_ids": [18], "adult": False,
    }  # fmt: skip


def show() -> dict[str, Any]:
    return {
        "id": SHOW, "name": "Winter Lanterns", "original_name": "Zimní lucerny",
        "first_air_date": "2014-02-03", "last_air_date": "2016-01-01", "in_production": False,
        "overview": "A village.", "poster_path": "/w.jpg", "vote_count": 9, "vote_average": 8,
        "original_language": "cs", "episode_run_time": [42],
        "seasons": [
            {"season_number": 0, "name": "Specials", "episode_count": 1, "air_date": None},
            {"season_number": 1, "name": "Season 1", "episode_count": 2, "poster_path": "/s1.jpg"},
            {"season_number": 2, "name": "Season 2", "episode_count": 1, "poster_path": None},
        ],
        "created_by": [{"name": "Ida Brook"}], "networks": [{"name": "Winter Channel"}],
        "next_episode_to_air": {"season_number": 3, "episode_number": 1, "name": "Back",
                                "air_date": "2031-02-03"},
    }  # fmt: skip


def season(number: int) -> dict[str, Any] | None:
    numbers = {0: [1], 1: [2, 1], 2: [1]}.get(number)
    if numbers is None:
        return None
    return {
        "season_number": number,
        "episodes": [
            {"episode_number": at, "name": f"Part {at}", "overview": "", "runtime": None,
             "air_date": f"2014-02-0{at}", "still_path": f"/e{number}{at}.jpg"}
            for at in numbers
        ],
    }  # fmt: skip


def near(known: int) -> dict[str, Any]:
    """A list with the title itself, another one, an adult one and one that is broken."""
    adult = {**movie(103), "id": 109, "adult": True}
    return {"results": [movie(known), movie(103), adult, {"id": None, "title": "Nothing"}]}


DRAMA = {"id": 18, "name": "Drama"}
GENRES: dict[str, list[dict[str, Any]]] = {
    "movie": [DRAMA, {"id": 9648, "name": "Mystery"}, {"id": None}],
    "tv": [DRAMA, {"id": 10759, "name": "Action & Adventure"}],
}
EXTRAS: dict[str, Any] = {
    "recommendations": near(101),
    "similar": {"results": [movie(102), movie(103)]},
    "images": {"backdrops": [{"file_path": "/b1.jpg"}, {"file_path": None}, {"file_path": "x"}]},
    "watch/providers": {"results": {
        "US": {"link": "https://www.example.org/watch", "flatrate": [
                  {"provider_name": "Lantern+", "logo_path": "/l.jpg"}, {"provider_name": None}],
               "rent": [{"provider_name": "Harbour Store", "logo_path": None}]},
        "DE": {"link": "javascript:alert(1)", "ads": [{"provider_name": "Freisicht"}]}}},
    "credits": {"cast": [{"name": "Mara Quill", "character": "Captain", "order": 1},
                         {"name": "Jon Reed", "character": None, "order": 0}],
                "crew": [{"name": "Ann Vale", "job": "Director"}, {"name": "X", "job": "Gaffer"}]},
    "aggregate_credits": {"cast": [{"name": "Mara Quill", "order": 0,
                                    "roles": [{"character": "Ida"}, {"character": "Older Ida"}]}]},
    "external_ids": {"imdb_id": "tt0000101", "tvdb_id": 555, "wikidata_id": None},
    "videos": {"results": [
        {"site": "YouTube", "type": "Teaser", "key": "teaser1", "name": "Teaser"},
        {"site": "YouTube", "type": "Trailer", "key": "abc-DEF_1", "name": "Trailer",
         "official": True},
        {"site": "Elsewhere", "type": "Trailer", "key": "zzz", "name": "Other"}]},
    "keywords": {"keywords": [{"name": "sea"}], "results": [{"name": "winter"}]},
    "release_dates": {"results": [
        {"iso_3166_1": "DE", "release_dates": [
            {"certification": "12", "type": 3, "release_date": "2013-08-01T00:00:00.000Z"}]},
        {"iso_3166_1": "US", "release_dates": [
            {"certification": "", "type": 4, "release_date": "2013-10-02T00:00:00.000Z"},
            {"certification": "PG", "type": 1, "release_date": "2013-06-01T00:00:00.000Z",
             "note": "Harbour <b>Festival</b>"},
            {"type": 3, "release_date": "2013-06-12T00:00:00.000Z"},
            {"type": 3, "release_date": "2013-02-31T00:00:00.000Z"},
            {"type": 99, "release_date": "2013-06-12T00:00:00.000Z"}]}]},
    "content_ratings": {"results": [{"iso_3166_1": "US", "rating": "TV-14"}]},
    "alternative_titles": {"titles": [{"title": "Der langsame Hafen"}],
                           "results": [{"title": "Lanternes d'hiver"}]},
}  # fmt: skip


class Standin:
    """The server's state; ``url`` is set while it runs."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.always: dict[str, Any] = {}
        self.everywhere: Any = None
        self.broken: set[str] = set()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.seen = Counter[str]()
        self.open = self.most_open = 0
        self.untranslated = False
        self.url = ""

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._door])
        app.router.add_get("/3/{tail:.*}", self._answer)
        return app

    @web.middleware
    async def _door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append((request.path, dict(request.query)))
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            if self.faults:
                broken = await self._broken(request, self.faults.pop(0))
                if broken is not None:
                    return broken
            bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if KEY not in (request.query.get("api_key"), bearer.split(".")[0]):
                return _json({"status_code": 7, "status_message": "Invalid API key"}, 401)
            answer: web.StreamResponse = await handler(request)
            return answer
        finally:
            self.open -= 1

    async def _broken(self, request: web.Request, fault: str) -> web.StreamResponse | None:
        self.seen[fault] += 1
        if fault == "429":
            return _json({"status_code": 25}, 429, {"Retry-After": "1"})
        if fault == "429-bare":
            return web.Response(status=429, text="<html>Too many</html>")
        if fault == "429-long":
            return _json({"status_code": 25}, 429, {"Retry-After": "120"})
        if fault == "drop":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if fault == "html":
            return web.Response(text="<html>hello</html>", content_type="text/html")
        if fault == "list":
            return _json([1, 2, 3])
        if fault == "truncated":
            return web.Response(text='{"results": [{"id": 1, "tit', content_type="application/json")
        if fault == "huge":
            return web.Response(body=b'{"a": "' + b"x" * (9 * 1024 * 1024) + b'"}')
        return web.Response(status=int(fault), text="<html>oops</html>")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["tail"]
        if path in self.broken:
            return web.Response(status=503, text="<html>oops</html>")
        body = self.everywhere
        if body is None:
            body = self.always.get(path) or self._body(path, request)
        if body is None:
            return _json({"status_code": 34, "status_message": "Not found."}, 404)
        text = json.dumps(body)
        etag = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            self.seen["304"] += 1
            return web.Response(status=304, headers={"ETag": etag})
        return _json(body, 200, {"ETag": etag})

    def _body(self, path: str, request: web.Request) -> Any:
        query = request.query
        if path == "configuration":
            return {"images": {"secure_base_url": "https://pictures.example/t/p/"}}
        if path.startswith("genre/"):
            return {"genres": GENRES[path.split("/")[1]]}
        if path.startswith("search/"):
            return self._found(path.removeprefix("search/"), query)
        if path.startswith("find/"):
            episodes = [{"show_id": SHOW}] if "tt0000777" in path else []
            movies = [movie(101)] if "tt0000101" in path else []
            return {"movie_results": movies, "tv_results": [], "tv_episode_results": episodes}
        kind, _, rest = path.partition("/")
        known, _, more = rest.partition("/")
        if kind == "movie" and known.isdigit():
            return self._movie(int(known), more, query) if int(known) in MOVIES else None
        if path.startswith(f"tv/{SHOW}"):
            return self._show(more, query)
        if kind == "tv" and known.isdigit():
            return None
        if known == "changes":
            return {"results": [{"id": 101}, {"id": None}, {"id": 101}], "total_pages": 1}
        if path.partition("/")[0] in ("movie", "tv", "discover", "trending"):
            return self._page("movie" in path, int(query.get("page", "1")), query)
        return None

    def _found(self, kind: str, query: Any) -> dict[str, Any]:
        words = query.get("query", "").lower().split()
        year = query.get("primary_release_year") or query.get("first_air_date_year") or ""
        rows = [movie(each) for each in MOVIES] if kind != "tv" else []
        rows += [show()] if kind != "movie" else []
        if kind == "multi":
            rows = [{**row, "media_type": "movie" if "title" in row else "tv"} for row in rows]
            rows.append({"id": 7, "name": "Harbour", "media_type": "person", "known_for": []})
        found = [
            row for row in rows
            if words and all(word in _title(row) for word in words)
            and str(row.get("release_date", row.get("first_air_date"))).startswith(year)
        ]  # fmt: skip
        return {"page": 1, "results": found, "total_pages": 1, "total_results": len(found)}

    def _movie(self, known: int, more: str, query: Any) -> Any:
        if more in ("recommendations", "similar"):
            return {"results": [] if more == "recommendations" else [movie(103)]}
        if more:
            return None
        body = {
            **movie(known), "runtime": 118, "tagline": "Wait.", "status": "Released",
            "genres": [{"name": "Drama"}, {"name": None}],
            "production_companies": [{"name": "Tide Films"}, {"name": None}],
            "belongs_to_collection": {"name": "The Harbour Collection"}, **self._appended(query),
        }  # fmt: skip
        return self._translated(body, query)

    def _show(self, more: str, query: Any) -> Any:
        if more in ("recommendations", "similar"):
            return {"results": []}
        if more.startswith("season/"):
            return season(int(more.removeprefix("season/")))
        return self._translated({**show(), **self._appended(query)}, query) if not more else None

    def _translated(self, body: dict[str, Any], query: Any) -> dict[str, Any]:
        if self.untranslated and not query.get("language", "").startswith("en"):
            return {**body, "overview": "", "tagline": ""}
        return body

    def _appended(self, query: Any) -> dict[str, Any]:
        parts = [each for each in query.get("append_to_response", "").split(",") if each]
        assert len(parts) <= 20
        found = {each: EXTRAS[each] for each in parts if each in EXTRAS}
        for each in parts:
            body = season(int(each[7:])) if each.startswith("season/") else None
            if body is not None:
                found[each] = body
        return found

    def _page(self, movies: bool, page: int, query: Any) -> dict[str, Any]:
        rows = near(101)["results"] + [movie(101)] if movies else [show()]
        found = [row for row in rows if _wanted(row, query)]
        return {"page": page, "results": found, "total_pages": 45_984, "total_results": 900_000}


def _wanted(row: dict[str, Any], query: Any) -> bool:
    """Whether discover finds a row by its genre and its day."""
    day = str(row.get("release_date", row.get("first_air_date", "")))
    name = "primary_release" if "title" in row else "first_air"
    genre = query.get("with_genres")
    year = query.get(f"{name}_year", query.get(f"{name}_date_year", ""))
    return (
        (genre is None or int(genre) in row.get("genre_ids", ()))
        and day.startswith(year)
        and query.get(f"{name}_date.gte", "") <= day <= query.get(f"{name}_date.lte", "9")
    )


def _title(row: dict[str, Any]) -> str:
    return str(row.get("title", row.get("name"))).lower()


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers)
