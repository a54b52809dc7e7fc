"""Bring the database's tables to the version this code needs.

yoyo's own lock is a row that outlives a killed process, and its ``apply_one`` changes the tables
on one connection and notes that on another. Here an advisory lock, which PostgreSQL drops with the
connection, keeps others out, and a migration and its note are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from yoyo import get_backend, read_migrations

from seen.core.errors import SettingsError

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do as long as every version of this program uses the same one.
_LOCK = 0x5EE_0001


def migrate(dsn: str, progress: Callable[[int, int, str], None] | None = None) -> int:
    """Apply what is missing and answer with how many migrations that was. Blocks: use a thread.

    A crash leaves the version before the migration it met, and running again goes on from there.
    Two callers at once: the second waits and finds nothing to do. Raises SettingsError when there
    is no database to connect to.
    """
    try:
        opened = psycopg.connect(dsn, autocommit=True)
    except psycopg.OperationalError as error:
        said = (str(error).strip() or "no answer").splitlines()[0].rstrip(".")
        raise SettingsError(f"SEEN_DATABASE_URL: cannot connect: {said}.") from error
    with opened as guard:
        guard.execute("select pg_advisory_lock(%s)", (_LOCK,))
        backend = get_backend(_yoyo_dsn(dsn))
        try:
            backend.ensure_internal_schema_updated()
            missing = backend.to_apply(read_migrations(str(MIGRATIONS)))
            for done, migration in enumerate(missing):
                if progress is not None:
                    progress(done, len(missing), migration.id)
                with backend.transaction():
                    migration.process_steps(backend, "apply")
                    backend.mark_one(migration, log=False)
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
