"""Engines are left and put in another order while they have downloads under way."""

from __future__ import annotations

import re

import pytest

from seen.compose import Server
from seen.plugin import Health
from tests.conftest import PASSWORD, Person
from tests.downloads.conftest import add, history, reaches, until
from tests.downloads.puppet import Stage

FIRST = "/admin/plugins/first"


async def off(server: Server, plugin: str = "first") -> None:
    """Wait until a plugin is switched off."""

    async def check() -> bool:
        return not (await server.host.view(plugin)).enabled

    await until(check)


async def half_way(stage: Stage, user: Person) -> str:
    """A download that has 40 % of its bytes."""
    job_id = await add(user)
    held = await stage.held(job_id)
    (held.spec.folder / "film.mkv").write_bytes(b"x" * 400)
    held.total, held.done = 1000, 400

    async def there() -> bool:
        _, body = await user.call("GET", f"/downloads/{job_id}")
        return bool(body["progressPercent"] == 40)

    await until(there)
    return job_id


async def test_an_engine_with_downloads_is_not_switched_off_by_accident(
    server: Server, stage: Stage, user: Person, admin: Person
) -> None:
    await half_way(stage, user)
    status, problem = await admin.call("PATCH", FIRST, json={"enabled": False})
    assert (status, problem["code"]) == (409, "downloads_in_flight")
    assert problem["detail"].startswith("1 download under way")
    _, shown = await admin.call("GET", "/admin/plugins")
    first = next(each for each in shown["plugins"] if each["id"] == "first")
    assert first["enabled"] and first["downloads"] == 1 and first["leaving"] == ""


async def test_moving_keeps_the_download_its_story_and_its_bytes(
    server: Server, stages: dict[str, Stage], user: Person, admin: Person
) -> None:
    job_id = await half_way(stages["first"], user)
    status, shown = await admin.call("PATCH", FIRST, json={"enabled": False, "inFlight": "move"})
    assert status == 200 and shown["leaving"] in ("move", "")
    held = await stages["second"].held(job_id)
    assert stages["second"].asked["adopt"] == 1
    assert (held.spec.folder / "film.mkv").stat().st_size == 400 and held.done == 400
    assert job_id not in stages["first"].jobs
    await off(server)
    _, body = await user.call("GET", f"/downloads/{job_id}")
    assert body["progressPercent"] == 40 and body["retryCount"] == 0
    held.finish({"film.mkv": b"x" * 1000})
    assert (await reaches(user, job_id, "completed"))["engine"] == "second"
    assert await history(user, job_id) == ["queued", "preparing", "downloading", "completed"]
    _, events = await user.call("GET", f"/downloads/{job_id}/events")
    told = [(each["payload"]["reason"], each["message"]) for each in events["items"]]
    assert ("moved", "Moving away from First") in told
    assert ("taken_up", "Second goes on with it") in told


async def test_draining_lets_downloads_end_where_they_are(
    server: Server, stages: dict[str, Stage], user: Person, admin: Person
) -> None:
    job_id = await half_way(stages["first"], user)
    _, shown = await admin.call("PATCH", FIRST, json={"enabled": False, "inFlight": "drain"})
    assert shown["enabled"] and shown["leaving"] == "drain"
    other = await add(user, "http://127.0.0.1/other.mkv")
    (await stages["second"].held(other)).finish({"other.mkv": b"x"})
    await reaches(user, other, "completed")
    assert (await server.host.view("first")).enabled
    stages["first"].jobs[job_id].finish({"film.mkv": b"x" * 1000})
    assert (await reaches(user, job_id, "completed"))["engine"] == "first"
    await off(server)


async def test_leaving_may_be_taken_back(
    server: Server, stages: dict[str, Stage], user: Person, admin: Person
) -> None:
    await half_way(stages["first"], user)
    await admin.call("PATCH", FIRST, json={"enabled": False, "inFlight": "drain"})
    _, shown = await admin.call("PATCH", FIRST, json={"enabled": True})
    assert shown["enabled"] and shown["leaving"] == ""
    await stages["first"].held(await add(user, "http://127.0.0.1/other.mkv"))


async def test_an_engine_that_is_gone_loses_its_downloads_to_another(
    server: Server, stages: dict[str, Stage], user: Person
) -> None:
    job_id = await half_way(stages["first"], user)
    await server.host.set_enabled("first", False)
    held = await stages["second"].held(job_id)
    assert held.done == 400
    held.finish({"film.mkv": b"x" * 1000})
    await reaches(user, job_id, "completed")


async def test_a_new_order_is_for_what_comes_next(
    server: Server, stages: dict[str, Stage], user: Person, admin: Person
) -> None:
    running = await half_way(stages["first"], user)
    await admin.call("PATCH", "/admin/plugins/second", json={"position": 0})
    await stages["second"].held(await add(user, "http://127.0.0.1/other.mkv"))
    assert running in stages["first"].jobs and running not in stages["second"].jobs


async def test_nobody_to_move_to_is_said_and_waited_for(
    server: Server, stages: dict[str, Stage], user: Person, admin: Person
) -> None:
    stages["second"].health = Health("failed", "The daemon does not answer.")
    job_id = await half_way(stages["first"], user)
    await admin.call("PATCH", FIRST, json={"enabled": False, "inFlight": "move"})
    await off(server)

    async def said() -> bool:
        _, body = await user.call("GET", f"/downloads/{job_id}")
        return body["message"] == "Second: The daemon does not answer"

    await until(said)
    _, body = await user.call("GET", f"/downloads/{job_id}")
    assert body["status"] == "downloading" and body["progressPercent"] == 40
    stages["second"].health = Health()
    (await stages["second"].held(job_id)).finish({"film.mkv": b"x" * 1000})
    await reaches(user, job_id, "completed")


async def test_the_page_asks_what_becomes_of_them(
    server: Server, stages: dict[str, Stage], user: Person, admin: Person
) -> None:
    await half_way(stages["first"], user)
    web, ours = admin.client, {"Sec-Fetch-Site": "same-origin"}
    entry = {"email": "admin@example.org", "password": PASSWORD}
    async with web.post("/app/login", data=entry, headers=ours) as answer:
        assert answer.status == 200
    path = "/app/admin/plugins/first/switch"
    async with web.post(path, data={"enabled": "false"}, headers=ours) as answer:
        page = await answer.text()
    assert "1 download under way with it" in page
    assert re.search(r'name="in_flight" value="move"', page)
    sent = {"enabled": "false", "in_flight": "move"}
    async with web.post(path, data=sent, headers=ours) as answer:
        assert answer.status == 200
    await off(server)


@pytest.mark.parametrize("way", ["drain", "move"])
async def test_an_engine_without_downloads_is_switched_off_at_once(
    server: Server, admin: Person, way: str
) -> None:
    _, shown = await admin.call("PATCH", FIRST, json={"enabled": False, "inFlight": way})
    assert not shown["enabled"] and shown["state"] == "disabled"
