"""A PostgreSQL of our own: private, shared by our processes, gone with them and back again."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from seen.core.errors import SettingsError
from seen.stack.embedded import EmbeddedPostgres, _socket_dir

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the kernel ends the server with its owner"
)

OWNER = """
import asyncio, sys
from pathlib import Path
from seen.stack.embedded import EmbeddedPostgres

async def main():
    server = EmbeddedPostgres(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
    await server.start()
    print(server._process.pid if server._process else 0, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def own(folder: Path, durable: str = "") -> tuple[subprocess.Popen[str], int]:
    """A process that owns a server, and the server's process id."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder), durable], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    pid = int(owner.stdout.readline() or -1)
    return owner, pid


def end(owner: subprocess.Popen[str]) -> None:
    owner.kill()
    owner.wait()
    assert owner.stdout is not None
    owner.stdout.close()


def runs(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path / "postgresql", durable=False)
    await made.start()
    yield made
    await made.stop()


def ask(dsn: str, question: str = "select 1") -> object:
    with psycopg.connect(dsn, connect_timeout=5, autocommit=True) as db:
        found = db.execute(question)
        row = found.fetchone() if found.description else None
        return row[0] if row else None


async def test_it_is_readable_by_nobody_else_and_listens_on_no_port(
    server: EmbeddedPostgres,
) -> None:
    for folder in (server.folder, server.folder / "data", server.folder / "socket"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    assert ask(server.dsn, "show listen_addresses") == ""
    assert ask(server.dsn, "show server_encoding") == "UTF8"
    assert ask(server.dsn, "select 'ä' < 'b' collate \"C\"") is False


async def test_a_folder_that_others_could_read_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "postgresql"
    folder.mkdir(mode=0o755)
    made = EmbeddedPostgres(folder, durable=False)
    await made.start()
    await made.stop()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_it_starts_under_a_long_path_with_odd_letters(tmp_path: Path) -> None:
    folder = tmp_path / ("ein langer Ordner mit Umlauten äöü und 100 % 'Zeichen' " + "x" * 120)
    made = EmbeddedPostgres(folder / "postgresql", durable=False)
    await made.start()
    try:
        assert ask(made.dsn) == 1
        place = _socket_dir(made.folder)
        assert len(os.fsencode(place)) <= 92
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    finally:
        await made.stop()
    place.rmdir()


async def test_a_socket_folder_that_is_not_ours_is_not_used(tmp_path: Path) -> None:
    made = EmbeddedPostgres(tmp_path / ("x" * 200), durable=False)
    place = _socket_dir(made.folder)
    place.symlink_to(tmp_path)
    try:
        with pytest.raises(SettingsError, match="belongs to somebody else"):
            await made.start()
    finally:
        await made.stop()
        place.unlink()


async def test_what_is_stored_is_there_after_a_stop(server: EmbeddedPostgres) -> None:
    ask(server.dsn, "create table kept as select 42 as answer")
    await server.stop()
    with pytest.raises(psycopg.OperationalError):
        ask(server.dsn)
    await server.start()
    assert ask(server.dsn, "select answer from kept") == 42


async def test_a_second_process_shares_the_server_and_leaves_it_running(
    server: EmbeddedPostgres,
) -> None:
    other = EmbeddedPostgres(server.folder, durable=False)
    await other.start()
    assert ask(other.dsn) == 1
    await other.stop()
    assert ask(server.dsn) == 1


async def test_processes_that_start_at_once_share_one_server(tmp_path: Path) -> None:
    several = [EmbeddedPostgres(tmp_path / "postgresql", durable=False) for _ in range(4)]
    await asyncio.gather(*(each.start() for each in several))
    owners = [each for each in several if each._process is not None]
    assert len(owners) == 1
    assert {ask(each.dsn) for each in several} == {1}
    for each in [*(each for each in several if each._process is None), *owners]:
        await each.stop()


@linux
def test_the_server_ends_with_a_killed_owner_and_the_next_start_finds_everything(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "postgresql"
    dsn = EmbeddedPostgres(folder).dsn
    for number in range(3):
        owner, pid = own(folder, "durable")
        assert runs(pid)
        if number == 0:
            ask(dsn, "create table kept (number int)")
        # something to write down when it ends
        ask(dsn, f"insert into kept select {number} from generate_series(1, 20000)")
        owner.kill()
        # the next one starts while the last one goes down
        successor, _ = own(folder, "durable")
        assert ask(dsn, "select count(*) from kept") == 20_000 * (number + 1)
        end(owner)
        end(successor)
        wait_gone(pid)


@linux
def test_no_server_is_left_after_its_owner_died(tmp_path: Path) -> None:
    for number in (signal.SIGKILL, signal.SIGTERM):
        owner, pid = own(tmp_path / "postgresql")
        assert runs(pid)
        owner.send_signal(number)
        owner.wait()
        wait_gone(pid)
        end(owner)


@linux
def test_killing_everything_at_once_needs_no_repair(tmp_path: Path) -> None:
    folder = tmp_path / "postgresql"
    dsn = EmbeddedPostgres(folder).dsn
    owner, pid = own(folder, "durable")
    ask(dsn, "create table kept as select 42 as answer")
    os.kill(owner.pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    end(owner)
    wait_gone(pid)
    owner, pid = own(folder, "durable")
    assert ask(dsn, "select answer from kept") == 42
    end(owner)
    wait_gone(pid)


@linux
def test_a_half_made_database_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "postgresql"
    (folder / "data.new" / "base").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18\n")
    owner, pid = own(folder)
    assert ask(EmbeddedPostgres(folder).dsn) == 1
    end(owner)
    wait_gone(pid)


async def test_a_server_that_cannot_start_says_where_to_look(server: EmbeddedPostgres) -> None:
    await server.stop()
    (server.folder / "data" / "postgresql.conf").write_text("nonsense = on\n")
    with pytest.raises(SettingsError, match=r"^SEEN_DATA_DIR: .*postgresql\.log says why\.$"):
        await server.start()


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"^SEEN_DATA_DIR: cannot use .*: Not a directory\.$"):
        await EmbeddedPostgres(tmp_path / "file" / "postgresql").start()


def wait_gone(pid: int, seconds: float = 15) -> None:
    last = time.monotonic() + seconds
    while runs(pid):
        assert time.monotonic() < last
        time.sleep(0.02)
