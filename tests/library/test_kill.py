"""Everything dies in the middle of a scan, again and again; nothing has to be repaired by hand."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

import pytest

from seen.core.db import Database
from seen.stack.embedded import EmbeddedPostgres
from tests.media import put_clip

FILES = 40
ROUNDS = 10


def children(pid: int) -> list[int]:
    """All processes below one, from the kernel's own list."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


async def start_scan(environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("seen"), "scan",
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the kernel's process list")
@pytest.mark.timeout(240)
async def test_killing_everything_at_random_moments_lists_every_file_once(tmp_path: Path) -> None:
    root = tmp_path / "media"
    for number in range(FILES):
        put_clip(root / f"Film {number:02} ({1980 + number}).mp4")
    environment = {
        **os.environ, "SEEN_DATA_DIR": str(tmp_path / "data"), "SEEN_LIBRARY_ROOTS": str(root),
        "SEEN_LOG_LEVEL": "error", "SEEN_PORT": "0",
    }  # fmt: skip
    chance = random.Random(5)
    killed = 0
    for _ in range(ROUNDS):
        process = await start_scan(environment)
        try:
            await asyncio.wait_for(process.wait(), chance.uniform(0.3, 4.5))
        except TimeoutError:
            doomed = [process.pid, *children(process.pid)]
            for pid in doomed:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            killed += 1
            await process.wait()
    assert killed >= ROUNDS // 2
    last = await start_scan(environment)
    said, _ = await asyncio.wait_for(last.communicate(), 60)
    assert last.returncode == 0, said.decode()
    embedded = EmbeddedPostgres(tmp_path / "data" / "postgresql")
    await embedded.start()
    db = Database(embedded.dsn, size=1)
    await db.open()
    try:
        rows = await db.fetch(
            "select absolute_path, match_state, problem,"
            " (select count(*) from library_streams s where s.library_item_id = i.id) as streams"
            " from library_items i"
        )
        titles = await db.fetchval("select count(*) from media_items")
    finally:
        await db.close()
        await embedded.stop()
    assert sorted(row["absolute_path"] for row in rows) == sorted(map(str, root.iterdir()))
    assert {(row["match_state"], row["problem"], row["streams"]) for row in rows} == {
        ("matched", "", 2)
    }
    assert titles == FILES
