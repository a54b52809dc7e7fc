"""A small server that speaks the services' protocols, Twitch's and IGDB's, with invented games.

Knows as much of Apicalypse as the plugin writes and refuses everything else, tokens that live and
die, 429 without Retry-After, several queries in one, and every way an answer may be broken.
``faults`` holds what the next requests get instead of an answer.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

CLIENT, SECRET = "client", "a secret"
DAY = 86_400
NOW = 1_700_000_000


def game(known: int, name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": known, "name": name, "slug": name.lower().replace(" ", "-"), "game_type": 0,
        "summary": f"About {name}.", "first_release_date": NOW - known * DAY,
        "genres": [{"id": 12, "name": "Role-playing (RPG)"}], "total_rating": 71.6,
        "total_rating_count": 200, "updated_at": NOW, "cover": {"id": 1, "image_id": f"co{known}"},
        **more,
    }  # fmt: skip


GAMES = {
    each["id"]: each
    for each in (
        game(11, "Harbour Quest", alternative_names=[{"id": 1, "name": "港クエスト"}],
             themes=[{"id": 1, "name": "Fantasy"}], platforms=[{"id": 6, "name": "PC"}],
             franchise={"id": 5, "name": "Harbour"}, collections=[{"id": 6, "name": "Quests"}],
             involved_companies=[
                 {"company": {"name": "Quay Press"}, "publisher": True, "developer": False},
                 {"company": {"name": "Tide Works"}, "developer": True}, {"company": 77}],
             artworks=[{"id": 1, "image_id": "ar1"}], screenshots=[{"image_id": "sc1"}, 5],
             websites=[{"type": 13, "url": "https://store.example.org"},
                       {"type": 1, "url": "https://quest.example.org"}],
             videos=[{"name": "Trailer", "video_id": "abc-1"}, {"video_id": "no spaces"}],
             similar_games=[{"id": 12, "name": "Harbour"}, {"id": 99}, 98],
             dlcs=[{"id": 13, "name": "Harbour Quest: Fog"}], parent_game=404,
             game_status={"id": 4, "status": "Early Access"},
             release_dates=[
                 {"date": NOW, "date_format": 0, "platform": {"name": "PC"}, "release_region": 8},
                 {"date": NOW, "date_format": 2, "y": 2031, "platform": {"name": "Handheld"},
                  "release_region": 2},
                 {"date_format": {"id": 4}, "y": 2030, "release_region": 5},
                 {"date_format": 1, "y": 2024, "m": 2, "status": {"name": "Early Access"}},
                 {"date_format": 7, "human": "TBD", "platform": {"name": "Console"}},
                 {"date": NOW, "status": {"name": "Cancelled"}}, None]),
        game(12, "Harbour", total_rating_count=900, hypes=3),
        game(13, "Harbour Quest: Fog", game_type=1, hypes=7),
        game(14, "Harbour Quest: Golden Edition", version_parent=11),
        game(15, "The Slow Harbour", total_rating_count=5),
        game(16, "Lantern Deep", themes=[{"id": 42, "name": "Erotic"}]),
        game(17, "Tide", first_release_date=NOW * 2, hypes=40, total_rating_count=0),
        game(18, "Old Pier", first_release_date=-86_400 * 30),
    )
}  # fmt: skip
TIMES = [{"id": 1, "game_id": 11, "hastily": 3600, "normally": 7200}, {"game_id": None}]
GENRES = [{"id": 12, "name": "Role-playing (RPG)"}, {"id": 31, "name": "Adventure"}, {"id": 1}]
VISITS = [{"game_id": known, "popularity_type": 1} for known in (12, 11, 999, None)]

BODIES = {
    "html": b"<html>hello</html>", "object": b'{"message": "hm"}', "empty": b"",
    "truncated": b'[{"id": 11, "na', "huge": b"[" + b" " * 9 * 2**20 + b"]",
}  # fmt: skip
_CONDITION = re.compile(
    r'(?P<field>[a-z_.]+) (?P<op>!=|>=|<=|=|>|<|~) '
    r'(?P<value>\([\d,]+\)|-?\d+|null|"(?:\\"|[^"])*"\*?)'
)  # fmt: skip


class Refused(Exception):
    """A query the server does not take."""

    def __init__(self, title: str, cause: str, status: int = 400) -> None:
        self.body = [{"title": title, "cause": cause, "status": status}]
        self.status = status


class Standin:
    """The server's state; ``url`` is set while it runs."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.always: Any = None
        self.refused = False
        self.asked: list[tuple[str, str]] = []
        self.seen = Counter[str]()
        self.tokens: set[str] = set()
        self.gone_fields: set[str] = set()
        self.games = dict(GAMES)
        self.visits = list(VISITS)
        self.url = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/oauth2/token", self._token)
        app.router.add_post("/v4/{endpoint:.*}", self._answer)
        return app

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: value[0] for name, value in parse_qs(await request.text()).items()}
        self.seen["token"] += 1
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"status": 400, "message": "invalid grant type"}, status=400)
        if form.get("client_id") != CLIENT:
            return web.json_response({"status": 400, "message": "invalid client"}, status=400)
        if form.get("client_secret") != SECRET:
            return web.json_response(
                {"status": 403, "message": "invalid client secret"}, status=403
            )
        token = f"token{self.seen['token']}"
        self.tokens.add(token)
        return web.json_response(
            {"access_token": token, "expires_in": 5_000_000, "token_type": "bearer"}
        )

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        endpoint, body = request.match_info["endpoint"], await request.text()
        self.asked.append((endpoint, body))
        if self.faults and (broken := self._broken(request, self.faults.pop(0))):
            return broken
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if request.headers.get("Client-ID") != CLIENT or token not in self.tokens:
            return web.json_response({"message": "Authorization Failure."}, status=401)
        try:
            if self.refused:
                raise Refused("Syntax Error", "Unexpected token")
            made = self.always if self.always is not None else self._made(endpoint, body)
        except Refused as error:
            return web.json_response(error.body, status=error.status)
        return web.json_response(made)

    def _broken(self, request: web.Request, fault: str) -> web.StreamResponse | None:
        self.seen[fault] += 1
        if fault == "429":
            return web.json_response({"message": "Too Many Requests"}, status=429)
        if fault == "drop":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if fault in BODIES:
            return web.Response(body=BODIES[fault])
        return web.Response(status=int(fault), text="<html>oops</html>")

    def _made(self, endpoint: str, body: str) -> Any:
        if endpoint != "multiquery":
            return self._rows(endpoint, body)
        found = re.findall(r'query ([a-z_]+) "(\w+)" \{([^{}]*)\};', body)
        if "".join(f'query {e} "{n}" {{{q}}};' for e, n, q in found) != body or len(found) > 10:
            raise Refused("Syntax Error", "multiquery")
        return [{"name": name, "result": self._rows(each, query)} for each, name, query in found]

    def _rows(self, endpoint: str, body: str) -> list[dict[str, Any]]:
        said = dict(
            re.findall(
                r'(fields|where|search|sort|limit|offset) ((?:"(?:\\"|[^"])*"|[^;"])*);', body
            )
        )
        if "".join(f"{name} {value};" for name, value in said.items()) != body:
            raise Refused("Syntax Error", body[:80])
        for field in said["fields"].split(","):
            if set(field.split(".")) & self.gone_fields:
                raise Refused("Invalid Field", f"Invalid field name: '{field.split('.')[-1]}'")
        if int(said["limit"]) > 500:
            raise Refused("Request limit to high", "500", 403)
        tables: dict[str, list[dict[str, Any]]] = {
            "games": list(self.games.values()), "game_time_to_beats": TIMES, "genres": GENRES,
            "popularity_primitives": self.visits,
        }  # fmt: skip
        rows = [row for row in tables[endpoint] if _meets(row, said.get("where", ""))]
        if "search" in said:
            words = said["search"].strip('"').lower().split()
            rows = [row for row in rows if all(word in row["name"].lower() for word in words)]
        elif "sort" in said and endpoint == "games":
            field, order = said["sort"].split()
            rows.sort(key=lambda row: row.get(field) or 0, reverse=order == "desc")
        start = int(said.get("offset", "0"))
        return rows[start : start + int(said["limit"])]


