"""Bring the database's tables to the version this code needs.

yoyo's own lock is a row that outlives a killed process, so the whole run stands inside an advisory
lock, which PostgreSQL drops with the connection; whoever holds that may clear a left-over row.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from yoyo import get_backend, read_migrations

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do as long as every version of this program uses the same one.
_LOCK = 0x5EE_0001


def migrate(dsn: str, progress: Callable[[int, int, str], None] | None = None) -> int:
    """Apply what is missing and answer with how many migrations that was. Blocks: use a thread.

    Each migration is one transaction, so a crash leaves the version before it, and running again
    goes on from there. Two callers at once: the second waits and finds nothing to do.
    """
    with psycopg.connect(dsn, autocommit=True) as guard:
        guard.execute("select pg_advisory_lock(%s)", (_LOCK,))
        backend = get_backend(_yoyo_dsn(dsn))
        try:
            backend.break_lock()
            migrations = read_migrations(str(MIGRATIONS))
            missing = backend.to_apply(migrations)
            with backend.lock():
                for done, migration in enumerate(missing):
                    if progress is not None:
                        progress(done, len(missing), migration.id)
                    backend.apply_one(migration)
            return len(missing)
        finally:
            backend.connection.close()


def pending(dsn: str) -> int:
    """How many migrations the database lacks. Blocks: use a thread."""
    backend = get_backend(_yoyo_dsn(dsn))
    try:
        return len(backend.to_apply(read_migrations(str(MIGRATIONS))))
    finally:
        backend.connection.close()


def _yoyo_dsn(dsn: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(("postgresql+psycopg", parts.netloc, parts.path, parts.query, ""))
