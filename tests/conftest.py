"""What the tests share: one real PostgreSQL per run, one fresh database per test."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from seen.core.db import Database
from seen.core.migrate import migrate
from seen.stack.embedded import EmbeddedPostgres

_TEMPLATE = "seen_template"
_numbers = itertools.count()


class Cluster:
    """The run's PostgreSQL, started by the first process and shared by all workers."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="seen-pg-"))
        self.server = EmbeddedPostgres(self.folder, durable=False)

    def start(self) -> None:
        asyncio.run(self.server.start())
        with psycopg.connect(self.server.dsn, autocommit=True) as db:
            db.execute(f"create database {_TEMPLATE}")
        migrate(self.server.dsn_of(_TEMPLATE))

    def stop(self) -> None:
        asyncio.run(self.server.stop())
        shutil.rmtree(self.folder, ignore_errors=True)


_cluster: Cluster | None = None


def _dsn(config: pytest.Config) -> str:
    """The address of the run's server; started when the first test asks for it."""
    global _cluster
    given = getattr(config, "workerinput", {}).get("seen_dsn")
    if given:
        return str(given)
    if _cluster is None:
        _cluster = Cluster()
        _cluster.start()
    return _cluster.server.dsn


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: every worker is told where the server is."""
    node.workerinput["seen_dsn"] = _dsn(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    global _cluster
    if _cluster is not None:
        _cluster.stop()
        _cluster = None


@pytest.fixture
def database_dsn(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database with all tables, dropped after the test."""
    base = _dsn(request.config)
    name = f"t_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(base, autocommit=True) as db:
        db.execute(f"create database {name} template {_TEMPLATE}")
    yield base.replace("/seen?", f"/{name}?")
    with psycopg.connect(base, autocommit=True) as db:
        db.execute(f"drop database {name} with (force)")


@pytest.fixture
async def database(database_dsn: str) -> AsyncIterator[Database]:
    """An open pool on a fresh database."""
    db = Database(database_dsn, size=5)
    await db.open()
    yield db
    await db.close()
