"""The server's settings: environment variables that start with ``SEEN_``.

A secret may also come from a file: ``SEEN_SECRET_KEY_FILE=/run/secrets/key``. The settings of a
plugin (``SEEN_METADATA_TMDB_API_KEY``) are read by the plugin host, since plugins name them.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from seen.core.errors import SettingsError

Role = Literal["api", "pages", "worker", "downloader"]
ROLES: tuple[Role, ...] = ("api", "pages", "worker", "downloader")
PREFIX = "SEEN_"

_HOST_NAME = re.compile(r"[\w.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
Listed = Annotated[tuple[str, ...], NoDecode]


def default_data_dir() -> Path:
    """Where data lives when nobody says: the XDG data folder."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "seen"


class Settings(BaseSettings):
    """Everything the server can be told. Lists are separated by commas."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description=(
            "Folder for the embedded database, pictures and plugin data. "
            "Default: `seen` in the XDG data folder."
        ),
    )
    database_url: str = Field(
        "",
        description=(
            "A PostgreSQL 16 or newer to use, `postgresql://user:password@host/name`. "
            "Empty: one is started in the data folder."
        ),
    )
    cache_url: str = Field(
        "",
        description=(
            "A Dragonfly, Valkey or Redis to share, `redis://host:6379/0`. "
            "Empty: each process keeps its own."
        ),
    )
    roles: Listed = Field(
        ROLES, description="What this process does: api, pages, worker, downloader."
    )
    library_roots: Listed = Field(
        (), description=("Media folders to add at the start; more can be added on the page.")
    )
    admin_email: str = Field(
        "",
        description="Creates the first admin at the start, together with "
        "`SEEN_ADMIN_PASSWORD`; nothing happens once an admin exists.",
    )
    admin_password: str = Field(
        "", description="The first admin's password, 10 characters or more."
    )
    secret_key: str = Field(
        "",
        description=(
            "32 characters or more; signs stream addresses and API tokens and encrypts stored "
            "keys. Empty: made once and kept in the data folder."
        ),
    )
    egress_allow: Listed = Field(
        (),
        description=(
            "Hosts or networks that outgoing requests may reach although they are private."
        ),
    )
    trusted_proxies: Listed = Field(
        (),
        description=(
            "Addresses or networks of reverse proxies whose forwarded headers are believed."
        ),
    )
    allowed_hosts: Listed = Field(
        (),
        description=(
            "Host names this server answers to, besides addresses and `localhost`. Empty: any, "
            "as long as a browser's Origin agrees."
        ),
    )
    log_format: Literal["console", "json"] = Field("console", description="How log lines look.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important log lines to print."
    )
    safe_mode: bool = Field(False, description="Load bundled plugins only.")

    @field_validator(
        "roles", "library_roots", "egress_allow", "trusted_proxies", "allowed_hosts", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("roles")
    @classmethod
    def _known_roles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [each for each in value if each not in ROLES]
        if unknown or not value:
            raise ValueError(f"must name some of {', '.join(ROLES)}")
        return value

    @field_validator("library_roots")
    @classmethod
    def _absolute(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if not Path(each).is_absolute():
                raise ValueError(f"must hold absolute paths, {each} is not one")
        return value

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("postgresql", "postgres"):
            raise ValueError("must start with postgresql://")
        return value

    @field_validator("cache_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @field_validator("egress_allow")
    @classmethod
    def _reachable(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value:
            from seen.core.egress import read_entry

            for each in value:
                if read_entry(each) is None:
                    raise ValueError(
                        f"must hold hosts, addresses or networks, {each} is none of these"
                    )
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _host_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if not _HOST_NAME.fullmatch(each):
                raise ValueError(f"must hold host names such as seen.example.org, {each} is none")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            try:
                ipaddress.ip_network(each, strict=False)
            except ValueError:
                raise ValueError(f"must hold addresses or networks, {each} is neither") from None
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("must have 32 characters or more")
        return value

    @field_validator("admin_password")
    @classmethod
    def _password(cls, value: str) -> str:
        if value and len(value) < 10:
            raise ValueError("must have 10 characters or more")
        return value


def load_settings(**overrides: Any) -> Settings:
    """Read the environment. Raises SettingsError with one sentence that names the variable."""
    given = {**_from_files(os.environ), **overrides}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = PREFIX + str(first["loc"][0]).upper()
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}: {message[:1].lower()}{message[1:]}.") from error


def _from_files(environ: Mapping[str, str]) -> dict[str, str]:
    """Values of ``SEEN_X_FILE`` variables; a plain ``SEEN_X`` that is set wins."""
    found: dict[str, str] = {}
    for name in Settings.model_fields:
        variable = f"{PREFIX}{name.upper()}_FILE"
        if (path := environ.get(variable)) and not environ.get(f"{PREFIX}{name.upper()}"):
            found[name] = read_secret_file(variable, path)
    return found


def read_secret_file(variable: str, path: str) -> str:
    """A secret from a file, without the line break at its end."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable}: cannot read {path}: {error}.") from error
