"""Reads ``plugin.toml``: all that is known about a plugin before any of its code runs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from seen.host.capabilities import KINDS, known
from seen.host.errors import ManifestError
from seen.plugin import API_VERSION
from seen.plugin.config import Field, Url, field_from_toml
from seen.plugin.errors import ConfigError

ID = re.compile(r"[a-z][a-z0-9_]{1,62}")
_TEXTS = ("name", "title", "description", "api", "icon", "attribution", "homepage")
_KEYS = frozenset((*_TEXTS, "provides"))


@dataclass(frozen=True, slots=True)
class Manifest:
    """``api`` is a version specifier as written; ``provides`` holds capability names."""

    name: str
    title: str
    api: str
    provides: tuple[str, ...]
    description: str = ""
    icon: str = ""
    attribution: str = ""
    homepage: str = ""
    fields: tuple[Field, ...] = ()

    @property
    def compatible(self) -> bool:
        """Whether this server speaks an API the plugin can work with."""
        return _specifier(self.api).contains(Version(API_VERSION), prereleases=True)

    @property
    def url_fields(self) -> tuple[str, ...]:
        """Names of the fields that hold addresses which the admin allows by naming them."""
        return tuple(each.name for each in self.fields if isinstance(each, Url))


def read_manifest(data: bytes, name: str) -> Manifest:
    """Read a ``plugin.toml`` for the entry point ``name``. Raises ManifestError."""
    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"plugin.toml cannot be read: {error}") from error
    table = document.get("plugin")
    if not isinstance(table, dict):
        raise ManifestError("plugin.toml needs a [plugin] table")
    texts = {key: _text(table, key) for key in _TEXTS}
    if texts["name"] != name:
        raise ManifestError(
            f"plugin.toml says name = {texts['name']!r}, but the entry point is {name!r}"
        )
    manifest = Manifest(
        name=name, title=texts["title"] or name, api=texts["api"],
        provides=(), description=texts["description"], icon=texts["icon"],
        attribution=texts["attribution"], homepage=texts["homepage"],
    )  # fmt: skip
    _specifier(manifest.api)
    if not manifest.compatible:
        # The rest may be written in a way that only the other API understands.
        return manifest
    unknown = sorted((set(table) - _KEYS) | (set(document) - {"plugin", "field"}))
    if unknown:
        raise ManifestError(f"plugin.toml has {unknown[0]!r}, which means nothing here")
    return Manifest(
        **{key: getattr(manifest, key) for key in _TEXTS},
        provides=_provides(table), fields=_fields(document),
    )  # fmt: skip


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or (key in ("name", "api") and not value):
        raise ManifestError(f"plugin.toml needs {key} as text")
    return " ".join(value.split())


def _specifier(api: str) -> SpecifierSet:
    """A range such as ">=1.0,<2"; a bare version means that one and later ones of its major."""
    text = api
    if re.fullmatch(r"\d+(\.\d+)*", api):
        text = f">={api},=={api.split('.')[0]}.*"
    try:
        return SpecifierSet(text)
    except InvalidSpecifier as error:
        raise ManifestError(f"plugin.toml: api = {api!r} is not a version range") from error


def _provides(table: Mapping[str, Any]) -> tuple[str, ...]:
    given = table.get("provides", [])
    if not isinstance(given, list) or not given or not all(isinstance(x, str) for x in given):
        raise ManifestError(f"plugin.toml needs provides, a list with some of {', '.join(KINDS)}")
    names: list[str] = []
    for each in given:
        name = known(each)
        if name is None:
            raise ManifestError(
                f"plugin.toml: provides has {each!r}, which is none of {', '.join(KINDS)}"
            )
        names.append(name)
    return tuple(dict.fromkeys(names))


def _fields(table: Mapping[str, Any]) -> tuple[Field, ...]:
    given = table.get("field", [])
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise ManifestError("plugin.toml: fields are written as [[field]] tables")
    try:
        fields = tuple(field_from_toml(each) for each in given)
    except ConfigError as error:
        raise ManifestError(f"plugin.toml: {error}") from error
    names = [each.name for each in fields]
    for name in names:
        if names.count(name) > 1:
            raise ManifestError(f"plugin.toml has two fields named {name}")
    return fields
