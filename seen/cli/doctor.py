"""``seen doctor``: looks at everything the server needs and says what to do about it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import redis.asyncio as redis
from rich.console import Console

from seen.core.errors import SettingsError
from seen.core.migrate import pending
from seen.core.settings import Settings
from seen.host import check_environment
from seen.host.discovery import discover
from seen.stack.embedded import EmbeddedPostgres
from seen.web.assets import Assets

_LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``advice`` says what to do when it is not well."""

    what: str
    well: bool
    found: str
    advice: str = ""


async def run_doctor(settings: Settings) -> None:
    """Print every finding; exit status 1 when one of them is not well."""
    checks: list[Callable[[Settings], Awaitable[Finding]]] = [
        _python,
        _data_dir,
        _disk,
        _database,
        _cache,
        _assets,
        _roots,
        _plugins,
    ]
    out = Console(highlight=False)
    sick = 0
    for check in checks:
        finding = await check(settings)
        mark = "[green]ok[/]  " if finding.well else "[red]no[/]  "
        out.print(mark, end="")
        out.print(f"{finding.what}: {finding.found}", markup=False)
        if not finding.well:
            sick += 1
            out.print(f"    {finding.advice}", markup=False)
    if sick:
        raise SystemExit(1)


async def _python(settings: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "Python", sys.version_info >= (3, 11), version, "Python 3.11 or newer is needed."
    )


async def _data_dir(settings: Settings) -> Finding:
    folder = settings.data_dir
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    well = os.access(existing, os.W_OK)
    return Finding(
        "Data folder", well, str(folder), "It cannot be written; name another with SEEN_DATA_DIR."
    )


async def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(existing).free
    return Finding(
        "Free space",
        free > _LEAST_FREE_BYTES,
        f"{free / 1e9:.1f} GB",
        "Less than 1 GB is free for the database and pictures.",
    )


async def _database(settings: Settings) -> Finding:
    if not settings.database_url:
        embedded = EmbeddedPostgres(settings.data_dir / "postgresql")
        if not (embedded.folder / "data").exists():
            return Finding("Database", True, "embedded, made at the first start")
        dsn = embedded.dsn
    else:
        dsn = settings.database_url
    try:
        raw = await asyncpg.connect(dsn, timeout=5)
        number = int(await raw.fetchval("show server_version_num"))
        await raw.close()
        missing = await asyncio.to_thread(pending, dsn)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        if not settings.database_url:
            return Finding("Database", True, "embedded, not running now")
        return Finding(
            "Database",
            False,
            str(error) or type(error).__name__,
            "Check SEEN_DATABASE_URL and whether PostgreSQL runs.",
        )
    if number < 160_000:
        return Finding(
            "Database", False, f"PostgreSQL {number // 10_000}", "PostgreSQL 16 or newer is needed."
        )
    text = f"PostgreSQL {number // 10_000}, {missing} migrations to apply at the next start"
    return Finding("Database", True, text)


async def _cache(settings: Settings) -> Finding:
    if not settings.cache_url:
        return Finding("Cache", True, "in each process")
    client = redis.Redis.from_url(settings.cache_url, socket_connect_timeout=3, socket_timeout=3)
    try:
        await client.ping()
    except (redis.RedisError, OSError) as error:
        return Finding("Cache", False, str(error), "Check SEEN_CACHE_URL; the server runs without.")
    finally:
        await client.aclose()
    return Finding("Cache", True, "answers")


async def _assets(settings: Settings) -> Finding:
    return Finding(
        "Front-end files",
        Assets().is_built,
        "built" if Assets().is_built else "missing",
        "Run `make frontend`.",
    )


async def _roots(settings: Settings) -> Finding:
    missing = await asyncio.to_thread(
        lambda: [each for each in settings.library_roots if not Path(each).is_dir()]
    )
    text = ", ".join(settings.library_roots) or "added on the page"
    return Finding("Library folders", not missing, text, f"Not there: {', '.join(missing)}.")


async def _plugins(settings: Settings) -> Finding:
    found = await asyncio.to_thread(discover)
    broken = [each for each in found.values() if each.problem]
    try:
        check_environment(os.environ)
    except SettingsError as error:
        return Finding("Plugins", False, str(error), "Correct the variable.")
    text = f"{len(found)} installed"
    advice = "; ".join(f"{each.name}: {each.problem}" for each in broken)
    return Finding("Plugins", not broken, text, advice)
