"""The commands that start something."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from aiohttp import web
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from seen.compose import Server, open_database, open_server
from seen.core.errors import Conflict, SettingsError
from seen.core.settings import Settings

out = Console(highlight=False)
# How long open requests may go on after the server was told to stop.
_GRACE_SECONDS = 5.0


def say(text: str) -> None:
    """One line for whoever started the command."""
    out.print(text, markup=False)


async def run_server(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    serves = {"api", "pages"} & set(settings.roles)
    # The port is taken before anything slow, so that a second server fails at once.
    listener = _listen(settings) if serves else None
    async with open_server(settings, say) as server:
        if listener is None:
            say("Working in the background. Stop with Ctrl+C.")
            await stop.wait()
            return
        async with _site(server.app, listener):
            host, port = listener.getsockname()[:2]
            shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  # for display
            say(f"Open http://{shown}:{port}")
            _leave_out_of_collections()
            await stop.wait()
            say("Stopping")


def _leave_out_of_collections() -> None:
    """What is loaded by now stays; to look through it again and again for cycles costs every
    request a part of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        what = (
            "SEEN_PORT"
            if isinstance(error, PermissionError) or error.errno == errno.EADDRINUSE
            else "SEEN_HOST"
        )
        raise SettingsError(
            f"{what}: cannot listen on {settings.host}:{settings.port}: {error.strerror}."
        ) from error
    listener.setblocking(False)
    return listener


@contextlib.asynccontextmanager
async def _site(app: web.Application, listener: socket.socket) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield
    finally:
        await runner.cleanup()


async def run_migrate(settings: Settings) -> None:
    """Bring the database up to date and stop."""
    async with open_database(settings, say):
        say("The database is up to date.")


async def run_scan(settings: Settings, paths: Sequence[str]) -> None:
    """Scan in this process with a bar. A path that is no library folder yet becomes one."""
    async with _quiet_server(settings) as server:
        known = [root.path for root in await server.library.roots()]
        for path in paths:
            real = os.path.realpath(path)  # noqa: ASYNC240  # before anything else runs
            if not any(real == each or real.startswith(each + "/") for each in known):
                with contextlib.suppress(Conflict):
                    await server.library.add_root(real)
        await with_bar(
            "Looking",
            lambda tell: server.library.scan([os.path.realpath(path) for path in paths], tell),
        )


async def run_demo(settings: Settings) -> None:
    """Make the demo library, add it and scan it."""
    from seen.demo.service import make_demo

    folder = settings.data_dir / "demo"
    await with_bar("Making clips", lambda tell: make_demo(folder, tell))
    await run_scan(settings, [str(folder)])
    say("Start the server and look at the dashboard.")


async def run_user_add(settings: Settings, email: str, password: str, admin: bool) -> None:
    """Add an account."""
    async with _quiet_server(settings) as server:
        user = await server.accounts.add_user(email, password, "admin" if admin else "user")
        say(f"Added {user.email} as {user.role}.")


async def run_set_password(settings: Settings, email: str, password: str) -> None:
    """Set a password."""
    async with _quiet_server(settings) as server:
        await server.accounts.set_password_of(email, password)
        say(f"The password of {email} is set; all its sessions have ended.")


@contextlib.asynccontextmanager
async def _quiet_server(settings: Settings) -> AsyncIterator[Server]:
    """The rooms without listening and without working the queue."""
    async with open_server(settings, say, works=False) as server:
        yield server


Tell = Callable[[int, int, str], Awaitable[None]]


async def with_bar(title: str, work: Callable[[Tell], Awaitable[str]]) -> None:
    """Do something long with a bar, and print the sentence it ends with."""
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}", markup=False),
    )
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task(title, total=None, what="")

        async def tell(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total or None, what=what[:60])

        result = await work(tell)
    say(result)
