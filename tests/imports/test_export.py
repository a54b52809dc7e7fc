"""What is taken away comes back as it was, also on a server that numbers everything anew."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path

import pytest

from seen.compose import Server
from tests.conftest import Person
from tests.imports.conftest import apply, bring, tallies
from tests.titles import add_game, add_movie, add_show
from tests.tracking.test_acts import Doing

pytestmark = pytest.mark.usefixtures("imported")

_TITLE = (
    "(select string_agg(source || ':' || external_id, ',' order by source, external_id)"
    " from media_external_ids e where e.media_id = t.media_id)"
)
_EPISODE = "(select (season_number, number)::text from show_episodes p where p.id = t.episode_id)"
_COVER = (
    "(select string_agg(source || ':' || external_id, ',' order by source, external_id)"
    " from media_external_ids e where e.media_id = t.cover_id)"
)
# All that people keep, in words that do not depend on ids here.
_KEPT = {
    "user_progress": f"{_TITLE}, {_EPISODE}, position_seconds, duration_seconds,"
    " dismissed_at is not null",
    "user_watched": f"{_TITLE}, {_EPISODE}, watched_at, source",
    "user_watch_later": f"{_TITLE}, row_number() over (partition by user_id order by rank)",
    "user_ratings": f"{_TITLE}, {_EPISODE}, season_number, rating, rated_at",
    "user_favorites": f"{_TITLE}, added_at",
    "user_notes": f"{_TITLE}, body",
    "user_states": f"{_TITLE}, status, platform, seconds_played, completion_percent",
    "user_play_sessions": f"{_TITLE}, seconds, note, started_at",
    "collections": f"name, kind, description, case when kind = 'smart' then filter end, shared,"
    f" {_COVER}",
    "collection_items": f"{_TITLE}, (select name from collections c where c.id = t.collection_id),"
    " row_number() over (partition by collection_id order by rank)",
}


async def kept(server: Server) -> dict[str, list[str]]:
    """Everything that people keep, each table as sorted lines."""
    found = {}
    for table, columns in _KEPT.items():
        rows = await server.db.fetch(f"select row({columns})::text as line from {table} t")
        found[table] = sorted(each["line"] for each in rows)
    return found


async def take_away(person: Person, path: Path) -> Path:
    status, body = await person.call("GET", "/export")
    assert status == 200
    path.write_bytes(body)
    return path


async def wipe(server: Server) -> None:
    """Everything that people keep, and every title with its ids and numbers."""
    for table in _KEPT:
        await server.db.execute(f"delete from {table}")
    await server.db.execute("delete from media_items")


async def fill(server: Server, doing: Doing) -> None:
    await doing.prepare(server)
    user_id = doing.viewer.user_id
    await server.db.execute(
        "insert into user_states (user_id, media_id, status) values ($1, $2, 'dropped')",
        user_id, doing.show,
    )  # fmt: skip
    await server.db.execute(
        "insert into collections (id, user_id, kind, name, description, filter, shared, cover_id)"
        " values (gen_random_uuid(), $1, 'smart', 'Long ones', 'Over two hours',"
        ' \'{"types": ["movie"], "genre": "Drama", "platform": "", "year": null,'
        ' "unseen": true, "sort": "newest"}\', true, $2)',
        user_id,
        doing.movies[1],
    )


@pytest.mark.parametrize("seed", range(3))
async def test_an_export_brings_back_an_equal_state(
    server: Server, user: Person, tmp_path: Path, seed: int
) -> None:
    doing = Doing(server, user, random.Random(seed))
    await fill(server, doing)
    for _ in range(60):
        await doing.any_act()
    # Two lists of one name would come back as one.
    await server.db.execute("update collections set name = name || ' ' || id::text")
    before = await kept(server)
    path = await take_away(user, tmp_path / "seen.zip")
    await wipe(server)
    await doing.prepare(server)
    run = await bring(user, "seen", path)
    assert run["unmatched"] == 0, run["unmatchedLines"]
    await apply(user, run)
    assert await kept(server) == before

    again = await bring(user, "seen", path)
    assert all(new == conflicts == 0 for new, _, conflicts in tallies(again).values())
    assert await kept(server) == before


async def test_an_export_holds_ones_own_things_only_with_ids_that_others_understand(
    server: Server, user: Person, other_user: Person, tmp_path: Path
) -> None:
    movie = await add_movie(server, "Low Tide", 2013)
    await server.tracks.later.add(user.viewer, [movie])
    await server.tracks.later.add(other_user.viewer, [await add_game(server)])
    await add_show(server)
    with zipfile.ZipFile(await take_away(user, tmp_path / "seen.zip")) as archive:
        assert json.loads(archive.read("seen.json"))["format"] == "seen-export"
        (line,) = archive.read("watch_later.jsonl").splitlines()
        found = json.loads(line)
        assert found.pop("notedAt")
        assert found == {
            "title": "Low Tide", "kind": "movie", "year": 2013,
            "ids": {"tests": "Low Tide-2013"}, "watchLater": True,
        }  # fmt: skip


async def test_an_export_that_somebody_tampered_with_harms_nothing(
    server: Server, user: Person, tmp_path: Path
) -> None:
    await add_movie(server, "Low Tide", 2013)
    film = {"title": "Low Tide", "kind": "movie", "year": 2013}
    lines: list[dict[str, object]] = [
        {"list": {"name": "Odd", "filter": {"types": "everything"}}},
        {"list": {"name": "Far", "filter": {"year": 10**12, "genre": "a\x00b"}}},
        {**film, "ids": {"tmdb": "\x00", "x\ud800": "1"}, "rating": 70},
        {**film, "secondsPlayed": 2**60, "completionPercent": 900, "positionSeconds": 1e300},
        {**film, "note": "a\x00\ud800b", "watched": True, "watchedAt": "9999-12-31"},
        {"title": "\x00", "kind": "movie", "season": 10**9},
    ]
    path = tmp_path / "seen.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("seen.json", json.dumps({"format": "seen-export", "version": 1}))
        archive.writestr("all.jsonl", "\n".join(map(json.dumps, lines)))
    run = await bring(user, "seen", path)
    assert run["state"] == "ready", run["message"]
    assert {each["line"] for each in run["unmatchedLines"]} == {1, 5, 6}
    await apply(user, run)
    status, body = await user.call("GET", "/collections")
    assert status == 200 and [each["name"] for each in body["items"]] == ["Far"]
    assert await server.db.fetchval("select rating from user_ratings") == 70
