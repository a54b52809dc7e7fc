"""What belongs to somebody else is not there: on reading and writing, on every route with an id."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web
from aiohttp.test_utils import TestClient

from seen.compose import Server
from tests.conftest import Person
from tests.titles import add_game, add_movie

Client = TestClient[web.Request, web.Application]

# Ids of titles and episodes are the same for everybody: what is kept of them is found by whoever
# asks, so nothing of another's can be reached through them.
COMMON = {"media_id", "shape", "part", "index", "number", "token", "player"}
# A body that each route with an id would take from its owner.
BODIES: dict[tuple[str, str], Any] = {
    ("patch", "/collections/{id}"): {"name": "Mine now"},
    ("post", "/collections/{id}/items"): {"mediaId": "TITLE"},
    ("delete", "/collections/{id}/items"): {"mediaId": "TITLE"},
    ("put", "/collections/{id}/items/{media_id}/place"): {"before": None},
    ("patch", "/history/{id}"): {"watchedAt": "2020-01-01T00:00:00Z"},
    ("post", "/imports/{run_id}/apply"): {"take": []},
    ("patch", "/downloads/{id}"): {"title": "Mine now"},
}


async def belongings(server: Server, owner: Person, movie: UUID, game: UUID) -> dict[str, str]:
    """Something of the owner's for each family of routes: the id by the start of the path."""
    tracks = server.tracks
    collection = await tracks.collections.make(owner.viewer, "Mine", media_ids=[movie])
    session = await tracks.states.log_session(owner.viewer, game, 600)
    await tracks.watching.mark_watched(owner.viewer, movie)
    (viewing,) = await tracks.history.viewings(owner.viewer, 1)
    (act, *_) = await tracks.acts.recent(owner.viewer, 1)
    magnet = f"magnet:?xt=urn:btih:{'ab' * 20}"
    _, download = await owner.call(
        "POST", "/downloads", json={"sourceType": "magnet", "source": magnet}
    )
    _, token = await owner.call("POST", "/tokens", json={"name": "Mine", "scopes": ["read"]})
    run_id = uuid4()
    await server.db.execute(
        "insert into import_runs (id, user_id, plugin, importer, name, file_name, state)"
        " values ($1, $2, 'import_files', 'letterboxd', 'Letterboxd', 'mine.zip', 'ready')",
        run_id,
        owner.viewer.user_id,
    )
    return {
        "/imports/": str(run_id),
        "/downloads/": download["id"],
        "/tokens/": token["id"],
        "/history/acts/": str(act.id),
        "/history/": str(viewing.id),
        "/collections/": str(collection),
        "/games/sessions/": str(session),
        "/auth/sessions/": str(owner.viewer.session_id),
    }


async def state(server: Server, owner: Person) -> list[Any]:
    """All that the owner has, to see that nothing was touched."""
    queries = (
        "select * from collections where user_id = $1",
        "select * from user_watched where user_id = $1",
        "select * from user_play_sessions where user_id = $1",
        "select * from user_acts where user_id = $1",
        "select id, title, paused from download_jobs where user_id = $1",
        "select id, state from import_runs where user_id = $1",
        "select id, name from api_tokens where user_id = $1",
        "select i.* from collection_items i join collections c on c.id = i.collection_id"
        " where c.user_id = $1",
    )
    return [
        [dict(row) for row in await server.db.fetch(query, owner.viewer.user_id)]
        for query in queries
    ]


async def test_another_persons_ids_are_not_there(
    server: Server, client: Client, user: Person, other_user: Person
) -> None:
    movie, game = await add_movie(server), await add_game(server)
    ids = await belongings(server, user, movie, game)
    before = await state(server, user)
    async with client.get("/api/v1/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    tried = 0
    for path, methods in paths.items():
        local = path.removeprefix("/api/v1")
        family = next((start for start in ids if local.startswith(start)), None)
        if family is None or not re.search(r"\{(run_)?id\}", local):
            continue
        for method, operation in methods.items():
            if operation.get("x-role") == "admin":
                continue
            address = re.sub(r"\{(run_)?id\}", ids[family], path)
            address = address.replace("{media_id}", str(movie))
            body = BODIES.get((method, local), {})
            if body.get("mediaId") == "TITLE":
                body = {"mediaId": str(movie)}
            async with client.request(
                method, address, json=body, headers=other_user.headers
            ) as answer:
                assert answer.status == 404, f"{method} {local}: {answer.status}"
            tried += 1
    assert tried >= 10
    assert await state(server, user) == before


async def test_every_route_with_an_id_is_of_a_known_family(client: Client) -> None:
    """A new route with somebody's ids is added to the test above, or it is nobody's own."""
    nobodys = ("/admin", "/artwork", "/movies", "/shows", "/games/{id}", "/library", "/stream",
               "/playback", "/titles", "/subtitles", "/invitations", "/users")  # fmt: skip
    somebodys = ("/history", "/collections", "/games/sessions", "/auth/sessions", "/downloads",
                 "/imports", "/tokens", "/exports")  # fmt: skip
    async with client.get("/api/v1/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    for path in paths:
        local = path.removeprefix("/api/v1")
        names = set(re.findall(r"\{(\w+)\}", local)) - COMMON
        if names:
            assert local.startswith((*nobodys, *somebodys)), local
