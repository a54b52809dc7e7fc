"""What the tests share: one real PostgreSQL per run, one fresh database per test."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from seen.accounts.service import Origin
from seen.compose import Server, open_server
from seen.core.db import Database
from seen.core.migrate import migrate
from seen.core.settings import Settings, load_settings
from seen.core.viewer import Viewer
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


@pytest.fixture
def settings(database_dsn: str, tmp_path: Path) -> Settings:
    """Settings for a whole server on a fresh database and an empty data folder."""
    return load_settings(
        database_url=database_dsn,
        data_dir=tmp_path / "data",
        port=0,
        secret_key="k" * 40,
        # Tests that want lists fill them; all others are not to be disturbed by them.
        catalog_sync=False,
    )


def keep_offline(settings: Settings) -> None:
    """Switch off the one plugin that would ask a service without a key: no test reaches one."""
    with psycopg.connect(settings.database_url, autocommit=True) as db:
        db.execute(
            "insert into plugin_instances (id, plugin, enabled)"
            " values ('metadata_tvmaze', 'metadata_tvmaze', false)"
        )


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Server]:
    """All rooms and plugins in this process; the job queue is worked, nothing listens."""
    keep_offline(settings)
    async with open_server(settings) as opened:
        yield opened


@dataclass
class Person:
    """Somebody with a client that is signed in by token."""

    viewer: Viewer
    client: TestClient[web.Request, web.Application]
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def call(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and JSON of a request to the API."""
        async with self.client.request(
            method, f"/api/v1{path}", headers=self.headers, **options
        ) as answer:
            body = await answer.read()
            is_json = "json" in answer.content_type
            return answer.status, msgspec.json.decode(body) if is_json and body else body


@pytest.fixture
async def client(server: Server) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """A client of the server that is nobody yet."""
    async with TestClient(TestServer(server.app)) as opened:
        yield opened


PASSWORD = "a password for tests"


async def sign_in(
    server: Server, client: TestClient[web.Request, web.Application], email: str
) -> Person:
    """Sign an account in as a program does."""
    user = await server.accounts.check(email, PASSWORD)
    pair = await server.accounts.open_api_session(user, Origin("tests", "127.0.0.1"))
    viewer = await server.accounts.viewer_by_access_token(pair.access_token)
    assert viewer is not None
    return Person(viewer, client, pair.access_token)


@pytest.fixture
async def admin(server: Server, client: TestClient[web.Request, web.Application]) -> Person:
    """The first admin."""
    await server.accounts.create_first_admin("admin@example.org", PASSWORD, "Admin")
    return await sign_in(server, client, "admin@example.org")


@pytest.fixture
async def user(
    server: Server, client: TestClient[web.Request, web.Application], admin: Person
) -> Person:
    """Somebody who is not an admin."""
    await server.accounts.add_user("user@example.org", PASSWORD, "user", "User")
    return await sign_in(server, client, "user@example.org")


@pytest.fixture
async def other_user(
    server: Server, client: TestClient[web.Request, web.Application], admin: Person
) -> Person:
    """Somebody else who is not an admin either."""
    await server.accounts.add_user("other@example.org", PASSWORD, "user", "Other")
    return await sign_in(server, client, "other@example.org")
