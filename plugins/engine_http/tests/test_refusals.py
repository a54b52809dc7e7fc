"""What ends in a sentence instead of a file, and what a file is called."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bringing import BODY, Make, completed, failed, only_file, until

from seen.plugin import NotFound, Unsupported
from seen.plugin.models import DownloadSpec
from seen.plugin.testing.webserver import WebServer


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
