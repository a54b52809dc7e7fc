"""``seen plugins``: what is installed, and why something does not run."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from seen.core import log
from seen.core.db import Database
from seen.core.errors import SettingsError
from seen.core.secrets import server_secret
from seen.core.settings import Settings, load_settings
from seen.host import PluginView, inspect_plugins
from seen.host.vault import Vault
from seen.stack.embedded import EmbeddedPostgres

app = typer.Typer(help="Look at the installed plugins.", no_args_is_help=True)

_WORDS = {
    "running": ("running", "green"), "disabled": ("off", "dim"), "starting": ("starting", "cyan"),
    "needs_setup": ("needs setup", "yellow"), "incompatible": ("incompatible", "red"),
    "broken": ("broken", "red"), "failed": ("failed", "red"), "blocked": ("hangs", "red"),
    "skipped": ("skipped", "yellow"),
}  # fmt: skip
# How long a database that does not answer may keep the list waiting.
_CONNECT_SECONDS = 3.0


@app.callback()
def plugins() -> None:
    """Look at the installed plugins."""


@app.command("list")
def list_plugins(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """List every installed plugin; one that does not run says why.

    While a server runs, its word counts. Otherwise each plugin is started here for a moment.
    """
    try:
        settings = load_settings()
        # What goes wrong is in the list; warnings beside it would only say it twice.
        log.configure(settings.log_format, "error")
        views = asyncio.run(_views(settings))
    except SettingsError as error:
        Console(stderr=True).print(Text(str(error), "red"))
        raise typer.Exit(2) from None
    if as_json:
        print(msgspec.json.format(msgspec.json.encode([_facts(view) for view in views])).decode())
    else:
        _print(views)


async def _views(settings: Settings) -> tuple[PluginView, ...]:
    vault = None
    if settings.secret_key or (settings.data_dir / "secret_key").exists():
        vault = Vault(server_secret(settings.secret_key, settings.data_dir))
    db = await _database(settings)
    try:
        return await inspect_plugins(settings, os.environ, db=db, vault=vault)
    finally:
        if db is not None:
            await db.close()


async def _database(settings: Settings) -> Database | None:
    """The server's database if it answers and has our tables; a list needs none."""
    dsn = settings.database_url or EmbeddedPostgres(settings.data_dir / "postgresql").dsn
    db = Database(dsn, size=2)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await db.open()
            await db.fetchval("select count(*) from plugin_status")
    except Exception:
        await db.close()
        return None
    return db


def _facts(view: PluginView) -> dict[str, Any]:
    return {
        "id": view.id, "title": view.title, "version": view.version,
        "distribution": view.distribution, "bundled": view.bundled, "enabled": view.enabled,
        "provides": view.provides, "state": view.state, "reason": view.reason,
        "health": view.health,
    }  # fmt: skip


def _print(views: tuple[PluginView, ...]) -> None:
    console = Console()
    if not views:
        console.print("No plugin is installed.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Plugin", "Version", "State", "Why"):
        table.add_column(column, overflow="fold")
    for view in views:
        word, style = _WORDS[view.state]
        if view.state == "running" and view.health not in ("", "healthy"):
            word, style = view.health, "yellow"
        # Text, not markup: a plugin's sentence may hold square brackets.
        table.add_row(Text(view.id), Text(view.version), Text(word, style), Text(view.reason))
    console.print(table)
