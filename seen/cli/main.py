"""The command ``seen``."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from seen import __version__
from seen.cli.plugins import app as plugins_app
from seen.core import log
from seen.core.errors import SeenError, SettingsError
from seen.core.settings import Settings, load_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="/seen/: your movies, shows and games, on your own machine.",
)
users = typer.Typer(no_args_is_help=True, help="Accounts.")
app.add_typer(users, name="user")
app.add_typer(plugins_app, name="plugins")
out = Console()
err = Console(stderr=True)


def settings_or_exit(**overrides: object) -> Settings:
    """The settings; a wrong one is one sentence and exit status 2."""
    try:
        settings = load_settings(**overrides)
    except SettingsError as error:
        err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
    log.configure(settings.log_format, settings.log_level)
    return settings


@app.command()
def serve(
    safe: Annotated[bool, typer.Option("--safe", help="Load bundled plugins only.")] = False,
) -> None:
    """Serve pages, API and background work until told to stop."""
    from seen.cli.serving import run_server

    settings = settings_or_exit(**({"safe_mode": True} if safe else {}))
    _run(run_server(settings))


@app.command()
def worker() -> None:
    """Do background work only, beside a server that shares the database."""
    from seen.cli.serving import run_server

    _run(run_server(settings_or_exit(roles=("worker", "downloader"))))


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    from seen.cli.serving import run_migrate

    _run(run_migrate(settings_or_exit()))


@app.command()
def scan(
    paths: Annotated[list[str] | None, typer.Argument(help="Folders to look through.")] = None,
) -> None:
    """Look through the library folders now, with progress. Adds a folder that is new."""
    from seen.cli.serving import run_scan

    _run(run_scan(settings_or_exit(), paths or []))


@app.command()
def demo() -> None:
    """Make a small library of generated clips with invented titles, and add it."""
    from seen.cli.serving import run_demo

    _run(run_demo(settings_or_exit()))


@app.command()
def doctor() -> None:
    """Look at everything the server needs and say what is wrong."""
    from seen.cli.doctor import run_doctor

    _run(run_doctor(settings_or_exit()))


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


@users.command("add")
def user_add(
    email: str,
    admin: Annotated[bool, typer.Option("--admin", help="Make it an admin.")] = False,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)
    ] = "",
) -> None:
    """Add an account."""
    from seen.cli.serving import run_user_add

    _run(run_user_add(settings_or_exit(), email, password, admin))


@users.command("set-password")
def user_set_password(
    email: str,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)
    ] = "",
) -> None:
    """Set somebody's password; all sessions of the account end."""
    from seen.cli.serving import run_set_password

    _run(run_set_password(settings_or_exit(), email, password))


def _run(work: object) -> None:
    """Run a command's coroutine; foreseen errors are one sentence, not a stack of calls."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work)  # type: ignore[arg-type]  # every caller hands over a coroutine
    except SettingsError as error:
        err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
    except SeenError as error:
        err.print(error.detail, style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def main() -> None:
    """The console script."""
    app(prog_name="seen")


if __name__ == "__main__":
    main()
