"""A whole server with puppets for engines."""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seen.compose import Server
from seen.core.settings import Settings, load_settings
from seen.host import discovery
from tests.conftest import Person
from tests.downloads import puppet
from tests.downloads.puppet import Stage

QUICK = {
    "download_poll_interval": 0.1,
    "download_retry_backoff": 0.05,
    "download_disk_reserve": 0,
    "egress_allow": ("127.0.0.1",),
}


@pytest.fixture
def more_settings() -> dict[str, Any]:
    """What a file of tests wants besides."""
    return {}


@pytest.fixture
def settings(database_dsn: str, tmp_path: Path, more_settings: dict[str, Any]) -> Settings:
    """Settings of an impatient server."""
    return load_settings(
        database_url=database_dsn, data_dir=tmp_path / "data", port=0, secret_key="k" * 40,
        **QUICK | more_settings,
    )  # fmt: skip


@pytest.fixture
def bundled() -> frozenset[str]:
    """Which of the bundled plugins a file of tests wants; most want none."""
    return frozenset()


@pytest.fixture
def stages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundled: frozenset[str]
) -> Iterator[dict[str, Stage]]:
    """Two puppets, "first" and "second", and no other engine; installed before the server
    starts."""
    folder = tmp_path / "site"
    names = ("first", "second")
    for name in names:
        puppet.install(folder, name)
        puppet.STAGES[name] = Stage()
    monkeypatch.syspath_prepend(str(folder))
    real = importlib.metadata.distributions

    def wanted(**options: Any) -> Any:
        for each in real(**options):
            if not (each.name or "").startswith("seen-") or each.name in bundled:
                yield each

    monkeypatch.setattr(discovery, "distributions", wanted)
    importlib.invalidate_caches()
    yield dict(puppet.STAGES)
    puppet.STAGES.clear()
    for name in names:
        sys.modules.pop(f"seen_{name}", None)


@pytest.fixture
def stage(stages: dict[str, Stage]) -> Stage:
    """The puppet that is asked first."""
    return stages["first"]


@pytest.fixture
async def server(stages: dict[str, Stage], settings: Settings) -> Any:
    """All rooms and both puppets in this process."""
    from seen.compose import open_server

    async with open_server(settings) as opened:
        yield opened


async def until(check: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    """Wait until something holds, and answer with it."""
    async with asyncio.timeout(seconds):
        while not (found := await check()):
            await asyncio.sleep(0.02)
    return found


async def add(person: Person, source: str = "http://127.0.0.1/film.mkv", **more: Any) -> str:
    """Ask for a download; its id."""
    kind = "magnet" if source.startswith("magnet:") else "http"
    status, body = await person.call(
        "POST", "/downloads", json={"sourceType": kind, "source": source, **more}
    )
    assert status == 201, body
    assert body["status"] == "queued"
    return str(body["id"])


async def reaches(person: Person, job_id: str, *wanted: str, seconds: float = 20) -> Any:
    """Wait until a download is in one of these states, and answer with it."""

    async def check() -> Any:
        _, body = await person.call("GET", f"/downloads/{job_id}")
        return body if body["status"] in wanted else None

    try:
        return await until(check, seconds)
    except TimeoutError:
        _, body = await person.call("GET", f"/downloads/{job_id}")
        raise AssertionError(f"never {wanted}: {body}") from None


async def history(person: Person, job_id: str) -> list[str]:
    """The states that a download went through, in order."""
    status, body = await person.call("GET", f"/downloads/{job_id}/events")
    assert status == 200
    states = [each["status"] for each in body["items"]]
    return [one for at, one in enumerate(states) if at == 0 or states[at - 1] != one]


async def choose_root(server: Server, path: Path) -> None:
    """Let finished downloads go to a folder, as an admin does."""
    path.mkdir(parents=True, exist_ok=True)
    root = await server.library.add_root(str(path))
    await server.db.execute(
        "insert into server_settings (name, value) values ('downloads', $1)",
        {"roots": {"": str(root.id)}},
    )


async def handed_over(person: Person, job_id: str) -> Any:
    """Wait until a download is in the library or cannot be, and answer with it."""

    async def check() -> Any:
        _, body = await person.call("GET", f"/downloads/{job_id}")
        return body if body["importState"] in ("imported", "blocked") else None

    return await until(check, 60)
