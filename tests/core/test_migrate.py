"""Bringing a database up to date, whatever happened before."""

from __future__ import annotations

import threading

import psycopg
import pytest

from seen.core import migrate as migrations


@pytest.fixture
def empty_dsn(database_dsn: str) -> str:
    with psycopg.connect(database_dsn, autocommit=True) as db:
        db.execute("drop schema public cascade")
        db.execute("create schema public")
    return database_dsn


def tables(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as db:
        rows = db.execute("select tablename from pg_tables where schemaname = 'public'")
        return {row[0] for row in rows.fetchall()}


def test_two_at_once_apply_everything_once(empty_dsn: str) -> None:
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(migrations.migrate(empty_dsn)))
        for _ in range(2)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert min(counts) == 0
    assert max(counts) == len(list(migrations.MIGRATIONS.glob("*[0-9a-z].sql"))) // 2
    assert migrations.pending(empty_dsn) == 0


def test_a_crash_in_a_migration_leaves_the_version_before_it(
    empty_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after the tables were changed and before that was noted."""
    from yoyo.backends.base import DatabaseBackend

    def die(self: object, migration: object, log: bool = True) -> None:
        raise SystemExit("killed")

    monkeypatch.setattr(DatabaseBackend, "mark_one", die)
    with pytest.raises(SystemExit):
        migrations.migrate(empty_dsn)
    assert "users" not in tables(empty_dsn)
    monkeypatch.undo()
    assert migrations.migrate(empty_dsn) > 0
    assert "users" in tables(empty_dsn)


def test_every_migration_goes_down_and_up_again_with_data_in_it(database_dsn: str) -> None:
    from yoyo import get_backend, read_migrations

    with psycopg.connect(database_dsn, autocommit=True) as db:
        db.execute(
            "insert into users (id, email, password_hash, role)"
            " values (gen_random_uuid(), 'a@b.c', 'x', 'admin')"
        )
        db.execute(
            "insert into media_items (id, media_type, title)"
            " values (gen_random_uuid(), 'movie', 'Tidewater')"
        )
    full = tables(database_dsn)
    backend = get_backend(database_dsn.replace("postgresql:", "postgresql+psycopg:"))
    backend.rollback_migrations(backend.to_rollback(read_migrations(str(migrations.MIGRATIONS))))
    backend.connection.close()
    assert "users" not in tables(database_dsn)
    migrations.migrate(database_dsn)
    assert tables(database_dsn) >= full - {"yoyo_lock"}
