"""``/api/v1/downloads``: what one may ask for, and whose it is."""

from __future__ import annotations

import io
from typing import Any

import pytest

from seen.compose import Server
from seen.core.ids import new_id
from seen.plugin import Health
from tests.conftest import Person
from tests.downloads.conftest import add, history, reaches, until
from tests.downloads.puppet import Stage
from tests.downloads.torrents import folder_info, info_of, torrent
from tests.titles import add_movie

HASH = "c9e15763f722f23e98a29decdfae341b98d53056"
MAGNET = f"magnet:?xt=urn:btih:{HASH}&dn=A%20Film"
SENT = {"Content-Type": "application/x-bittorrent"}


@pytest.fixture
async def idle(server: Server) -> None:
    """Nobody works, so that what waits goes on waiting."""
    await server.downloader.stop()


async def send(person: Person, data: Any, query: str = "") -> tuple[int, Any]:
    """Upload a torrent file."""
    async with person.client.post(
        f"/api/v1/downloads/torrents{query}", data=data, headers={**person.headers, **SENT}
    ) as answer:
        return answer.status, await answer.json()


# --- asking --------------------------------------------------------------------------------------


async def test_a_download_is_put_in_line(idle: None, user: Person) -> None:
    status, body = await user.call(
        "POST", "/downloads", json={"sourceType": "magnet", "source": MAGNET}
    )
    assert status == 201
    assert (body["status"], body["title"], body["sourceType"]) == ("queued", "A Film", "magnet")
    assert body["progressPercent"] == body["bytesTotal"] == body["retryCount"] == 0
    assert body["importState"] is None and body["startedAt"] is None
    _, events = await user.call("GET", f"/downloads/{body['id']}/events")
    assert events["items"][0]["payload"]["reason"] == "submitted"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sourceType": "http", "source": "http://10.0.0.1/x"}, "private_address"),
    ({"sourceType": "http", "source": "http://0x0a.1/x"}, "private_address"),
    ({"sourceType": "direct", "source": "file:///etc/passwd"}, "invalid"),
    ({"sourceType": "magnet", "source": "magnet:?dn=x"}, "invalid"),
    ({"sourceType": "http", "source": ""}, "invalid"),
    ({"sourceType": "ftp", "source": "http://example.org/x"}, "invalid"),
    ({"sourceType": "http", "source": "http://example.org/x", "out": "../x"}, "invalid"),
    ({"sourceType": "http", "source": "http://example.org/x", "priority": 2}, "invalid"),
]


async def test_what_is_no_source_is_refused_with_a_reason(idle: None, user: Person) -> None:
    for body, code in WRONG:
        status, problem = await user.call("POST", "/downloads", json=body)
        assert (status, problem["code"]) == (422, code), body
        assert problem["detail"]


async def test_the_same_content_is_not_fetched_twice_by_one_person(
    idle: None, user: Person, admin: Person
) -> None:
    first = await add(user, MAGNET)
    status, problem = await user.call(
        "POST", "/downloads", json={"sourceType": "magnet", "source": MAGNET + "&xl=5"}
    )
    assert (status, problem["code"]) == (409, "known")
    await add(admin, MAGNET)
    await user.call("DELETE", f"/downloads/{first}")
    await add(user, MAGNET)


async def test_two_people_get_the_same_content_one_after_the_other(
    server: Server, stage: Stage, user: Person, admin: Person
) -> None:
    first, second = await add(user, MAGNET), await add(admin, MAGNET)
    held = await stage.held(first)
    await reaches(user, first, "downloading")
    assert second not in stage.jobs
    held.finish({"film.mkv": b"x"})
    await reaches(user, first, "completed")
    (await stage.held(second)).finish({"film.mkv": b"x"})
    await reaches(admin, second, "completed")


async def test_a_torrent_file_is_checked_and_cleaned(
    server: Server, stage: Stage, user: Person
) -> None:
    status, body = await send(user, torrent(announce=b"http://10.0.0.1/announce"), "?title=Film")
    assert status == 201
    assert (body["sourceType"], body["title"], body["bytesTotal"]) == ("torrent", "Film", 50_000)
    held = await stage.held(body["id"])
    assert held.spec.torrent is not None and b"10.0.0.1" not in held.spec.torrent
    assert held.spec.source.startswith("magnet:?xt=urn:btih:")
    status, problem = await send(user, torrent(info_of(b"../film.mkv")))
    assert (status, problem["code"]) == (422, "bad_torrent")
    status, problem = await send(user, b"<html>")
    assert (status, problem["code"]) == (422, "bad_torrent")
    status, problem = await send(user, torrent(announce=b"http://10.0.0.1/announce"))
    assert (status, problem["code"]) == (409, "known")


