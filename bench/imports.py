"""Imports a long history: reading, applying, a second time, taking back; time and memory of each.

    python bench/imports.py [LINES]

Throw-away data, a PostgreSQL of its own, no network. The lines are viewings of 2,000 films.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from seen.compose import Server, open_server
from seen.core.settings import load_settings
from seen.core.viewer import Viewer
from seen.imports.store.runs import Run

LINES = 200_000
FILMS = 2_000
PIECE = 1024 * 1024
SOURCE = "import_files/letterboxd"


def write_history(path: Path, lines: int) -> None:
    """A Letterboxd export in which every film was seen on many days."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(
        "diary.csv", "w"
    ) as file:  # fmt: skip
        file.write(b"Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n")
        for at in range(lines):
            film, turn = at % FILMS, at // FILMS
            seen = f"{2010 + turn // 240:04}-{turn % 12 + 1:02}-{turn // 12 % 20 + 1:02}"
            row = f"2026-01-03,Film number {film},{1950 + film % 70},u,,,,{seen}\n"
            file.write(row.encode())


async def add_films(server: Server) -> None:
    await server.db.execute(
        "insert into media_items (id, media_type, title, folded_title, sort_title, release_year)"
        " select gen_random_uuid(), 'movie', 'Film number ' || n, 'film number ' || n,"
        " 'film number ' || n, 1950 + n % 70 from generate_series(0, $1 - 1) n",
        FILMS,
    )


async def bring(server: Server, viewer: Viewer, path: Path) -> Run:
    """Upload and wait for the preview."""
    run_id = await server.imports.begin(viewer, SOURCE, path.name)
    with path.open("rb") as file:
        number = 0
        while piece := file.read(PIECE):
            await server.imports.add(run_id, number, piece)
            number += 1
    return await settled(server, viewer, await server.imports.submit(viewer, run_id))


async def settled(server: Server, viewer: Viewer, run: Run) -> Run:
    while run.state in ("reading", "applying"):
        await asyncio.sleep(0.1)
        run = await server.imports.run(viewer, run.id)
    if run.state == "failed":
        raise SystemExit(run.message)
    return run


def told(what: str, since: float, lines: int) -> float:
    """Print a step and answer with the time it ended."""
    now = time.monotonic()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<12} {now - since:6.1f} s  {lines / (now - since):9,.0f} lines/s"
          f"  at most {peak:,.0f} MB so far")  # fmt: skip
    return now


async def main(lines: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "letterboxd.zip"
        write_history(path, lines)
        settings = load_settings(data_dir=Path(folder) / "data", port=0, catalog_sync=False)
        async with open_server(settings) as server:
            await server.host.settled()
            user = await server.accounts.create_first_admin("a@example.org", "a long password")
            viewer = Viewer(user.id, user.id, user.email, "", "admin")
            await add_films(server)
            at = told("ready", time.monotonic() - 1e-9, 0)
            run = await bring(server, viewer, path)
            at = told("read", at, lines)
            await settled(server, viewer, await server.imports.apply(viewer, run.id))
            at = told("applied", at, lines)
            again = await bring(server, viewer, path)
            at = told("read again", at, lines)
            if again.report.changes():
                raise SystemExit("a second import would change something")
            await server.imports.undo(viewer, run.id)
            told("taken back", at, lines)
            left = await server.db.fetchval("select count(*) from user_watched")
            print("left behind:", left)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES))
