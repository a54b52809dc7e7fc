"""The templates as the server loads them."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment

from seen.web.templating import ROOMS, load_template, make_environment

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "seen" / "web" / "static"


def load(name: str) -> str | None:
    """The source of a template."""
    return load_template(name)


def environment() -> Environment:
    """The server's environment, with addresses that the preview answers to."""
    return make_environment(lambda path: f"/static/{path}")


def template_names() -> list[str]:
    """Every template of the project by the name it is asked for."""
    return sorted(
        f"{folder.parent.name}/{path.relative_to(folder).as_posix()}"
        for folder in ROOMS.glob("*/templates")
        for path in folder.rglob("*.html")
    )
