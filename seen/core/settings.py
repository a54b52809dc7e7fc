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

from pydantic import BeforeValidator, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from seen.core.errors import SettingsError

Role = Literal["api", "pages", "worker", "downloader"]
ROLES: tuple[Role, ...] = ("api", "pages", "worker", "downloader")
PREFIX = "SEEN_"

_HOST_NAME = re.compile(r"[\w.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
Listed = Annotated[tuple[str, ...], NoDecode]

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")


def _read_seconds(value: object) -> object:
    """A number of seconds, or one with its unit such as "500ms", "3s", "2m" or "1h"."""
    return _amount(value, _SECONDS, "s", "a time such as 3s, 500ms or 2m")


def _read_bytes(value: object) -> object:
    """A number of bytes, or one with its unit such as "500MB" or "2GB"."""
    found = _amount(value, _BYTES, "B", "a size such as 500MB or 2GB")
    return int(found) if isinstance(found, float) else found


def _amount(value: object, units: Mapping[str, float], plain: str, wanted: str) -> object:
    if not isinstance(value, str):
        return value
    found = _AMOUNT.fullmatch(value.strip())
    named = {name.casefold(): factor for name, factor in units.items()}
    factor = named.get((found[2] or plain).casefold()) if found else None
    if found is None or factor is None:
        raise ValueError(f"must be {wanted}")
    return float(found[1]) * factor


Seconds = Annotated[float, BeforeValidator(_read_seconds), Field(gt=0, le=86_400)]
Bytes = Annotated[int, BeforeValidator(_read_bytes), Field(ge=0)]


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
    egress_proxy: str = Field(
        "",
        description=(
            "An HTTP proxy for pictures and for the requests of plugins, "
            "`http://user:password@host:3128`. Private hosts that are allowed are asked directly."
        ),
    )
    download_dir: Path | None = Field(
        None,
        description=(
            "Folder where downloads lie until they are in the library. Engines must see it under "
            "the same path. Default: `downloads` in the data folder."
        ),
    )
    download_max_active: int = Field(
        3, ge=1, le=200, description="How many downloads run at the same time."
    )
    download_poll_interval: Seconds = Field(
        "3s", description="The longest pause between two looks at the engines.",
        validate_default=True,
    )  # fmt: skip
    download_retry_backoff: Seconds = Field(
        "15s",
        description="The pause before a download is tried again; it doubles with each of 3 tries.",
        validate_default=True,
    )
    download_stall_after: Seconds = Field(
        "3m",
        description="How long a download may stand still before its place goes to another one.",
        validate_default=True,
    )
    download_disk_reserve: Bytes = Field(
        "1GB", description="How much of the disk downloads leave free.", validate_default=True
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
    catalog_sync: bool = Field(
        True,
        description="Keep lists, titles and seasons fresh in the background. Without it the "
        "catalog grows by the library alone.",
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

    @field_validator("download_dir")
    @classmethod
    def _absolute_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_absolute():
            raise ValueError(f"must be an absolute path, {value} is not one")
        return value

    @property
    def downloads(self) -> Path:
        """The folder where downloads lie until they are in the library."""
        return self.download_dir or self.data_dir / "downloads"

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

    @field_validator("egress_proxy")
    @classmethod
    def _proxy(cls, value: str) -> str:
        if value:
            from seen.core.upstream import read_upstream

            read_upstream(value)
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
