"""From a file to a history: shown first, applied as one, taken back as one, never twice."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seen.compose import Server
from seen.plugin.models import ExternalRef, MediaKind, TitleDetails
from seen.tracking.model.opinions import Part
from tests.conftest import Person
from tests.imports.conftest import apply, bring, tallies, write_zip
from tests.titles import add_game, add_movie, add_show
from tests.tracking.test_acts import state_hash

pytestmark = pytest.mark.usefixtures("imported")


async def films(server: Server) -> None:
    for title, year in (("Low Tide", 2013), ("Côte d'Azur", 2001), ("Ice, Thaw", 2020)):
        await add_movie(server, title, year)


async def test_an_import_is_shown_before_it_changes_anything_and_comes_once(
    server: Server, user: Person, letterboxd: Path
) -> None:
    await films(server)
    before = await state_hash(server)
    run = await bring(user, "letterboxd", letterboxd)
    assert (run["state"], run["name"]) == ("ready", "Letterboxd")
    assert tallies(run) == {
        "watched": (3, 0, 0), "watchLater": (1, 0, 0), "ratings": (2, 0, 0),
        "favorites": (1, 0, 0), "notes": (1, 0, 0), "lists": (2, 0, 0),
    }  # fmt: skip
    assert [(each["title"], each["file"], each["line"]) for each in run["unmatchedLines"]] == [
        ("Nobody Knows It", "watched.csv", 4), ("Low Tide", "watchlist.csv", 3),
    ]  # fmt: skip
    assert all(each["reason"] for each in run["unmatchedLines"])
    assert await state_hash(server) == before

    done = await apply(user, run)
    assert (done["state"], done["summary"]) == ("done", "13 lines, 2 of which could not be used")
    after = await state_hash(server)
    viewings = await server.db.fetch(
        "select source, watched_at from user_watched order by watched_at"
    )
    assert {each["source"] for each in viewings} == {"import"}
    assert viewings[0]["watched_at"] == datetime(2026, 1, 2, 12, tzinfo=UTC)

    again = await bring(user, "letterboxd", letterboxd)
    assert all(new == conflicts == 0 for new, _, conflicts in tallies(again).values())
    done_again = await apply(user, again)
    assert done_again["actId"] is None, "there is nothing to take back"
    assert await state_hash(server) == after

    status, body = await user.call("POST", f"/imports/{run['id']}/undo")
    assert status == 200 and body["undone"]
    assert await state_hash(server) == before


async def test_what_differs_stays_unless_the_other_side_is_taken(
    server: Server, user: Person, letterboxd: Path
) -> None:
    await films(server)
    rated = await add_movie(server, "Low Tide", 2013)
    await server.tracks.opinions.rate(user.viewer, Part(rated), 20)
    await server.tracks.opinions.write_note(user.viewer, rated, "Mine")
    run = await bring(user, "letterboxd", letterboxd)
    assert tallies(run)["ratings"] == (1, 0, 1)
    assert {(each["change"], each["mine"], each["theirs"]) for each in run["differences"]} == {
        ("ratings", "20", "90"), ("notes", "Mine", "Two\nlines"),
    }  # fmt: skip
    await apply(user, run)

    async def kept() -> tuple[int, str]:
        rating = await server.db.fetchval(
            "select rating from user_ratings where media_id = $1", rated
        )
        return rating, await server.db.fetchval("select body from user_notes")

    assert await kept() == (20, "Mine")
    again = await bring(user, "letterboxd", letterboxd)
    await apply(user, again, ["ratings"])
    assert await kept() == (90, "Mine")


async def test_titles_are_found_by_ids_first_and_episodes_by_number_or_name(
    server: Server, user: Person, tmp_path: Path
) -> None:
    ref = ExternalRef("tmdb", MediaKind.MOVIE, "93")
    movie = await server.catalog.store_details(TitleDetails(ref, "The Same Elsewhere"), "tests")
    _, episodes = await add_show(server, "Harbour", seasons=(2,))
    entry = {"type": "episode", "show": {"title": "Harbour", "year": 2020}}
    history = [
        {"watched_at": "2026-04-02T11:10:00Z", "movie": {"title": "Other", "ids": {"tmdb": 93}}},
        {**entry, "watched_at": "2026-04-03T11:10:00Z", "episode": {"season": 1, "number": 2}},
        {**entry, "watched_at": "2026-04-03T11:11:00Z", "episode": {"season": 1, "number": 9}},
        {**entry, "watched_at": "2026-04-03T11:12:00Z", "episode": {"season": 7, "number": 1}},
    ]
    path = write_zip(tmp_path / "trakt.zip", {"watched-history.json": history})
    run = await bring(user, "trakt", path)
    (line,) = run["unmatchedLines"]
    assert line["reason"] == "The show is known, but season 1 has no episode 9."
    await apply(user, run)
    rows = await server.db.fetch(
        "select media_id, episode_id from user_watched order by watched_at"
    )
    assert rows[0]["media_id"] == movie and rows[1]["episode_id"] == episodes[1]
    assert len(rows) == 3, "season 7 was never listed by anybody, so its episode is made"

    table = tmp_path / "NetflixViewingHistory.csv"
    table.write_text('Title,Date\n"Harbour: Season 1: Part 1","4/13/26"\n')
    run = await bring(user, "netflix", table)
    assert tallies(run) == {"watched": (1, 0, 0)}
    await apply(user, run)
    seen = await server.db.fetchval(
        "select max(watched_at) from user_watched where episode_id = $1", episodes[0]
    )
    assert seen == datetime(2026, 4, 13, 12, tzinfo=UTC)


async def test_a_viewing_that_is_known_is_not_told_twice(
    server: Server, user: Person, tmp_path: Path
) -> None:
    movie = await add_movie(server, "Low Tide", 2013)
    seen = datetime(2026, 4, 2, 21, 30, tzinfo=UTC)
    await server.db.execute(
        "insert into user_watched (id, user_id, media_id, source, watched_at)"
        " values (gen_random_uuid(), $1, $2, 'player', $3)",
        user.viewer.user_id, movie, seen,
    )  # fmt: skip
    entry = {"movie": {"title": "Low Tide", "year": 2013}}
    times = ("2026-04-02T21:33:00Z", "2026-04-02T23:59:00Z")
    history = [{**entry, "watched_at": each} for each in times]
    path = write_zip(tmp_path / "trakt.zip", {"watched-history.json": history})
    assert tallies(await bring(user, "trakt", path)) == {"watched": (1, 1, 0)}
    table = tmp_path / "NetflixViewingHistory.csv"
    table.write_text('Title,Date\n"Low Tide","4/2/26"\n"Low Tide","4/12/26"\n')
    assert tallies(await bring(user, "netflix", table)) == {"watched": (1, 1, 0)}


async def test_games_come_with_their_hours(server: Server, user: Person, tmp_path: Path) -> None:
    await add_game(server, "Deep Dive")
    await add_game(server, "Never Begun")
    games = [{"appid": 11, "name": "Deep Dive", "playtime_forever": 90},
             {"appid": 12, "name": "Never Begun", "playtime_forever": 0}]  # fmt: skip
    path = tmp_path / "games.json"
    path.write_text(json.dumps({"response": {"games": games}}))
    await apply(user, await bring(user, "steam", path))
    rows = await server.db.fetch("select status, seconds_played, platform from user_states"
                                 " order by seconds_played desc")  # fmt: skip
    assert [tuple(each.values()) for each in rows] == [
        ("paused", 5400, "PC"), ("backlog", 0, "PC")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("ratings.csv", b'Const,Your Rating,Title,Title Type\ntt01,9,"Low', "ends in the middle"),
        ("ratings.csv", b"Name,Year\nLow Tide,2013\n", "no export of IMDb"),
        ("ratings.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no export of IMDb"),
        ("ratings.zip", b"PK\x03\x04 cut off", "cut off"),
    ],
)
async def test_a_file_that_cannot_be_read_ends_with_a_reason_and_leaves_nothing(
    server: Server, user: Person, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    before = await state_hash(server)
    path = tmp_path / name
    path.write_bytes(content)
    run = await bring(user, "imdb", path)
    assert run["state"] == "failed" and reason in run["message"], run["message"]
    assert await state_hash(server) == before
    for table in ("import_rows", "import_pieces"):
        assert await server.db.fetchval(f"select count(*) from {table}") == 0
    status, _ = await user.call("POST", f"/imports/{run['id']}/apply", json={})
    assert status == 409
    status, _ = await user.call("DELETE", f"/imports/{run['id']}")
    assert status == 204


async def test_old_encodings_are_read(server: Server, user: Person, tmp_path: Path) -> None:
    await films(server)
    table = "Const,Your Rating,Title,Title Type,Year\n,9,Côte d'Azur,Movie,2001\n"
    for encoding in ("latin-1", "utf-16", "utf-8-sig"):
        path = tmp_path / "ratings.csv"
        path.write_bytes(table.encode(encoding))
        assert tallies(await bring(user, "imdb", path)) == {"ratings": (1, 0, 0)}, encoding
        for run in (await user.call("GET", "/imports"))[1]["items"]:
            await user.call("DELETE", f"/imports/{run['id']}")


async def test_wrong_names_and_too_many_at_once_are_refused(
    user: Person, letterboxd: Path, tmp_path: Path
) -> None:
    path = tmp_path / "films.exe"
    path.write_bytes(b"x")
    body = await bring(user, "letterboxd", path, 422)
    assert ".zip" in body["detail"]
    await bring(user, "nothing", letterboxd, 422)
    for _ in range(5):
        await bring(user, "letterboxd", letterboxd)
    await bring(user, "letterboxd", letterboxd, 409)


async def test_nobody_sees_or_touches_the_imports_of_others(
    server: Server, user: Person, other_user: Person, letterboxd: Path
) -> None:
    run = await bring(user, "letterboxd", letterboxd)
    path = f"/imports/{run['id']}"
    for method, where in (
        ("GET", path), ("GET", f"{path}/unmatched"), ("POST", f"{path}/apply"),
        ("POST", f"{path}/undo"), ("DELETE", path),
    ):  # fmt: skip
        options = {"json": {}} if where.endswith("apply") else {}
        status, _ = await other_user.call(method, where, **options)
        assert status == 404, (method, where)
    assert (await other_user.call("GET", "/imports"))[1]["items"] == []


async def test_a_zip_file_that_holds_names_leading_out_of_it_is_refused(
    user: Person, tmp_path: Path
) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("../../ratings.csv"), "x")
    path = tmp_path / "letterboxd.zip"
    path.write_bytes(data.getvalue())
    run = await bring(user, "letterboxd", path)
    assert run["state"] == "failed" and "lead out" in run["message"]
