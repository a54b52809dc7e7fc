"""Throw-away plugin packages, really installed as far as Python can tell."""

from __future__ import annotations

import importlib.metadata
import sys
import textwrap
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seen.core.cache import ProcessCache
from seen.core.db import Database
from seen.core.events import Events
from seen.core.settings import Settings, load_settings
from seen.host import Limits, PluginHost

SECRET = b"a secret of the test server, long enough"

# Short, so that tests need not wait for people's patience.
QUICK = Limits(
    start=1.0, stop=0.5, drain=0.5, stop_all=3.0, health=0.5, health_every=0.2, notice_every=0.05,
    reconcile_every=0.5, silence=0.25, ping_every=0.05, import_turn=0.2, first_retry=0.2,
    last_retry=0.4, first_rest=0.2, last_rest=0.4, faults_in_a_row=3,
)  # fmt: skip

PROVIDER = """
class Provider:
    id = "main"
    features = frozenset({"search"})
    source = "test"
    kinds = frozenset({MediaKind.MOVIE})

    def __init__(self, ctx):
        self.ctx = ctx

    async def start(self):
        pass

    async def health(self):
        return Health()

    async def stop(self):
        pass

    async def search(self, query):
        return [SearchHit(ExternalRef("test", MediaKind.MOVIE, "1"), query.title)]
"""

HEAD = """
import asyncio, os, threading, time
from pathlib import Path
from seen.plugin import *
from seen.plugin.models import *
"""

HOOK = """
@hookimpl
def seen_metadata_providers(ctx):
    return [Provider(ctx)]
"""

TOML = """
[plugin]
name = "{name}"
title = "{title}"
api = "{api}"
provides = {provides}
"""


def provider(change: str = "") -> str:
    """Source of a plugin with one metadata provider; ``change`` is more of its class's body."""
    return HEAD + PROVIDER + textwrap.indent(textwrap.dedent(change), "    ") + HOOK


class Workshop:
    """Makes plugins and installs them into a folder on ``sys.path``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[str] = []

    def plugin(
        self, name: str, source: str | None = None, *, toml: str | None = None, fields: str = "",
        api: str = ">=1.0,<2", provides: str = '["metadata_providers"]', version: str = "1.0",
        distribution: str = "", entry: str = "",
    ) -> Path:  # fmt: skip
        """Install a plugin; the folder of its package. ``toml`` "" leaves the manifest out."""
        package = self.folder / f"seen_{name}"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").write_text(provider() if source is None else source)
        if toml is None:
            toml = TOML.format(name=name, title=name.title(), api=api, provides=provides) + fields
        if toml:
            (package / "plugin.toml").write_text(toml)
        self.distribution(
            distribution or f"stranger-{name}", version, f"{name} = {entry or package.name}"
        )
        self.names.append(package.name)
        return package

    def distribution(self, name: str, version: str, entry_points: str) -> None:
        """What an installer leaves."""
        for old in self.folder.glob(f"{name.replace('-', '_')}-*.dist-info"):
            for file in old.iterdir():
                file.unlink()
            old.rmdir()
        info = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[seen.plugins]\n{entry_points}\n")

    def forget(self) -> None:
        """Let go of whatever still hangs, and of the imported modules."""
        for package in self.folder.glob("seen_*"):
            (package / "gate").touch()
        for module in [m for m in sys.modules if m.split(".")[0] in self.names]:
            del sys.modules[module]


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A place to install plugins, and no other plugin to be found."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    from seen.host import discovery

    real = importlib.metadata.distributions
    # Plugins installed in the developer's environment are not this test's.
    monkeypatch.setattr(discovery, "distributions", lambda: real(path=[str(folder)]))
    importlib.invalidate_caches()
    made = Workshop(folder)
    yield made
    made.forget()


@pytest.fixture
async def events(database: Database) -> AsyncIterator[Events]:
    made = Events(database)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path / "data")


MakeHost = Callable[..., Awaitable[PluginHost]]


@pytest.fixture
async def make_host(
    database: Database, events: Events, settings: Settings
) -> AsyncIterator[MakeHost]:
    """Start hosts that are stopped after the test."""
    made: list[PluginHost] = []

    async def make(process: str = "test", **options: Any) -> PluginHost:
        given: dict[str, Any] = {
            "settings": settings, "limits": QUICK, "environ": {}, "secret": SECRET, **options
        }  # fmt: skip
        host = PluginHost(
            db=database, cache=ProcessCache(), events=events, process=process, **given
        )
        made.append(host)
        await host.start()
        return host

    yield make
    for host in made:
        await host.stop()


def plugin_threads() -> list[str]:
    """Names of threads that belong to plugins; those told to end get a moment to do so."""
    threads = [each for each in threading.enumerate() if each.name.startswith("plugin-")]
    for each in threads:
        each.join(0.2)
    return [each.name for each in threads if each.is_alive()]
