"""A torrent that nobody has, with real engines: it makes room and ends in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from seen.compose import Server
from seen.plugin.testing.jobs import CONTENT
from seen.plugin.testing.swarm import Swarm, swarm
from seen.plugin.testing.webserver import Served, WebServer, web_server
from tests.conftest import Person
from tests.downloads.conftest import add, history, reaches
from tests.downloads.puppet import Stage

TORRENT_ENGINES = ("libtorrent", "aria2", "transmission")


@pytest.fixture
def bundled() -> frozenset[str]:
    """All engines."""
    return frozenset(f"seen-engine-{each}" for each in ("http", *TORRENT_ENGINES))


@pytest.fixture
def stages(stages: dict[str, Stage]) -> dict[str, Stage]:
    """The puppets take nothing."""
    for each in stages.values():
        each.schemes = frozenset()
    return stages


@pytest.fixture
def more_settings() -> dict[str, Any]:
    """One place, and little patience."""
    return {"download_stall_after": 0.5, "download_max_active": 1}


@pytest.fixture
async def empty() -> AsyncIterator[Swarm]:
    """A tracker that knows nobody."""
    async with swarm() as running:
        running.dials = False
        yield running


@pytest.fixture
async def site() -> AsyncIterator[WebServer]:
    async with web_server() as running:
        running.files["/film.mkv"] = Served(CONTENT)
        yield running


@pytest.mark.parametrize(
    ("engine", "as_magnet"), [("libtorrent", True), ("aria2", False), ("transmission", False)]
)
async def test_a_torrent_without_peers_makes_room_and_fails_at_the_cap(
    engine: str, as_magnet: bool, server: Server, admin: Person, user: Person, empty: Swarm,
    site: WebServer,
) -> None:  # fmt: skip
    for each in TORRENT_ENGINES:
        await admin.call("PATCH", f"/admin/plugins/engine_{each}",
                         json={"enabled": each == engine})  # fmt: skip
    made = empty.add({"film.mkv": CONTENT})
    if as_magnet:
        dead = await add(user, made.magnet)
    else:
        _, body = await user.call("POST", "/downloads/torrents", data=made.encoded)
        dead = body["id"]
    other = await add(user, site.url("/film.mkv"))
    await reaches(user, other, "completed", seconds=60)
    failed = await reaches(user, dead, "failed", seconds=60)
    assert failed["retryCount"] == 3 and failed["bytesDownloaded"] == 0
    assert failed["errorMessage"].startswith("No peers")
    assert "Given up after 4 tries; nothing of it is lost" in failed["errorMessage"]
    one_try = ["preparing", "downloading", "stalled", "retrying"]
    assert await history(user, dead) == [
        "queued", *one_try, *one_try, *one_try, "preparing", "downloading", "failed",
    ]  # fmt: skip
    assert empty.announced
