"""Downloads that are half done move to another engine, both of them real, and nothing is fetched
twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from seen.compose import Server
from seen.plugin.testing.swarm import Swarm, swarm
from seen.plugin.testing.torrents import PIECE
from seen.plugin.testing.webserver import Served, WebServer, web_server
from tests.conftest import Person
from tests.downloads.conftest import add, history, reaches, until
from tests.downloads.puppet import Stage

SIZE = 4 * 1024 * 1024
BODY = random.Random(7).randbytes(SIZE)
HALF = SIZE * 45 // 100
ENGINES = ("http", "aria2", "libtorrent", "transmission")
BLOCK = 16 * 1024
"""aria2 keeps its accounts in these."""


@pytest.fixture
def bundled() -> frozenset[str]:
    """All engines."""
    return frozenset(f"seen-engine-{each}" for each in ENGINES)


@pytest.fixture
def stages(stages: dict[str, Stage]) -> dict[str, Stage]:
    """The puppets take nothing."""
    for each in stages.values():
        each.schemes = frozenset()
    return stages


@pytest.fixture
async def site() -> AsyncIterator[WebServer]:
    """Has the film, and gives a bit less than half of it until its gate is open."""
    async with web_server() as running:
        running.files["/film.mkv"] = Served(
            BODY, piece=PIECE, gate=asyncio.Event(), hold_after=HALF
        )
        yield running


@pytest.fixture
async def peers() -> AsyncIterator[Swarm]:
    async with swarm() as running:
        yield running


async def only(admin: Person, *engines: str) -> None:
    """Switch all other engines off."""
    for each in ENGINES:
        await admin.call("PATCH", f"/admin/plugins/engine_{each}",
                         json={"enabled": each in engines})  # fmt: skip


async def half_way(user: Person, job_id: str) -> Any:
    """Wait until it stands at nearly half, and answer with it."""

    async def check() -> Any:
        _, body = await user.call("GET", f"/downloads/{job_id}")
        return body if body["progressPercent"] >= 40 else None

    found = await until(check, 60)
    assert 30 <= found["progressPercent"] <= 60
    return found


async def move(server: Server, admin: Person, engine: str) -> None:
    """Switch an engine off, whose downloads shall move now, and wait until it has none."""

    async def left() -> bool:
        return not (await server.host.view(f"engine_{engine}")).enabled

    status, said = await admin.call(
        "PATCH", f"/admin/plugins/engine_{engine}", json={"enabled": False, "inFlight": "move"}
    )
    assert status == 200, said
    await until(left)


async def moved_to(user: Person, job_id: str, engine: str, before: Any) -> None:
    """Wait until it is complete, with the engine it moved to, and look at its story."""
    done = await reaches(user, job_id, "completed", seconds=60)
    assert (done["id"], done["engine"]) == (job_id, f"engine_{engine}")
    assert done["retryCount"] == 0
    assert await history(user, job_id) == ["queued", "preparing", "downloading", "completed"]
    _, events = await user.call("GET", f"/downloads/{job_id}/events")
    percents = [each["progressPercent"] for each in events["items"]]
    reasons = [each["payload"]["reason"] for each in events["items"]]
    assert percents == sorted(percents)
    assert reasons.count("moved") == reasons.count("taken_up") == 1
    assert percents[reasons.index("taken_up")] >= before["progressPercent"]


@pytest.mark.parametrize(("old", "new"), [("http", "aria2"), ("aria2", "http")])
async def test_a_link_moves_and_no_verified_range_is_asked_for_twice(
    old: str, new: str, server: Server, admin: Person, user: Person, site: WebServer
) -> None:
    await only(admin, old)
    served = site.files["/film.mkv"]
    job_id = await add(user, site.url("/film.mkv"))
    before = await half_way(user, job_id)
    await only(admin, old, new)
    await move(server, admin, old)
    assert served.gate is not None
    served.gate.set()
    await moved_to(user, job_id, new, before)
    folder = server.settings.downloads / job_id
    assert (folder / "film.mkv").read_bytes() == BODY
    assert [each.name for each in folder.iterdir()] == ["film.mkv"]
    assert served.requests[-1].get("Range", "").startswith("bytes=")
    assert served.sent <= SIZE + 2 * BLOCK


@pytest.mark.parametrize(("old", "new"), [("libtorrent", "transmission")])
async def test_a_torrent_moves_and_what_is_right_is_not_brought_again(
    old: str, new: str, server: Server, admin: Person, user: Person, site: WebServer,
    peers: Swarm,
) -> None:  # fmt: skip
    """By a web seed: Transmission looks at new peers every ten seconds only."""
    await admin.call("PATCH", "/admin/plugins/engine_libtorrent",
                     json={"config": {"interface": "127.0.0.1"}})  # fmt: skip
    await only(admin, old)
    served = site.files["/film.mkv"]
    peers.dials = False
    made = peers.add({"film.mkv": BODY}, web_seeds=[site.url("/film.mkv")], piece_length=4 * PIECE)
    status, body = await user.call("POST", "/downloads/torrents", data=made.encoded)
    assert status == 201, body
    before = await half_way(user, body["id"])
    await only(admin, old, new)
    await move(server, admin, old)
    assert served.gate is not None
    served.gate.set()
    await moved_to(user, body["id"], new, before)
    assert (server.settings.downloads / body["id"] / "film.mkv").read_bytes() == BODY
    # Pieces that were half there when it moved, and blocks that were on their way.
    assert served.sent <= SIZE + SIZE // 4
