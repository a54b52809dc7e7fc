"""What the worker does with jobs while engines behave in every way they can."""

from __future__ import annotations

import asyncio
from typing import Any

from seen.compose import Server
from seen.plugin import AuthFailed, Health, NotReady, PluginError
from tests.conftest import Person
from tests.downloads.conftest import add, history, reaches, until
from tests.downloads.puppet import Stage


async def said_by(person: Person, job_id: str, part: str) -> Any:
    """Wait until a download says something."""

    async def check() -> Any:
        _, body = await person.call("GET", f"/downloads/{job_id}")
        return body if part in body["message"] else None

    return await until(check)


async def test_what_an_engine_refuses_is_tried_three_times_more(
    server: Server, stage: Stage, user: Person
) -> None:
    stage.refuses = PluginError("There is no such file")
    failed = await reaches(user, await add(user), "failed")
    assert failed["errorMessage"].startswith("There is no such file")
    assert failed["retryCount"] == 3 and stage.asked["add"] == 4


async def test_a_final_failure_is_not_tried_again(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await add(user)
    held = await stage.held(job_id)
    held.message, held.final, held.state = "The server has no such file.", True, "failed"
    failed = await reaches(user, job_id, "failed")
    assert failed["errorMessage"] == "The server has no such file"
    assert failed["retryCount"] == 0


async def test_an_engine_that_is_not_well_lets_jobs_wait_with_its_reason(
    server: Server, stages: dict[str, Stage], user: Person
) -> None:
    for each in stages.values():
        each.health = Health("failed", "The password is wrong.")
    server.downloader._engines._looks.clear()
    waiting = await said_by(user, await add(user), "The password is wrong")
    assert waiting["status"] == "queued" and waiting["message"] == "First: The password is wrong"
    for each in stages.values():
        each.health = Health()
    (await stages["first"].held(waiting["id"])).finish({"film.mkv": b"x"})
    await reaches(user, waiting["id"], "completed")


async def test_the_next_engine_takes_what_the_first_cannot(
    server: Server, stages: dict[str, Stage], user: Person
) -> None:
    stages["first"].health = Health("failed", "The daemon does not answer.")
    server.downloader._engines._looks.clear()
    job_id = await add(user)
    (await stages["second"].held(job_id)).finish({"film.mkv": b"x"})
    assert (await reaches(user, job_id, "completed"))["engine"] == "second"
    assert not stages["first"].asked["add"]


async def test_an_engine_that_falls_silent_costs_no_try_and_no_restart(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await add(user)
    held = await stage.held(job_id)
    held.total, held.done = 1000, 400
    stage.silent = AuthFailed("The password is wrong")
    shown = await said_by(user, job_id, "The password is wrong")
    assert shown["status"] == "downloading" and shown["retryCount"] == 0
    stage.silent = None
    held.finish({"film.mkv": b"x" * 1000})
    await reaches(user, job_id, "completed")


async def test_an_engine_that_cannot_begin_is_asked_again(
    server: Server, stage: Stage, user: Person
) -> None:
    stage.refuses = NotReady("It is starting")
    job_id = await add(user)
    await said_by(user, job_id, "It is starting")
    stage.refuses = None
    (await stage.held(job_id)).finish({"film.mkv": b"x"})
    assert (await reaches(user, job_id, "completed"))["retryCount"] == 0


async def test_no_more_downloads_run_than_there_are_places(
    server: Server, stage: Stage, user: Person
) -> None:
    ids = [await add(user, f"http://127.0.0.1/{number}.mkv") for number in range(8)]
    for job_id in ids:
        held = await stage.held(job_id)
        running = await server.db.fetchval(
            "select count(*) from download_jobs where status in ('preparing', 'downloading')"
        )
        assert running <= 3
        held.finish({"film.mkv": b"x"})
    for job_id in ids:
        await reaches(user, job_id, "completed")
    assert stage.most_at_once <= 3


async def test_one_call_asks_an_engine_about_all_its_jobs(
    server: Server, stage: Stage, user: Person
) -> None:
    for number in range(3):
        await stage.held(await add(user, f"http://127.0.0.1/{number}.mkv"))
    polls = 0
    poll = server.downloader._monitor.poll

    async def counted(*args: Any) -> bool:
        nonlocal polls
        polls += 1
        return await poll(*args)

    server.downloader._monitor.poll = counted  # type: ignore[method-assign]
    before = stage.asked["status"]
    await asyncio.sleep(0.6)
    asked = stage.asked["status"] - before
    assert asked and abs(asked - polls) <= 1


async def test_progress_never_goes_back(server: Server, stage: Stage, user: Person) -> None:
    job_id = await add(user)
    held = await stage.held(job_id)
    held.total, held.done, held.speed = 1000, 600, 125_000

    async def at(percent: int) -> Any:
        _, body = await user.call("GET", f"/downloads/{job_id}")
        return body if body["progressPercent"] == percent else None

    shown = await until(lambda: at(60))
    assert (shown["bytesDownloaded"], shown["bytesTotal"]) == (600, 1000)
    assert shown["downloadSpeedMbps"] == 1.0 and shown["etaSeconds"] == 0
    held.state, held.done = "checking", 100
    await said_by(user, job_id, "Checking what is there")
    assert await at(60)
    held.state, held.done = "downloading", 1000
    assert await until(lambda: at(99))
    held.finish({"film.mkv": b"x" * 1000})
    await reaches(user, job_id, "completed")
    assert await at(100)


async def test_an_engine_that_forgot_a_job_gets_it_again_with_its_bytes(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await add(user)
    held = await stage.held(job_id)
    (held.spec.folder / "film.mkv").write_bytes(b"x" * 400)
    held.total, held.done = 1000, 400
    await until(lambda: _progress(user, job_id, 40))
    del stage.jobs[job_id]
    again = await stage.held(job_id)
    assert again.done == 400 and stage.asked["adopt"] == 1
    assert await _progress(user, job_id, 40)
    again.finish({"film.mkv": b"x" * 1000})
    await reaches(user, job_id, "completed")
    assert await history(user, job_id) == ["queued", "preparing", "downloading", "completed"]


async def _progress(person: Person, job_id: str, percent: int) -> bool:
    _, body = await person.call("GET", f"/downloads/{job_id}")
    return bool(body["progressPercent"] == percent)


# --- cancelling ----------------------------------------------------------------------------------


async def test_a_download_that_waits_is_cancelled(
    server: Server, stages: dict[str, Stage], user: Person
) -> None:
    for each in stages.values():
        each.health = Health("failed", "Not now.")
    server.downloader._engines._looks.clear()
    job_id = await add(user)
    status, body = await user.call("DELETE", f"/downloads/{job_id}")
    assert (status, body["status"]) == (200, "cancelled")
    assert await history(user, job_id) == ["queued", "cancelled"]


async def test_a_download_that_runs_is_cancelled_and_leaves_nothing(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await add(user)
    held = await stage.held(job_id)
    (held.spec.folder / "film.mkv").write_bytes(b"x" * 400)
    await reaches(user, job_id, "downloading")
    status, body = await user.call("DELETE", f"/downloads/{job_id}")
    assert (status, body["status"]) == (200, "cancelled")

    async def gone() -> bool:
        return job_id not in stage.jobs and not held.spec.folder.exists()

    await until(gone)
    status, again = await user.call("DELETE", f"/downloads/{job_id}")
    assert (status, again["status"]) == (200, "cancelled")
    assert await history(user, job_id) == ["queued", "preparing", "downloading", "cancelled"]


async def test_a_download_is_cancelled_while_its_engine_begins(
    server: Server, stage: Stage, user: Person
) -> None:
    stage.slow = 0.3
    job_id = await add(user)
    await reaches(user, job_id, "preparing")
    await user.call("DELETE", f"/downloads/{job_id}")

    async def settled() -> bool:
        needs = await server.db.fetchval("select needs_release from download_jobs")
        return stage.asked["add"] == 1 and not stage.jobs and not needs

    await until(settled)
    assert await history(user, job_id) == ["queued", "preparing", "cancelled"]


async def test_what_has_ended_cannot_be_cancelled(
    server: Server, stage: Stage, user: Person
) -> None:
    job_id = await add(user)
    (await stage.held(job_id)).finish({"film.mkv": b"x"})
    await reaches(user, job_id, "completed")
    status, body = await user.call("DELETE", f"/downloads/{job_id}")
    assert (status, body["status"]) == (200, "completed")