async def test_too_large_a_torrent_file_is_refused_while_it_comes(idle: None, user: Person) -> None:
    status, problem = await send(user, io.BytesIO(b"d" + b"x" * (17 * 2**20)))
    assert (status, problem["code"]) == (413, "too_large")


async def test_a_title_goes_with_its_download(idle: None, server: Server, user: Person) -> None:
    media_id = await add_movie(server)
    job_id = await add(user, MAGNET, mediaId=str(media_id), title="In my words")
    _, body = await user.call("GET", f"/downloads/{job_id}")
    assert (body["mediaId"], body["title"]) == (str(media_id), "In my words")
    found = await server.downloads.of_titles(user.viewer.user_id, [media_id, new_id()])
    assert {key: str(job.id) for key, job in found.items()} == {media_id: job_id}
    for named in ("mediaId", "rootId"):
        status, _ = await user.call(
            "POST", "/downloads",
            json={"sourceType": "http", "source": "http://example.org/", named: str(new_id())},
        )  # fmt: skip
        assert status == 404


# --- quotas --------------------------------------------------------------------------------------


async def test_nobody_asks_for_more_than_they_may(idle: None, user: Person, admin: Person) -> None:
    await admin.call("PATCH", "/admin/downloads", json={"quotaJobs": 1})
    await add(user)
    status, problem = await user.call(
        "POST", "/downloads", json={"sourceType": "http", "source": "http://example.org/"}
    )
    assert (status, problem["code"]) == (409, "quota_jobs")
    path = f"/admin/downloads/quotas/{user.viewer.user_id}"
    assert (await admin.call("PUT", path, json={"jobs": 3, "bytes": 60_000}))[0] == 200
    status, body = await send(user, torrent())
    assert status == 201
    status, problem = await send(user, torrent(folder_info(([b"a"], 20_000))))
    assert (status, problem["code"]) == (409, "quota_bytes")
    await user.call("DELETE", f"/downloads/{body['id']}")
    assert (await send(user, torrent(folder_info(([b"a"], 20_000)))))[0] == 201
    assert (await user.call("PUT", path, json={}))[0] == 403
    _, listed = await admin.call("GET", "/admin/downloads/quotas")
    assert listed["items"][0]["bytes"] == 60_000


async def test_what_turns_out_too_large_for_its_owner_ends(
    server: Server, stage: Stage, user: Person, admin: Person
) -> None:
    await admin.call("PATCH", "/admin/downloads", json={"quotaBytes": 1000})
    job_id = await add(user)
    held = await stage.held(job_id)
    held.total = 5000
    failed = await reaches(user, job_id, "failed")
    assert "may have 1 kB" in failed["errorMessage"]
    assert job_id not in stage.jobs


# --- whose it is ---------------------------------------------------------------------------------


async def test_what_belongs_to_others_is_not_there(
    idle: None, server: Server, user: Person, admin: Person
) -> None:
    theirs = await add(admin)
    for method, path, body in [
        ("GET", "", None), ("DELETE", "", None), ("GET", "/events", None), ("GET", "/files", None),
        ("POST", "/pause", None), ("POST", "/resume", None), ("POST", "/retry", None),
        ("POST", "/remove", None), ("PATCH", "", {"title": "mine"}),
    ]:  # fmt: skip
        more = {} if body is None else {"json": body}
        status, problem = await user.call(method, f"/downloads/{theirs}{path}", **more)
        assert (status, problem["code"]) == (404, "not_found"), (method, path)
    status, _ = await user.call("POST", "/downloads/order", json={"ids": [theirs]})
    assert status == 404
    _, done = await user.call("POST", "/downloads/bulk", json={"ids": [theirs], "action": "cancel"})
    assert done["results"] == [{"id": theirs, "error": "There is no such download."}]
    for everyone in ("false", "true"):
        _, page = await user.call("GET", f"/downloads?everyone={everyone}")
        assert page["items"] == []
        _, found = await user.call("GET", f"/downloads/summary?everyone={everyone}")
        assert found["counts"] == {}
    mine = await add(user, MAGNET)
    _, page = await admin.call("GET", "/downloads")
    assert [each["id"] for each in page["items"]] == [theirs]
    _, page = await admin.call("GET", "/downloads?everyone=true")
    assert [each["id"] for each in page["items"]] == [mine, theirs]
    assert (await admin.call("GET", f"/downloads/{mine}"))[0] == 200


async def test_nobody_gets_in_without_signing_in(idle: None, user: Person) -> None:
    job_id = await add(user)
    for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{job_id}"), ("DELETE", f"/{job_id}"),
                         ("GET", f"/{job_id}/events"), ("POST", "/torrents"), ("POST", "/bulk"),
                         ("GET", "/summary")):  # fmt: skip
        async with user.client.request(method, f"/api/v1/downloads{path}") as answer:
            assert answer.status == 401, (method, path)


