"""Writes docs/configuration.md from the server's settings and the bundled plugins' fields.

Run it after changing either: ``.venv/bin/python tools/write_configuration.py``. A test compares.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

from seen.core.settings import PREFIX, Settings
from seen.host.configuration import variable_of
from seen.plugin.config import Bool, Choice, Field, Int, field_from_toml

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "configuration.md"

# What belongs together, in the order in which people ask; with an example for each.
GROUPS = {
    "Where it listens": {
        "host": "0.0.0.0",  # noqa: S104 - an example
        "port": "8081",
        "allowed_hosts": "seen.example.org",
        "trusted_proxies": "127.0.0.1,10.0.0.0/8",
    },
    "Where data lives": {
        "data_dir": "/srv/seen",
        "database_url": "postgresql://seen:secret@db.example.org/seen",
        "cache_url": "redis://cache.example.org:6379/0",
        "library_roots": "/media/movies,/media/shows",
    },
    "Secrets and the first admin": {
        "secret_key": "$(openssl rand -hex 32)",
        "admin_email": "you@example.org",
        "admin_password": "a long password",
    },
    "What it does": {
        "roles": "api,pages",
        "egress_allow": "metadata.lan,192.168.1.0/24",
        "egress_proxy": "http://proxy.lan:3128",
        "catalog_sync": "false",
        "safe_mode": "true",
    },
    "Downloads": {
        "download_dir": "/srv/downloads",
        "download_max_active": "5",
        "download_poll_interval": "2s",
        "download_retry_backoff": "30s",
        "download_stall_after": "10m",
        "download_disk_reserve": "20GB",
    },
    "What it says": {
        "log_format": "json",
        "log_level": "warning",
    },
}
SECRETS = ("database_url", "cache_url", "secret_key", "admin_password", "egress_proxy")

HEAD = """\
# Configuration

<!-- Written by tools/write_configuration.py; change the settings, not this file. -->

Everything is set by environment variables that start with `SEEN_`. Lists are separated by commas; \
a switch is `true` or `false`. A value that cannot work ends the program with one sentence that \
names the variable, and exit status 2. `seen doctor` looks at everything without starting it.

Any of these variables may come from a file instead, which suits secrets: set the same name with \
`_FILE` at its end to the file's path. These hold secrets:
"""

PLUGINS = """\
## Plugins

A plugin's field is set by `SEEN_<PLUGIN>_<FIELD>`, or from a file by that name with `_FILE` at \
its end. That goes for every plugin, bundled or not. Most fields are easier to set on the plugins \
page; what the environment sets wins there, and the page says so.
"""


def document() -> str:
    """The whole text."""
    fields = Settings.model_fields
    named = [name for group in GROUPS.values() for name in group]
    if sorted(named) != sorted(fields):
        raise SystemExit(f"tools/write_configuration.py: sort in {set(named) ^ set(fields)}")
    lines = [HEAD.rstrip("\n"), ""]
    lines += [f"- `{PREFIX}{name.upper()}_FILE`" for name in SECRETS]
    for title, group in GROUPS.items():
        lines += ["", f"## {title}", "", *_head()]
        for name, example in group.items():
            lines.append(_row(PREFIX + name.upper(), _text_of(name), _default_of(name), example))
    lines += ["", PLUGINS.rstrip("\n")]
    for path in sorted(ROOT.glob("plugins/*/src/*/plugin.toml")):
        lines += ["", *_plugin(path)]
    return "\n".join(lines) + "\n"


def _plugin(path: Path) -> Iterator[str]:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    plugin = table["plugin"]
    yield f"### {plugin['title']} (`{plugin['name']}`)"
    yield ""
    yield plugin["description"]
    yield ""
    yield from _head()
    for field in map(field_from_toml, table.get("field", ())):
        variable = variable_of(plugin["name"], field.name)
        text = f"{field.label}. {field.help}".strip()
        if isinstance(field, Int):
            text += f" From {field.minimum} to {field.maximum}."
        if isinstance(field, Choice):
            text += f" One of {', '.join(field.choices)}."
        if field.required:
            text += " Needed."
        default = str(field.default).lower() if isinstance(field, Bool) else str(field.default)
        yield _row(variable, text, default, _example(field))


def _example(field: Field) -> str:
    if field.secret:
        return "the key itself"
    if isinstance(field, Bool):
        return str(not field.default).lower()
    if isinstance(field, Int):
        return str(min(field.maximum, int(field.default) * 2))
    return {"language": "de-DE", "region": "DE", "timezone": "Europe/Berlin",
            "client_id": "0123456789abcdef", "country": "DE", "interface": "10.8.0.2",
            "program": "/opt/bin/the-program", "url": "http://192.168.1.5:6800",
            "username": "me",
            "base_url": "https://mirror.example.org/api",
            "image_url": "https://mirror.example.org/pictures",
            "token_url": "https://mirror.example.org/oauth2/token"}[field.name]  # fmt: skip


def _text_of(name: str) -> str:
    field = Settings.model_fields[name]
    text = field.description or ""
    if get_origin(field.annotation) is Literal:
        text += f" One of {', '.join(get_args(field.annotation))}."
    return text


def _default_of(name: str) -> str:
    folders = {"data_dir": "~/.local/share/seen", "download_dir": "~/.local/share/seen/downloads"}
    if name in folders:
        return folders[name]
    value = Settings.model_fields[name].default
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _head() -> tuple[str, str]:
    return "| variable | meaning | default | example |", "| --- | --- | --- | --- |"


def _row(variable: str, meaning: str, default: str, example: str) -> str:
    shown = f"`{default}`" if default else "empty"
    return f"| `{variable}` | {meaning.replace('|', '/')} | {shown} | `{example}` |"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
