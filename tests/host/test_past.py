"""A plugin that was starting when a process died, and what dead processes leave."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seen.core.db import Database
from seen.host import PluginHost
from tests.host.workshop import HEAD, HOOK, PROVIDER, MakeHost, Workshop

# Ends the process without a word, as a crash in native code would.
DEADLY = HEAD + PROVIDER + "    async def start(self): os._exit(7)\n" + HOOK

SERVER = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from seen.core.cache import ProcessCache
from seen.core.db import Database
from seen.core.events import Events
from seen.core.settings import load_settings
from seen.host import PluginHost, discovery

real = discovery.distributions
discovery.distributions = lambda: real(path=[sys.argv[2]])

async def main():
    db = Database(sys.argv[1])
    await db.open()
    settings = load_settings(data_dir=Path(sys.argv[2]) / "data")
    host = PluginHost(db=db, cache=ProcessCache(), events=Events(db), settings=settings,
                      secret=b"x" * 40, process=sys.argv[3])
    await host.start()
    await asyncio.sleep(30)

asyncio.run(main())
"""


async def die(dsn: str, site: Path, process: str) -> None:
    """Run a server until a plugin kills it."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, dsn, str(site), process, stderr=subprocess.DEVNULL
    )
    assert await asyncio.wait_for(server.wait(), 20) == 7


async def state_of(host: PluginHost, name: str) -> str:
    await host.settled(5)
    return (await host.view(name)).state


@pytest.mark.parametrize("name", ["server", "test"])
async def test_a_plugin_that_was_starting_when_the_process_died_is_skipped_and_says_so(
    workshop: Workshop, make_host: MakeHost, database: Database, database_dsn: str, name: str
) -> None:
    workshop.plugin("deadly", DEADLY)
    await die(database_dsn, workshop.folder, name)
    assert await database.fetchval("select state from plugin_status") == "starting"
    # From here on it would do no harm, so that this test survives.
    (workshop.folder / "seen_deadly" / "__init__.py").write_text(HEAD + PROVIDER + HOOK)
    host = await make_host()
    assert await state_of(host, "deadly") == "skipped"
    assert "died while starting it" in (await host.view("deadly")).reason
    # Skipped stays skipped: at the next start, too, and when it is moved.
    await host.stop()
    host = await make_host("later")
    assert await state_of(host, "deadly") == "skipped"
    await host.move("deadly", 0)
    assert await state_of(host, "deadly") == "skipped"
    # Other processes heed it as well.
    other = await make_host("beside")
    assert await state_of(other, "deadly") == "skipped"
    await host.set_enabled("deadly", True)
    end = time.monotonic() + 5
    while (await host.view("deadly")).state != "running":
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


async def test_a_new_version_of_a_skipped_plugin_is_tried(
    workshop: Workshop, make_host: MakeHost, database_dsn: str
) -> None:
    workshop.plugin("deadly", DEADLY)
    await die(database_dsn, workshop.folder, "server")
    workshop.plugin("deadly", version="1.1")
    host = await make_host()
    assert await state_of(host, "deadly") == "running"


async def test_a_bundled_plugin_is_skipped_only_after_three_deaths(
    workshop: Workshop, make_host: MakeHost, database: Database, database_dsn: str
) -> None:
    workshop.plugin("metadata_local", DEADLY, distribution="seen-metadata-local")
    for count in range(3):
        await die(database_dsn, workshop.folder, f"server-{count}")
        assert await database.fetchval("select deaths from plugin_status") == count
    host = await make_host()
    assert await state_of(host, "metadata_local") == "skipped"


async def test_rows_of_dead_processes_are_cleared_and_those_of_the_living_kept(
    workshop: Workshop, make_host: MakeHost, database: Database
) -> None:
    workshop.plugin("good")
    await database.execute(
        "insert into plugin_status (instance_id, process, state) values ('good', 'dead', 'running')"
    )
    first = await make_host("first")
    await first.settled(5)
    second = await make_host("second")
    await second.settled(5)
    rows = await database.fetch("select process from plugin_status order by process")
    assert [row["process"] for row in rows] == ["first", "second"]
    await first.stop()
    rows = await database.fetch("select process from plugin_status")
    assert [row["process"] for row in rows] == ["second"]
    view = await second.view("good")
    assert [each.process for each in view.processes] == ["second"]


async def test_a_broken_database_session_is_mended_and_the_rows_come_back(
    workshop: Workshop, make_host: MakeHost, database: Database
) -> None:
    workshop.plugin("good")
    host = await make_host()
    await host.settled(5)
    await database.execute(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
    )
    await database.execute("delete from plugin_status")
    end = time.monotonic() + 10
    while not (await host.view("good")).processes:
        assert time.monotonic() < end
        await asyncio.sleep(0.05)
    assert len(host.metadata_providers()) == 1