# --- lists ---------------------------------------------------------------------------------------


async def test_pages_go_on_where_the_last_one_ended(idle: None, user: Person) -> None:
    ids = [await add(user, f"http://example.org/{number}") for number in range(7)]
    seen: list[str] = []
    cursor = ""
    while True:
        _, page = await user.call("GET", f"/downloads?limit=3&cursor={cursor}")
        seen += [each["id"] for each in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
        assert len(page["items"]) == 3
    assert seen == list(reversed(ids))
    status, problem = await user.call("GET", "/downloads?cursor=rubbish")
    assert (status, problem["code"]) == (422, "bad_cursor")


async def test_a_list_may_be_limited_to_some_states(idle: None, user: Person) -> None:
    waiting, gone = await add(user), await add(user, MAGNET)
    await user.call("DELETE", f"/downloads/{gone}")
    for query, wanted in (("queued", [waiting]), ("cancelled,failed", [gone]), ("completed", [])):
        _, page = await user.call("GET", f"/downloads?status={query}")
        assert [each["id"] for each in page["items"]] == wanted
    assert (await user.call("GET", "/downloads?status=seeding"))[0] == 422
    _, found = await user.call("GET", "/downloads/summary")
    assert found["counts"] == {"queued": 1, "cancelled": 1} and found["freeBytes"] > 0


async def test_events_come_in_order_and_after_a_time(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await add(user)
    (await stage.held(job_id)).finish({"film.mkv": b"x"})
    await reaches(user, job_id, "completed")
    _, every = await user.call("GET", f"/downloads/{job_id}/events")
    times = [each["createdAt"] for each in every["items"]]
    assert times == sorted(times) and len(set(times)) == len(times) >= 4
    assert all(each["payload"]["reason"] for each in every["items"])
    after = times[1].replace("+", "%2B")
    _, later = await user.call("GET", f"/downloads/{job_id}/events?after={after}&limit=1")
    assert later["items"] == every["items"][2:3]


# --- changing ------------------------------------------------------------------------------------


async def test_the_order_may_be_changed_among_ones_own(
    idle: None, server: Server, user: Person, admin: Person
) -> None:
    a = await add(user, "http://example.org/a")
    other = await add(admin, "http://example.org/other")
    b, c = [await add(user, f"http://example.org/{name}") for name in "bc"]

    async def order() -> list[str]:
        rows = await server.db.fetch(
            "select id from download_jobs order by priority desc, queue_position"
        )
        return [str(row["id"]) for row in rows]

    assert await order() == [a, other, b, c]
    await user.call("PATCH", f"/downloads/{c}", json={"move": "first"})
    assert await order() == [c, other, a, b]
    await user.call("PATCH", f"/downloads/{a}", json={"move": "down"})
    assert await order() == [c, other, b, a]
    assert (await user.call("POST", "/downloads/order", json={"ids": [a, b, c]}))[0] == 204
    assert await order() == [a, other, b, c]
    assert (await user.call("PATCH", f"/downloads/{b}", json={"priority": 1}))[0] == 403
    await user.call("PATCH", f"/downloads/{a}", json={"priority": -1})
    await admin.call("PATCH", f"/downloads/{other}", json={"priority": 1})
    assert await order() == [other, b, c, a]
    status, _ = await user.call("POST", "/downloads/order", json={"ids": [str(new_id())]})
    assert status == 404


async def test_a_paused_download_gives_its_place_and_keeps_its_bytes(
    server: Server, stage: Stage, user: Person
) -> None:
    ids = [await add(user, f"http://127.0.0.1/{number}") for number in range(4)]
    held = [await stage.held(each) for each in ids[:3]]
    await reaches(user, ids[0], "downloading")
    status, body = await user.call("POST", f"/downloads/{ids[0]}/pause")
    assert (status, body["paused"], body["status"]) == (200, True, "downloading")
    last = await stage.held(ids[3])

    async def rests() -> bool:
        return held[0].state == "paused"

    await until(rests)
    await user.call("POST", f"/downloads/{ids[0]}/resume")
    await reaches(user, ids[3], "downloading")
    assert held[0].state == "paused", "there is no place for it yet"
    last.finish({"film.mkv": b"x"})

    async def goes_on() -> bool:
        return held[0].state == "downloading"

    await until(goes_on)
    held[0].finish({"film.mkv": b"x"})
    done = await reaches(user, ids[0], "completed")
    assert not done["paused"] and stage.asked["pause"] == 1
    assert (await user.call("POST", f"/downloads/{ids[0]}/pause"))[0] == 409


async def test_an_engine_that_cannot_pause_gives_the_download_back(
    server: Server, stages: dict[str, Stage], user: Person
) -> None:
    stages["first"].health = Health("failed", "Not now.")
    server.downloader._engines._looks.clear()
    stage = stages["second"]
    job_id = await add(user)
    held = await stage.held(job_id)
    (held.spec.folder / "film.mkv").write_bytes(b"x" * 10)
    await reaches(user, job_id, "downloading")
    await user.call("POST", f"/downloads/{job_id}/pause")

    async def gone() -> bool:
        return job_id not in stage.jobs or held.state == "paused"

    await until(gone)
    await user.call("POST", f"/downloads/{job_id}/resume")
    again = await stage.held(job_id)
    again.state = "downloading"
    again.finish({"film.mkv": b"x" * 20})
    await reaches(user, job_id, "completed")


async def test_what_waits_may_be_paused(idle: None, server: Server, user: Person) -> None:
    job_id = await add(user)
    _, body = await user.call("POST", f"/downloads/{job_id}/pause")
    assert (body["status"], body["paused"]) == ("queued", True)
    _, body = await user.call("POST", f"/downloads/{job_id}/resume")
    assert (body["status"], body["paused"]) == ("queued", False)


async def test_a_failed_download_is_tried_again_by_hand(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await add(user)
    held = await stage.held(job_id)
    assert (await user.call("POST", f"/downloads/{job_id}/retry"))[0] == 409
    held.message, held.final, held.state = "Gone", True, "failed"
    await reaches(user, job_id, "failed")

    async def let_go() -> bool:
        return job_id not in stage.jobs

    await until(let_go)
    status, body = await user.call("POST", f"/downloads/{job_id}/retry")
    assert (status, body["status"], body["errorMessage"]) == (200, "retrying", "")
    (await stage.held(job_id)).finish({"film.mkv": b"x"})
    await reaches(user, job_id, "completed")
    assert (await history(user, job_id))[3:5] == ["failed", "retrying"]


async def test_what_has_ended_may_leave_the_list(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await add(user)
    held = await stage.held(job_id)
    (held.spec.folder / "film.mkv").write_bytes(b"x" * 10)
    assert (await user.call("POST", f"/downloads/{job_id}/remove"))[0] == 409
    held.message, held.final, held.state = "Gone", True, "failed"
    await reaches(user, job_id, "failed")
    assert (await user.call("POST", f"/downloads/{job_id}/remove"))[0] == 204
    assert (await user.call("GET", f"/downloads/{job_id}"))[0] == 404

    async def gone() -> bool:
        rows = await server.db.fetchval("select count(*) from download_jobs")
        return rows == 0 and not held.spec.folder.exists()

    await until(gone)


async def test_many_are_treated_alike(idle: None, user: Person) -> None:
    ids = [await add(user, f"http://example.org/{number}") for number in range(3)]
    _, done = await user.call("POST", "/downloads/bulk", json={"ids": ids, "action": "pause"})
    assert [each["error"] for each in done["results"]] == ["", "", ""]
    _, done = await user.call("POST", "/downloads/bulk", json={"ids": ids[:2], "action": "cancel"})
    _, done = await user.call("POST", "/downloads/bulk", json={"ids": ids, "action": "retry"})
    assert all(each["error"] == "There is nothing to try again." for each in done["results"])
    _, found = await user.call("GET", "/downloads/summary")
    assert found["counts"] == {"cancelled": 2, "queued": 1}


# --- what admins decide --------------------------------------------------------------------------


async def test_preferences_are_checked_and_kept(
    idle: None, admin: Person, user: Person, server: Server, tmp_path: Any
) -> None:
    root = await server.library.add_root(str(tmp_path))
    wanted = {"roots": {"movie": str(root.id)}, "way": "copy", "movieName": "{title}/{title}"}
    status, body = await admin.call("PATCH", "/admin/downloads", json=wanted)
    assert status == 200 and body["roots"] == {"movie": str(root.id)} and body["way"] == "copy"
    _, again = await admin.call("GET", "/admin/downloads")
    assert again == body and again["showName"]
    for wrong in (
        {"roots": {"movie": str(new_id())}}, {"roots": {"song": str(root.id)}}, {"way": "move"},
        {"movieName": "film"}, {"movieName": "../{title}"}, {"movieName": "{title.__class__}"},
        {"movieName": "{title!r}"}, {"movieName": "{title:>9999}"}, {"showName": "{title}"},
        {"movieName": "{title"}, {"movieName": "/{title}"}, {"quotaJobs": -1},
    ):  # fmt: skip
        assert (await admin.call("PATCH", "/admin/downloads", json=wrong))[0] == 422, wrong
    assert (await user.call("GET", "/admin/downloads"))[0] == 403
