"""What the engine does on good and bad days, against a real server."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from seen_engine_http.engine import HttpEngine
from seen_engine_http.pace import Timing
from seen_engine_http.transfer import OVERLAP

from seen.plugin import NotFound, Unsupported
from seen.plugin.models import DownloadSpec, EngineStatus
from seen.plugin.partial import Partial, beside, read_partial, write_partial
from seen.plugin.testing.engines import Engines
from seen.plugin.testing.webserver import Served, WebServer, web_server

QUICK = Timing(
    attempts=3, first_pause=0.01, longest_pause=0.02, longest_asked=0.05, checkpoint=0.02,
    durable=0.04, silence=5.0, stalled_after=0.2, look=0.1,
    worthwhile=0.1,
)  # fmt: skip
BODY = random.Random(2).randbytes(3_000_000)
Make = Engines[HttpEngine]


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    async with web_server() as running:
        yield running


@pytest.fixture
async def make(plugin_context: Callable[..., Any]) -> AsyncIterator[Make]:
    engines = Engines(lambda context: HttpEngine(context, QUICK), plugin_context)
    yield engines
    await engines.stop()


@pytest.fixture
def spec(server: WebServer, tmp_path: Path) -> DownloadSpec:
    server.files["/film.mkv"] = Served(BODY)
    return DownloadSpec("job-1", server.url("/film.mkv"), tmp_path / "downloads" / "job-1")


async def until(
    engine: HttpEngine, reached: Callable[[EngineStatus], bool], job: str = "job-1"
) -> EngineStatus:
    """The status as soon as it is as wished; progress must never go back on the way."""
    done = 0
    while True:
        found = (await engine.status([job]))[job]
        assert found.bytes_done >= done
        done = found.bytes_done
        if reached(found):
            return found
        assert found.state not in ("completed", "failed"), found
        await asyncio.sleep(0.005)


async def completed(engine: HttpEngine, job: str = "job-1") -> EngineStatus:
    return await until(engine, lambda found: found.state == "completed", job)


async def failed(engine: HttpEngine) -> str:
    return (await until(engine, lambda found: found.state == "failed")).message


def only_file(spec: DownloadSpec) -> Path:
    (path,) = spec.folder.iterdir()
    return path


# --- going on ------------------------------------------------------------------------------------


async def test_a_connection_that_breaks_is_taken_up_where_it_broke(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.cut_after, served.gate, served.piece = [1_000_000], asyncio.Event(), 1_000_000
    engine = await make()
    await engine.add(spec)
    await until(engine, lambda found: found.bytes_done == 1_000_000)
    served.gate.set()
    await completed(engine)
    assert only_file(spec).read_bytes() == BODY
    first, second = served.requests
    assert "Range" not in first
    assert second["Range"] == f"bytes=1000000-{len(BODY) - 1}"
    assert second["If-Range"] == served.tag
    assert served.sent == len(BODY)


async def test_what_a_dead_process_wrote_is_kept(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    """The engine is dropped without a word, as a killed process would be."""
    served = server.files["/film.mkv"]
    served.gate = asyncio.Event()
    served.piece = 2_000_000
    dead = await make()
    await dead.add(spec)
    path = spec.folder / "film.mkv"
    while not (partial := read_partial(path)) or not partial.verified(2**40).covered:
        await asyncio.sleep(0.01)
    there = partial.verified(path.stat().st_size).covered
    bringing = dead._jobs["job-1"].task
    dead._jobs.clear()
    dead._store.close()
    again = await make(like=dead)
    served.gate.set()
    await completed(again)
    assert path.read_bytes() == BODY
    assert bringing is not None
    await bringing
    assert int(served.requests[-1]["Range"].removeprefix("bytes=").split("-")[0]) >= there > 0


async def test_jobs_survive_a_restart_each_as_it_was(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.gate = asyncio.Event()
    server.files["/done.mkv"] = Served(b"x" * 1000)
    first = await make()
    await first.add(spec)
    await first.add(replace(spec, job_id="held"))
    await first.add(replace(spec, job_id="done", source=server.url("/done.mkv")))
    await first.add(replace(spec, job_id="gone", source=server.url("/gone.mkv")))
    await completed(first, "done")
    await until(first, lambda found: found.state == "failed", "gone")
    await until(first, lambda found: found.bytes_done > 0)
    await first.pause("held")
    before = await first.status(["job-1", "held", "done", "gone"])
    await first.stop()
    served.gate.set()
    second = await make(like=first)
    after = await second.status(["job-1", "held", "done", "gone"])
    assert {each: found.state for each, found in after.items()} == {
        "job-1": "downloading", "held": "paused", "done": "completed", "gone": "failed",
    }  # fmt: skip
    assert all(after[each].bytes_done >= before[each].bytes_done for each in after)
    assert after["gone"].message == before["gone"].message
    await completed(second)
    await second.resume("held")
    await completed(second, "held")


async def test_a_server_without_ranges_starts_again_and_progress_does_not_drop(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.ranges, served.cut_after = False, [2_000_000]
    engine = await make()
    await engine.add(spec)
    await completed(engine)
    assert only_file(spec).read_bytes() == BODY


async def test_a_file_that_changed_is_fetched_anew(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.gate = asyncio.Event()
    engine = await make()
    await engine.add(spec)
    await until(engine, lambda found: found.bytes_done > 0)
    await engine.pause("job-1")
    served.gate.set()
    served.body = bytes(reversed(BODY))[:2_500_000]
    await engine.resume("job-1")
    await completed(engine)
    assert only_file(spec).read_bytes() == served.body


async def test_a_server_that_names_no_version_is_believed_by_the_length(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.etag, served.cut_after = "", [1_000_000]
    served.gate, served.piece = asyncio.Event(), 1_000_000
    engine = await make()
    await engine.add(spec)
    await until(engine, lambda found: found.bytes_done == 1_000_000)
    served.gate.set()
    await completed(engine)
    assert only_file(spec).read_bytes() == BODY
    assert served.sent == len(BODY)


async def test_a_weak_tag_is_not_asked_for_but_compared(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.etag, served.cut_after = 'W/"1"', [1_000_000]
    served.gate, served.piece = asyncio.Event(), 1_000_000
    served.last_modified = "Mon, 01 Jan 2024 00:00:00 GMT"
    engine = await make()
    await engine.add(spec)
    await until(engine, lambda found: found.bytes_done == 1_000_000)
    served.gate.set()
    await completed(engine)
    assert served.requests[1]["If-Range"] == served.last_modified
    assert only_file(spec).read_bytes() == BODY


async def test_a_length_that_nobody_told_is_found_out(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.chunked = True
    engine = await make()
    await engine.add(spec)
    assert (await completed(engine)).bytes_total == len(BODY)
    assert only_file(spec).read_bytes() == BODY


async def test_an_empty_file_is_a_file(make: Make, server: WebServer, spec: DownloadSpec) -> None:
    server.files["/film.mkv"].body = b""
    engine = await make()
    await engine.add(spec)
    await completed(engine)
    assert only_file(spec).read_bytes() == b""


async def test_a_slow_server_is_asked_on_several_connections(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.piece, served.pause = 32_768, 0.02
    engine = await make(connections=3)
    engine._options = replace(engine._options, smallest_split=100_000)
    await engine.add(spec)
    await completed(engine)
    assert served.most_open >= 3
    assert only_file(spec).read_bytes() == BODY


async def test_a_server_that_gives_no_parts_keeps_its_one_connection(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.piece, served.pause, served.ranges = 32_768, 0.01, False
    engine = await make(connections=3)
    engine._options = replace(engine._options, smallest_split=100_000)
    await engine.add(spec)
    await completed(engine)
    assert only_file(spec).read_bytes() == BODY
    assert len(served.requests) <= 2


async def test_redirects_are_followed(make: Make, server: WebServer, spec: DownloadSpec) -> None:
    server.files["/get"] = Served(b"", location="/film.mkv")
    engine = await make()
    await engine.add(replace(spec, source=server.url("/get?id=3")))
    await completed(engine)
    assert only_file(spec).name == "film.mkv"


# --- adopting ------------------------------------------------------------------------------------


async def test_an_adopted_file_goes_on_from_its_verified_ranges(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    path = spec.folder / "a name of its own.mkv"
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY[:500_000] + bytes(500_000) + BODY[1_000_000:2_000_000])
    there = ((0, 500_000), (1_000_000, 2_000_000))
    write_partial(path, Partial(spec.source, len(BODY), served.tag, "", durable=there))
    engine = await make()
    await engine.adopt(spec, spec.folder)
    await completed(engine)
    assert path.read_bytes() == BODY
    assert served.sent == len(BODY) - 1_500_000
    assert not beside(path).exists()


async def test_an_adopted_file_without_a_side_car_is_trusted_but_for_its_end(
    make: Make, server: WebServer, spec: DownloadSpec, tmp_path: Path
) -> None:
    served = server.files["/film.mkv"]
    elsewhere = tmp_path / "downloads" / "elsewhere"
    elsewhere.mkdir(parents=True)
    (elsewhere / "film.mkv").write_bytes(BODY[:2_000_000])
    engine = await make()
    await engine.adopt(spec, elsewhere)
    await completed(engine)
    assert only_file(spec).read_bytes() == BODY
    assert served.sent == len(BODY) - 2_000_000 + OVERLAP


async def test_a_job_that_is_removed_halfway_can_be_adopted(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.gate, served.piece = asyncio.Event(), 1_000_000
    first, second = await make(), await make()
    await first.add(spec)
    await until(first, lambda found: found.bytes_done >= 1_000_000)
    await first.remove("job-1", False)
    served.gate.set()
    await asyncio.sleep(0.05)
    before = served.sent
    await second.adopt(spec, spec.folder)
    assert (await until(second, lambda found: found.bytes_done > 0)).bytes_done >= 1_000_000
    await completed(second)
    assert served.sent - before <= len(BODY) - 1_000_000
    assert only_file(spec).read_bytes() == BODY


# --- giving up -----------------------------------------------------------------------------------


async def test_a_server_in_trouble_is_asked_again(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    server.files["/film.mkv"].failures = [503, 429]
    server.files["/film.mkv"].retry_after = "1"
    engine = await make()
    await engine.add(spec)
    await completed(engine)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (503, "The server has trouble of its own (status 503)"),
        (404, "The server does not have this file (status 404)"),
        (403, "The server does not let us have this file (status 403)"),
        (400, "The server refused with status 400"),
    ],
)
async def test_a_refusal_ends_with_a_sentence(
    make: Make, server: WebServer, spec: DownloadSpec, status: int, sentence: str
) -> None:
    server.files["/film.mkv"].failures = [status] * 9
    engine = await make()
    await engine.add(spec)
    assert await failed(engine) == sentence
    assert not spec.folder.exists()


async def test_a_failed_job_that_is_added_again_is_tried_again(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    served = server.files["/film.mkv"]
    served.failures = [404]
    engine = await make()
    await engine.add(spec)
    await failed(engine)
    assert await engine.add(spec) == "job-1"
    await completed(engine)


@pytest.mark.parametrize(
    ("body", "config", "sentence"),
    [
        (BODY, {"keep_free_mb": 10_000_000}, "There is not enough room"),
        (b"", {"largest_gb": 1}, "The file is larger than the settings allow"),
    ],
)
async def test_what_does_not_fit_is_not_begun(
    make: Make, server: WebServer, spec: DownloadSpec, body: bytes, config: Any, sentence: str
) -> None:
    server.files["/film.mkv"].body = body
    engine = await make(**config)
    if not body:
        engine._options = replace(engine._options, largest=1000)
        server.files["/film.mkv"].body = b"x" * 1001
    await engine.add(spec)
    assert (await failed(engine)).startswith(sentence)


async def test_a_folder_that_cannot_be_written_is_named_as_the_reason(
    make: Make, spec: DownloadSpec, tmp_path: Path
) -> None:
    (tmp_path / "downloads").write_text("in the way")
    engine = await make()
    await engine.add(spec)
    assert (await failed(engine)).startswith("The file cannot be written")


async def test_a_silent_server_is_told_as_stalled(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    server.files["/film.mkv"].gate = asyncio.Event()
    engine = await make()
    await engine.add(spec)
    found = await until(engine, lambda found: found.state == "stalled")
    assert found.message.startswith("Nothing has come for")
    server.files["/film.mkv"].gate.set()
    await completed(engine)


async def test_only_http_is_taken_and_unknown_jobs_are_told(make: Make, spec: DownloadSpec) -> None:
    engine = await make()
    with pytest.raises(Unsupported):
        await engine.add(replace(spec, source="file:///etc/passwd"))
    assert await engine.status(["job-1"]) == {}
    for unknown in (engine.pause, engine.resume, engine.files):
        with pytest.raises(NotFound):
            await unknown("no-such-job")


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment; filename*=UTF-8''%2e%2e%2fa%20film%20%e2%82%ac.mkv", "a film €.mkv"),
        ('attachment; filename="C:\\\\temp\\\\film.mkv"', "film.mkv"),
        ('attachment; filename="."', "film.mkv"),
        ("attachment; filename*=nonsense''%ff%fe.mkv", None),
        ("attachment", "film.mkv"),
    ],
)
async def test_a_file_gets_the_servers_name_made_safe(
    make: Make, server: WebServer, spec: DownloadSpec, disposition: str, name: str | None
) -> None:
    server.files["/film.mkv"].disposition = disposition
    engine = await make()
    await engine.add(spec)
    await completed(engine)
    assert name is None or only_file(spec).name == name
    assert only_file(spec).parent == spec.folder


async def test_what_lies_there_already_is_not_written_over(
    make: Make, server: WebServer, spec: DownloadSpec
) -> None:
    spec.folder.mkdir(parents=True)
    (spec.folder / "film.mkv").symlink_to(spec.folder.parent / "elsewhere")
    engine = await make()
    await engine.add(spec)
    await completed(engine)
    assert (spec.folder / "film (2).mkv").read_bytes() == BODY
    assert not (spec.folder.parent / "elsewhere").exists()