def _meets(row: dict[str, Any], where: str) -> bool:
    """Whether a row meets a condition of conditions joined by & and, in parentheses, by |."""
    if not where:
        return True
    inner = re.fullmatch(r"\((.* \| .*)\)", where)
    if inner and " & " not in where:
        return any(_meets(row, each) for each in inner[1].split(" | "))
    parts = re.split(r" & (?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", where)
    if len(parts) > 1:
        return all(_meets(row, each) for each in parts)
    found = _CONDITION.fullmatch(where)
    if found is None:
        raise Refused("Syntax Error", where[:80])
    return _compared(_values(row, found["field"]), found["op"], found["value"])


def _values(row: Any, field: str) -> list[Any]:
    head, _, rest = field.partition(".")
    value = row.get(head) if isinstance(row, dict) else None
    values = value if isinstance(value, list) else [] if value is None else [value]
    if rest:
        return [found for each in values for found in _values(each, rest)]
    return [each.get("id") if isinstance(each, dict) else each for each in values]


def _compared(values: list[Any], op: str, value: str) -> bool:
    if value == "null":
        return not values if op == "=" else bool(values)
    if op == "~":
        wanted = json.loads(value.rstrip("*")).lower()
        texts = [str(each).lower() for each in values]
        return any(t.startswith(wanted) if value.endswith("*") else t == wanted for t in texts)
    numbers = [int(each) for each in re.findall(r"-?\d+", value)]
    if op in ("=", "!="):
        return bool(set(values) & set(numbers)) == (op == "=")
    compare = {">": int.__gt__, "<": int.__lt__, ">=": int.__ge__, "<=": int.__le__}[op]
    return any(compare(int(each), numbers[0]) for each in values)
