"""Kills the worker at random moments of an import, and looks for anything half done.

    python bench/import_faults.py [ROUNDS] [LINES]

Each of ROUNDS rounds (10) brings a history of LINES viewings (20,000), kills the worker with
SIGKILL while it reads and again while it applies, starts another one, and waits. Right after a kill
either nothing is in the history or all of it; in the end all of it, once, as one act that is taken
back as one. Prints how long it took until the work was taken up and ended. Ends with status 1 if
anything was half done, came twice or did not end. Throw-away data, no network.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

from imports import SOURCE, add_films, write_history

from seen.compose import Server, open_server
from seen.core.migrate import migrate
from seen.core.settings import load_settings
from seen.core.viewer import Viewer
from seen.stack.embedded import EmbeddedPostgres

LATEST_KILL, LONGEST_END = 1.5, 120.0


class Bench:
    """A server that takes uploads, and a worker in a process of its own that dies often."""

    def __init__(self, server: Server, viewer: Viewer, environ: dict[str, str], lines: int) -> None:
        self.troubles: list[str] = []
        self.ends: list[float] = []
        self.caught: dict[str, int] = {"reading": 0, "applying": 0}
        self._server = server
        self._viewer = viewer
        self._environ = environ
        self._lines = lines

    async def start(self) -> None:
        self._worker = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("seen"), "worker", env=self._environ,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip

    async def stop(self) -> None:
        self._worker.terminate()
        await self._worker.wait()

    async def round(self, number: int, upload: bytes) -> None:
        """One import from the upload to taking it back."""
        imports = self._server.imports
        run_id = await imports.begin(self._viewer, SOURCE, "letterboxd.zip")
        await imports.add(run_id, 0, upload)
        await imports.submit(self._viewer, run_id)
        await self._kill_in(run_id, "reading")
        await self._reaches(number, run_id, "ready")
        kept = await self._count("import_rows where run_id = $1", run_id)
        self._expect(number, "lines kept", kept, self._lines)
        await imports.apply(self._viewer, run_id)
        await self._kill_in(run_id, "applying")
        await self._reaches(number, run_id, "done")
        self._expect(number, "viewings", await self._viewings(), self._lines)
        acts = await self._count("user_acts where kind = 'imported' and undone_by is null")
        self._expect(number, "acts", acts, 1)
        await imports.undo(self._viewer, run_id)
        self._expect(number, "viewings after taking it back", await self._viewings(), 0)

    async def _kill_in(self, run_id: UUID, state: str) -> None:
        await asyncio.sleep(random.uniform(0.02, LATEST_KILL))
        self._worker.kill()
        await self._worker.wait()
        if await self._state(run_id) == state:
            self.caught[state] += 1
        if await self._viewings() not in (0, self._lines):
            self.troubles.append("half a history after a kill")
        await self.start()

    async def _reaches(self, number: int, run_id: UUID, wanted: str) -> None:
        began = time.monotonic()
        while (state := await self._state(run_id)) != wanted:
            if state == "failed" or time.monotonic() - began > LONGEST_END:
                run = await self._server.imports.run(self._viewer, run_id)
                raise SystemExit(f"round {number}: {state} instead of {wanted}: {run.message}")
            await asyncio.sleep(0.05)
        self.ends.append(time.monotonic() - began)

    async def _state(self, run_id: UUID) -> str:
        return (await self._server.imports.run(self._viewer, run_id)).state

    async def _viewings(self) -> int:
        return await self._count("user_watched")

    async def _count(self, what: str, *arguments: object) -> int:
        found: int = await self._server.db.fetchval(f"select count(*) from {what}", *arguments)
        return found

    def _expect(self, number: int, what: str, found: int, wanted: int) -> None:
        if found != wanted:
            self.troubles.append(f"round {number}: {found} {what} instead of {wanted}")


async def run(rounds: int, lines: int, work: Path) -> int:
    path = work / "letterboxd.zip"
    write_history(path, lines)
    async with AsyncExitStack() as stack:
        postgres = EmbeddedPostgres(work / "postgresql")
        await postgres.start()
        stack.push_async_callback(postgres.stop)
        await asyncio.to_thread(migrate, postgres.dsn)
        given = {
            "database_url": postgres.dsn, "data_dir": str(work / "data"), "secret_key": "k" * 40,
            "catalog_sync": "false", "log_level": "error", "port": "0",
        }  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SEEN_")}
        environ = kept | {f"SEEN_{name.upper()}": value for name, value in given.items()}
        settings = load_settings(**given, roles=("api",))
        server = await stack.enter_async_context(open_server(settings, works=False))
        await server.host.settled()
        user = await server.accounts.create_first_admin("a@example.org", "a long password")
        await add_films(server)
        viewer = Viewer(user.id, user.id, user.email, "", "admin")
        bench = Bench(server, viewer, environ, lines)
        await bench.start()
        for number in range(1, rounds + 1):
            await bench.round(number, path.read_bytes())
        await bench.stop()
    ends = sorted(bench.ends)
    print(f"{rounds} rounds, {2 * rounds} kills, caught in the act: {bench.caught}")
    print(f"from a kill to the end: {ends[len(ends) // 2]:.1f} s, at most {ends[-1]:.1f} s")
    print("\n".join(bench.troubles) or "nothing half done, nothing twice")
    return 1 if bench.troubles else 0


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(*(given + [10, 20_000][len(given) :]), Path(folder)))
    raise SystemExit(found)
