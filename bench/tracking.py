"""Measures pages and lists of somebody who keeps very much, against somebody who keeps little.

    python bench/tracking.py [TITLES]

Needs Linux. One process on loopback with throw-away data. Fills the catalog, lets one person have
watched, rated, favoured and listed TITLES titles (50,000) and another one a hundredth of it, then
asks each address in turn, one request at a time, and prints the median and the 95th of a hundred.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from catalog_search import fill
from rich.progress import Progress

from seen.accounts.service import Origin
from seen.compose import Server, open_server
from seen.core.db import Database
from seen.core.migrate import migrate
from seen.core.settings import load_settings
from seen.core.viewer import Viewer
from seen.stack.embedded import EmbeddedPostgres

ROUNDS = 40
PASSWORD = "a long password"
ADDRESSES = (
    "/api/v1/dashboard", "/api/v1/watch-later", "/api/v1/watched", "/api/v1/watched?type=show",
    "/api/v1/ratings?atLeast=80", "/api/v1/favorites?type=movie", "/api/v1/games/status",
    "/api/v1/games/status?status=backlog", "/api/v1/history", "/api/v1/history/acts",
    "/api/v1/collections", "/api/v1/stats", "/api/v1/stats?year=2024",
    "/app/dashboard", "/app/watch-later", "/app/watched", "/app/games", "/app/history",
    "/app/collections", "/app/statistics",
)  # fmt: skip
# What a provider tells of titles, and statistics are made of.
FACTS = (
    "insert into genres (name) select 'Genre ' || n from generate_series(1, 20) n",
    "insert into media_genres (media_id, genre_id) select m.id, g.id from media_items m"
    " cross join generate_series(1, 3) n join genres g"
    "   on g.name = 'Genre ' || (1 + abs(hashtext(m.id::text || n)) % 20) on conflict do nothing",
    "update media_items m set runtime_seconds = 6000, details = jsonb_build_object('credits',"
    " (select jsonb_agg(jsonb_build_object('department', case when n = 1 then 'crew' else 'cast'"
    "   end, 'role', case when n = 1 then 'Director' else 'Somebody ' || n end, 'photo',"
    "   'https://pictures.example/' || n || '.jpg', 'name', 'Person '"
    "   || power(abs(hashtext(m.id::text || n)) % 1000, 2)::int / 40))"
    "  from generate_series(1, 20) n))"
    " where media_type <> 'game'",
)
# How much of what a person keeps; $1 is the person, $2 how many titles.
KEEPS = (
    "create temp table picked as select id, media_type, row_number() over (order by id) as n"
    " from media_items limit {count}",
    "insert into user_watched (id, user_id, media_id, source, watched_at) select"
    " gen_random_uuid(), '{who}', id, 'import', now() - n * interval '1 hour' from picked"
    " where media_type = 'movie'",
    "insert into user_watch_later (user_id, media_id, rank) select '{who}', id, n from picked"
    " where n % 5 = 0",
    "insert into user_ratings (user_id, media_id, rating, rated_at) select '{who}', id,"
    " (n * 37) % 101, now() - n * interval '1 hour' from picked",
    "insert into user_favorites (user_id, media_id, added_at) select '{who}', id,"
    " now() - n * interval '1 minute' from picked where n % 7 = 0",
    "insert into user_states (user_id, media_id, status, updated_at) select '{who}', id,"
    " (array['wishlist','backlog','active','completed'])[1 + n % 4],"
    " now() - n * interval '1 minute' from picked where media_type = 'game'",
    "insert into user_play_sessions (id, user_id, media_id, seconds, started_at) select"
    " gen_random_uuid(), '{who}', id, 3600, now() - n * interval '2 hours' from picked"
    " where media_type = 'game' and n % 3 = 0",
    "drop table picked",
)


async def person(server: Server, db: Database, email: str, count: int) -> dict[str, str]:
    """Somebody who keeps so much; the headers to ask with."""
    user = await server.accounts.add_user(email, PASSWORD, "user", email)
    async with db.transaction() as connection:
        for query in KEEPS:
            await connection.execute(query.format(who=user.id, count=count))
    # What nobody ever did by hand would not be kept: statistics hold until somebody's next act.
    viewer = Viewer(user.id, user.id, email, "", "user")
    title = await db.fetchval("select media_id from user_ratings where user_id = $1", user.id)
    await server.tracks.opinions.write_note(viewer, title, "Again.")
    pair = await server.accounts.open_api_session(user, Origin("bench", "127.0.0.1"))
    return {"Authorization": f"Bearer {pair.access_token}"}


async def ask(
    client: TestClient[web.Request, web.Application], address: str, headers: dict[str, str]
) -> list[float]:
    """How long each of some requests takes, in milliseconds, after one to warm up."""
    taken = []
    for at in range(ROUNDS + 1):
        # Nothing kept in the process answers for the database.
        begin = time.perf_counter()
        async with client.get(address, headers=headers) as answer:
            await answer.read()
            assert answer.status == 200, (address, answer.status)
        if at:
            taken.append((time.perf_counter() - begin) * 1000)
    return taken


async def main(count: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="seen-bench-"))
    stack = EmbeddedPostgres(folder / "db")
    await stack.start()
    migrate(stack.dsn)
    settings = load_settings(
        database_url=stack.dsn, data_dir=folder, port=0, secret_key="k" * 40, catalog_sync=False
    )
    try:
        async with open_server(settings) as server:
            await server.accounts.create_first_admin("admin@example.org", PASSWORD, "Admin")
            with Progress() as progress:
                await fill(server.db, count, progress)
            async with server.db.transaction() as connection:
                for query in FACTS:
                    await connection.execute(query)
            many = await person(server, server.db, "many@example.org", count)
            few = await person(server, server.db, "few@example.org", count // 100)
            await server.db.execute("analyze")
            async with TestClient(TestServer(server.app)) as client:
                print(f"{'':40} {count // 100:>9,} titles {count:>14,} titles   queries")
                for address in ADDRESSES:
                    cells, queries = [], []
                    for headers in (few, many):
                        before = server.db.queries
                        taken = await ask(client, address, headers)
                        queries.append((server.db.queries - before) / (ROUNDS + 1))
                        late = statistics.quantiles(taken, n=20)[18]
                        cells.append(f"{statistics.median(taken):7.1f} p95 {late:6.1f} ms")
                    print(f"{address:40} {cells[0]} {cells[1]}  {queries[0]:.1f} {queries[1]:.1f}")
    finally:
        await stack.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000))
