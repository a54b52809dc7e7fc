"""The templates as the server loads them: "room/file.html" is seen/<room>/templates/<file>.html."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "seen" / "web" / "static"


def template_path(name: str) -> Path:
    room, _, rest = name.partition("/")
    return ROOT / "seen" / room / "templates" / rest


def load(name: str) -> str | None:
    path = template_path(name)
    return path.read_text(encoding="utf-8") if path.is_file() else None


def environment() -> Environment:
    env = Environment(
        loader=FunctionLoader(load),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["static"] = lambda path: f"/static/{path}"
    return env


def template_names() -> list[str]:
    """Every template of the project by the name it is asked for."""
    rooms = (ROOT / "seen").glob("*/templates")
    return sorted(
        f"{folder.parent.name}/{path.relative_to(folder).as_posix()}"
        for folder in rooms
        for path in folder.rglob("*.html")
    )
