"""A file is brought to its end, whatever breaks on the way, and nothing is fetched twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from bringing import BODY, Make, completed, only_file, until
from seen_engine_http.transfer import OVERLAP

from seen.plugin.models import DownloadSpec
from seen.plugin.partial import Partial, beside, read_partial, write_partial
from seen.plugin.testing.webserver import Served, WebServer


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
