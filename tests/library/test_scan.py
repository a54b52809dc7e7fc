"""A scan on a real folder with real files, no key and no network."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from seen.compose import Server
from seen.core.errors import NotHere
from seen.plugin.errors import NotReady
from seen.plugin.models import ExternalRef, MediaKind
from seen.tracking.service import Viewing
from tests.conftest import Person
from tests.media import put_clip
from tests.titles import add_show


async def quiet(done: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


async def scan(server: Server, folder: Path | None = None) -> str:
    await server.host.settled(30)
    if folder is not None:
        await server.library.add_root(str(folder))
    return await server.library.scan([], quiet)


async def listed(server: Server) -> dict[str, Any]:
    rows = await server.db.fetch(
        "select i.file_name, i.match_state, i.problem, i.missing_since, i.match_reason,"
        " i.absolute_path, i.extra, m.title, i.xmin::text as version"
        " from library_items i left join media_items m on m.id = i.media_id"
    )
    return {row["file_name"]: dict(row) for row in rows}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "media"
    put_clip(root / "Tidewater (2019)" / "Tidewater (2019).mp4")
    put_clip(root / "Northline (2021)" / "Season 01" / "Northline S01E01.mp4")
    put_clip(root / "Northline (2021)" / "Season 01" / "Northline S01E02.mp4")
    return root


async def test_files_become_titles_with_seasons_and_streams(server: Server, folder: Path) -> None:
    (folder / "Tidewater (2019)" / "Tidewater (2019).en.forced.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\nHello\n"
    )
    assert await scan(server, folder) == "3 files, 3 new or changed, 3 matched."
    files = await listed(server)
    assert {name: each["title"] for name, each in files.items()} == {
        "Tidewater (2019).mp4": "Tidewater",
        "Northline S01E01.mp4": "Northline",
        "Northline S01E02.mp4": "Northline",
    }
    streams = await server.db.fetch(
        "select s.stream_type, s.codec, s.language, s.is_forced from library_streams s"
        " join library_items i on i.id = s.library_item_id where i.file_name like 'Tide%'"
        " order by s.stream_index"
    )
    assert [tuple(row.values()) for row in streams] == [
        ("video", "h264", "", False),
        ("audio", "aac", "", False),
        ("subtitle", "srt", "en", True),
    ]


async def fewest_queries(server: Server, wanted: str) -> int:
    """How many queries a scan without news costs: whatever runs beside it adds to some of them."""
    costs = []
    for _ in range(3):
        before = server.db.queries
        assert await server.library.scan([], quiet) == wanted
        costs.append(server.db.queries - before)
    return min(costs)


async def test_a_second_scan_reads_nothing_and_writes_nothing(server: Server, folder: Path) -> None:
    await scan(server, folder)
    before = await listed(server)
    assert await fewest_queries(server, "Nothing new among 3 files.") < 10
    assert await listed(server) == before


async def test_ten_thousand_unchanged_files_cost_stat_calls_only(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "many"
    for number in range(100):
        (root / f"{number:03}").mkdir(parents=True)
        for other in range(100):
            (root / f"{number:03}" / f"Film {number}-{other} (2001).mkv").touch()
    await server.host.settled(30)
    added = await server.library.add_root(str(root))
    await server.db.execute(
        "insert into library_items (id, root_id, absolute_path, file_name, modified_ns, scanned_at,"
        " match_state, match_confidence, asked)"
        " select gen_random_uuid(), $1, path, path, time, now(), 'matched', 1, ''"
        " from unnest($2::text[], $3::bigint[]) as known(path, time)",
        added.id,
        *zip(*((str(path), path.stat().st_mtime_ns) for path in root.rglob("*.mkv")), strict=True),
    )
    await server.db.execute("update library_roots set file_count = 10000, last_scan_at = now()")

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a plugin was asked")

    monkeypatch.setattr("seen.host.registry.Handle.call", refuse)
    rows = "select sum(xmin::text::bigint), count(*) from library_items"
    before = await server.db.fetchrow(rows)
    assert await fewest_queries(server, "Nothing new among 10000 files.") < 10
    assert await server.db.fetchrow(rows) == before


async def test_a_missing_or_empty_folder_is_offline_and_loses_nothing(
    server: Server, folder: Path
) -> None:
    await scan(server, folder)
    before = await listed(server)
    away = folder.rename(folder.with_name("away"))
    assert "Offline" in await scan(server)
    (root,) = await server.library.roots()
    assert (root.state, root.reason) == ("offline", "It does not exist")
    assert await listed(server) == before
    folder.mkdir()
    assert "Offline" in await scan(server)
    (root,) = await server.library.roots()
    assert "may not be mounted" in root.reason
    assert await listed(server) == before
    folder.rmdir()
    away.rename(folder)
    await scan(server)
    assert (await server.library.roots())[0].state == "online"
    assert await listed(server) == before


async def test_most_files_gone_at_once_is_a_disk_that_is_not_there(
    server: Server, tmp_path: Path
) -> None:
    root = tmp_path / "media"
    for number in range(10):
        put_clip(root / f"Film {number} (200{number}).mp4")
    await scan(server, root)
    for number in range(6):
        (root / f"Film {number} (200{number}).mp4").unlink()
    assert "Offline" in await scan(server)
    assert not any(each["missing_since"] for each in (await listed(server)).values())


async def test_a_deleted_file_is_missing_and_the_history_of_its_title_stays(
    server: Server, folder: Path, admin: Person
) -> None:
    await scan(server, folder)
    cards = await server.dashboard.shelves(admin.viewer).recently_added(10)
    movie = next(card for card in cards if card.title == "Tidewater")
    await admin.call("POST", "/watched", json={"mediaId": movie.id})
    path = folder / "Tidewater (2019)" / "Tidewater (2019).mp4"
    path.unlink()
    await scan(server)
    assert (await listed(server))["Tidewater (2019).mp4"]["missing_since"] is not None
    put_clip(path.with_name("Tidewater.2019.1080p.mp4"), 3)
    await scan(server)
    new = (await listed(server))["Tidewater.2019.1080p.mp4"]
    assert new["title"] == "Tidewater"
    cards = await server.dashboard.shelves(admin.viewer).recently_added(10)
    again = next(card for card in cards if card.title == "Tidewater")
    assert (again.id, again.seen) == (movie.id, True)


async def test_a_renamed_file_keeps_what_somebody_said_it_is(
    server: Server, folder: Path, admin: Person
) -> None:
    await scan(server, folder)
    files = await server.library.items(["matched"], None, "Tide", 1, 10)
    show = await server.db.fetchval("select id from media_items where title = 'Northline'")
    body = {"mediaId": str(show), "season": 1, "episode": 7}
    status, item = await admin.call("POST", f"/library/{files[0][0].id}/match", json=body)
    assert (status, item["matchLocked"], item["media"]["title"]) == (200, True, "Northline")
    path = folder / "Tidewater (2019)" / "Tidewater (2019).mp4"
    path.rename(folder / "renamed.mp4")
    await scan(server)
    os.utime(folder / "renamed.mp4")
    await scan(server)
    renamed = (await listed(server))["renamed.mp4"]
    assert (renamed["title"], renamed["match_reason"]) == ("Northline", "Matched by hand")
    status, problem = await admin.call("POST", f"/library/{files[0][0].id}/match", json=body)
    assert (status, problem["code"]) == (409, "match_locked")
    body["force"] = True
    assert (await admin.call("POST", f"/library/{files[0][0].id}/match", json=body))[0] == 200


async def test_rubbish_never_stops_a_scan_and_each_piece_has_its_reason(
    server: Server, folder: Path
) -> None:
    (folder / "Empty (2001).mkv").touch()
    (folder / "Broken (2002).mp4").write_bytes(b"\x00" * 5000)
    cut = put_clip(folder / "Cut Off (2003).mp4")
    cut.write_bytes(cut.read_bytes()[:2000])
    (folder / ("x" * 251 + ".mkv")).write_bytes(b"x")
    put_clip(folder / "$(touch owned) `id` ; -rf \n 'q' (2004).mp4")
    raw = os.path.join(os.fsencode(folder), b"Bytes \xff\xfe (2005).mp4")
    shutil.copy(cut.with_name("Tidewater (2019)") / "Tidewater (2019).mp4", raw)
    os.mkfifo(folder / "Pipe (2006).mkv")
    (folder / "loop").symlink_to(folder)
    (folder / "outside.mkv").symlink_to("/etc/hostname")
    deep = folder
    for _ in range(60):
        deep = deep / "d"
    put_clip(deep / "Deep (2007).mp4")
    await scan(server, folder)
    files = await listed(server)
    assert files["Empty (2001).mkv"]["problem"] == "The file is empty"
    assert "damaged" in files["Broken (2002).mp4"]["problem"]
    assert files["Cut Off (2003).mp4"]["problem"]
    assert files["x" * 251 + ".mkv"]["problem"]
    assert files["$(touch owned) `id` ; -rf \n 'q' (2004).mp4"]["problem"] == ""
    assert files["Bytes \\xff\\xfe (2005).mp4"]["problem"] == ""
    assert files["Deep (2007).mp4"]["title"] == "Deep"
    assert "Pipe (2006).mkv" not in files
    assert "outside.mkv" not in files
    assert len(files) == 10


async def test_a_file_that_is_still_growing_is_read_again_next_time(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seen.library.scan._changed", lambda found: "Tide" in found.path)
    await scan(server, folder)
    assert "still growing" in (await listed(server))["Tidewater (2019).mp4"]["problem"]
    monkeypatch.undo()
    assert "1 new or changed" in await scan(server)
    assert (await listed(server))["Tidewater (2019).mp4"]["problem"] == ""


async def test_a_subtitle_that_comes_later_is_found_beside_an_unchanged_film(
    server: Server, folder: Path
) -> None:
    await scan(server, folder)
    side = folder / "Tidewater (2019)" / "Tidewater (2019).de.srt"
    side.write_text("1\n00:00:01,000 --> 00:00:02,000\nHallo\n")
    count = "select count(*) from library_streams where external_path <> ''"
    await scan(server)
    assert await server.db.fetchval(count) == 1
    side.unlink()
    await scan(server)
    assert await server.db.fetchval(count) == 0


async def test_a_trailer_belongs_to_its_film_and_is_not_played_for_it(
    server: Server, folder: Path, admin: Person
) -> None:
    put_clip(folder / "Tidewater (2019)" / "Tidewater (2019)-trailer.mp4", 3)
    await scan(server, folder)
    files = await listed(server)
    assert files["Tidewater (2019)-trailer.mp4"]["extra"] == "trailer"
    assert files["Tidewater (2019)-trailer.mp4"]["title"] == "Tidewater"
    movie = await server.db.fetchval("select id from media_items where title = 'Tidewater'")
    playable = await server.library.playable([movie])
    item = await server.library.item(playable[(movie, None)])
    assert item.file_name == "Tidewater (2019).mp4"


async def test_folders_inside_each_other_are_refused_with_a_reason(
    server: Server, folder: Path, admin: Person
) -> None:
    assert (await admin.call("POST", "/library/roots", json={"path": str(folder)}))[0] == 201
    for path, code in (
        (str(folder), "root_known"),
        (str(folder / "Tidewater (2019)"), "root_nested"),
        (str(folder.parent), "root_nested"),
        ("/does/not/exist", "invalid"),
        ("relative", "invalid"),
        ("/", "invalid"),
    ):
        status, problem = await admin.call("POST", "/library/roots", json={"path": path})
        assert status in (409, 422)
        assert problem["code"] == code, path


async def test_a_rescan_is_a_job_that_people_can_follow(
    server: Server, folder: Path, admin: Person
) -> None:
    await server.library.add_root(str(folder))
    status, answer = await admin.call("POST", "/library/rescan", json={})
    assert (status, answer["accepted"]) == (202, 1)
    for _ in range(400):
        status, run = await admin.call("GET", "/library/scan")
        if run["state"] in ("done", "failed"):
            break
        import asyncio

        await asyncio.sleep(0.05)
    assert (run["jobId"], run["state"]) == (answer["jobId"], "done")
    assert run["result"] == "3 files, 3 new or changed, 3 matched."
    status, problem = await admin.call("POST", "/library/rescan", json={"paths": ["/etc"]})
    assert (status, problem["code"]) == (422, "outside_library")


async def test_the_library_pages_hold_every_file_with_its_title(
    server: Server, folder: Path, admin: Person, user: Person
) -> None:
    put_clip(folder / "zzqx.mp4")
    await scan(server, folder)
    _, page = await admin.call("GET", "/library?pageSize=2&page=1")
    assert (page["total"], len(page["items"])) == (4, 2)
    _, found = await user.call("GET", "/library?query=tidewater&matchState=matched")
    (item,) = found["items"]
    assert item["media"]["title"] == "Tidewater"
    assert item["path"] == ""
    assert item["videoCodec"] == "h264"
    status, _ = await user.call("POST", "/library/rescan", json={})
    assert status == 403


async def test_titles_that_turn_out_to_be_one_keep_everybodys_history(
    server: Server, admin: Person, user: Person
) -> None:
    known_by_name, episodes = await add_show(server, "Northline", (3, 2))
    real, real_episodes = await add_show(server, "Northline (the series)", (3,))
    for person in (admin, user):
        await server.tracking.mark_watched(person.viewer, known_by_name, episode_id=episodes[0])
    await server.tracking.record_progress(
        user.viewer, Viewing(known_by_name, episodes[3], 700, 3000)
    )
    await server.library.absorb(known_by_name, real)
    for person in (admin, user):
        assert set(await server.tracking.watched(person.viewer, real)) == {real_episodes[0]}
    (row,) = await server.tracking.progress(user.viewer, real)
    assert row.position_seconds == 700
    tree = await server.catalog.show_tree(real)
    assert [e.season_number for e in tree.episodes if e.id == row.episode_id] == [2]
    with pytest.raises(NotHere):
        await server.catalog.title(known_by_name)
    ref = ExternalRef("tests", MediaKind.SHOW, "Northline")
    assert await server.catalog.known(ref) == real


async def test_a_provider_that_is_down_is_left_alone_and_asked_again_next_time(
    server: Server, tmp_path: Path
) -> None:
    calls = 0

    class Down:
        instance_id = title = "down"
        features = frozenset({"search", "feed"})
        facts = SimpleNamespace(kinds=frozenset(MediaKind), source="down")

        async def call(self, work: Any, *, timeout: float) -> Any:
            nonlocal calls
            calls += 1
            raise NotReady("The service does not answer")

    await server.host.settled(30)
    running = server.host.metadata_providers
    server.host.metadata_providers = lambda: (*running(), Down())  # type: ignore[method-assign, assignment, return-value]
    root = tmp_path / "media"
    for number in range(30):
        put_clip(root / f"Film {number} ({1970 + number}).mp4")
    await scan(server, root)
    files = await listed(server)
    assert {each["match_state"] for each in files.values()} == {"matched"}
    reason = files["Film 3 (1973).mp4"]["match_reason"]
    assert reason.startswith("Only the name says so") and "asked again later" in reason
    assert calls <= 15
    server.host.metadata_providers = running  # type: ignore[method-assign]
    assert "30 matched" in await scan(server)
