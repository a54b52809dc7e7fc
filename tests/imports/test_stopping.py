"""A server that stops in the middle of an import leaves nothing half done."""

from __future__ import annotations

import asyncio
import zipfile
from pathlib import Path

from seen.compose import Server, open_server
from seen.core.settings import Settings
from seen.core.viewer import Viewer
from tests.conftest import keep_offline
from tests.titles import add_movie

VIEWINGS = 4_000
DAYS = 28
_PATIENCE = 60.0


def write_history(path: Path) -> None:
    lines = [
        f"2026-01-03,Low Tide,2013,u,,,,{1950 + at // 336}-{at // DAYS % 12 + 1:02}"
        f"-{at % DAYS + 1:02}"
        for at in range(VIEWINGS)
    ]
    with zipfile.ZipFile(path, "w") as archive:
        head = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date"
        archive.writestr("diary.csv", "\n".join([head, *lines]))


async def reaches(server: Server, viewer: Viewer, run_id: object, state: str) -> None:
    async with asyncio.timeout(_PATIENCE):
        while await server.db.fetchval(
            "select state from import_runs where id = $1", run_id
        ) != state:  # fmt: skip
            await asyncio.sleep(0.02)


async def viewings(server: Server) -> int:
    found: int = await server.db.fetchval("select count(*) from user_watched")
    return found


async def test_a_server_that_stops_goes_on_where_it_was_and_applies_once(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "letterboxd.zip"
    write_history(path)
    keep_offline(settings)
    async with open_server(settings) as server:
        assert await server.host.settled()
        user = await server.accounts.create_first_admin("a@example.org", "a long password")
        viewer = Viewer(user.id, user.id, user.email, "", "admin")
        await add_movie(server, "Low Tide", 2013)
        run_id = await server.imports.begin(viewer, "import_files/letterboxd", path.name)
        await server.imports.add(run_id, 0, path.read_bytes())
        await server.imports.submit(viewer, run_id)
        # It stops as soon as some lines are kept.
        async with asyncio.timeout(_PATIENCE):
            while not await server.db.fetchval("select count(*) from import_rows"):
                await asyncio.sleep(0.002)
    async with open_server(settings) as server:
        await reaches(server, viewer, run_id, "ready")
        assert await server.db.fetchval("select count(*) from import_rows") == VIEWINGS
        await server.imports.apply(viewer, run_id)
    async with open_server(settings) as server:
        await reaches(server, viewer, run_id, "done")
        assert await viewings(server) == VIEWINGS
        await server.imports.undo(viewer, run_id)
        assert await viewings(server) == 0
