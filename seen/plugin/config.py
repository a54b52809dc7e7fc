"""The fields a plugin asks its admin for, as written in ``plugin.toml``.

They make the form on the plugins page, the environment variables and the validation, all before
the plugin's code is imported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from seen.plugin.errors import ConfigError

Value = str | int | bool


@dataclass(frozen=True, slots=True)
class Field:
    """Common to all fields. ``name`` is lower snake case; ``label`` and ``help`` are for people."""

    name: str
    label: str
    help: str = ""
    required: bool = False
    default: Value = ""

    @property
    def secret(self) -> bool:
        """Whether the value is stored encrypted and never shown again."""
        return False

    def parse(self, raw: object) -> Value:
        """Turn form or environment text into the field's value.

        Raises ConfigError naming the field when the text cannot be its value.
        """
        text = str(raw).strip()
        if self.required and not text:
            raise ConfigError(f"{self.label} is needed", self.name)
        return text


@dataclass(frozen=True, slots=True)
class Text(Field):
    """One line of text; ``pattern`` is a regular expression for the whole of it."""

    pattern: str = ""

    def parse(self, raw: object) -> Value:
        text = str(Field.parse(self, raw))
        if text and self.pattern and not re.fullmatch(self.pattern, text):
            raise ConfigError(f"{self.label} does not look right: {self.help or self.pattern}",
                              self.name)  # fmt: skip
        return text


@dataclass(frozen=True, slots=True)
class Secret(Field):
    """A key or password."""

    @property
    def secret(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Url(Field):
    """An http or https address without credentials; a trailing slash is dropped."""

    def parse(self, raw: object) -> Value:
        text = str(Field.parse(self, raw)).rstrip("/")
        if not text:
            return text
        try:
            parts = urlsplit(text)
            valid = parts.scheme in ("http", "https") and bool(parts.hostname)
            valid = valid and parts.username is None and (parts.port is None or parts.port > 0)
        except ValueError:
            valid = False
        if not valid:
            raise ConfigError(f"{self.label} must be an address like https://host/path", self.name)
        return text


@dataclass(frozen=True, slots=True)
class Choice(Field):
    """One of a few values; ``choices`` maps each to what people read."""

    choices: Mapping[str, str] = None  # type: ignore[assignment]  # always given by field_from_toml

    def parse(self, raw: object) -> Value:
        text = str(Field.parse(self, raw)) or str(self.default)
        if text not in self.choices:
            raise ConfigError(f"{self.label} must be one of {', '.join(self.choices)}", self.name)
        return text


@dataclass(frozen=True, slots=True)
class Bool(Field):
    """On or off."""

    def parse(self, raw: object) -> Value:
        text = str(raw).strip().lower()
        if text in ("1", "true", "yes", "on"):
            return True
        if text in ("", "0", "false", "no", "off"):
            return False
        raise ConfigError(f"{self.label} must be true or false", self.name)


@dataclass(frozen=True, slots=True)
class Int(Field):
    """A whole number between ``minimum`` and ``maximum``, both included."""

    minimum: int = 0
    maximum: int = 2**31 - 1

    def parse(self, raw: object) -> Value:
        text = str(raw).strip() or str(self.default)
        if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
            raise ConfigError(f"{self.label} must be a whole number", self.name)
        if not self.minimum <= int(text) <= self.maximum:
            raise ConfigError(
                f"{self.label} must be from {self.minimum} to {self.maximum}", self.name
            )
        return int(text)


@dataclass(frozen=True, slots=True)
class Folder(Field):
    """An absolute folder path. Whether it exists is the plugin's business."""

    def parse(self, raw: object) -> Value:
        text = str(Field.parse(self, raw))
        if text and not Path(text).is_absolute():
            raise ConfigError(f"{self.label} must be an absolute path", self.name)
        return text


_TYPES: dict[str, type[Field]] = {
    "text": Text, "secret": Secret, "url": Url, "choice": Choice, "bool": Bool, "int": Int,
    "folder": Folder,
}  # fmt: skip


def field_from_toml(table: Mapping[str, Any]) -> Field:
    """Make a field of one ``[[field]]`` table. Raises ConfigError saying what is wrong with it."""
    options = dict(table)
    kind = options.pop("type", "text")
    name = options.get("name", "")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ConfigError(f"field name {name!r} must be lower snake case")
    options.setdefault("label", name.replace("_", " ").capitalize())
    if kind not in _TYPES:
        raise ConfigError(f"field {name}: type {kind!r} must be one of {', '.join(_TYPES)}", name)
    if kind == "choice" and not options.get("choices"):
        raise ConfigError(f"field {name}: a choice needs choices", name)
    try:
        return _TYPES[kind](**options)
    except TypeError as error:
        raise ConfigError(f"field {name}: {error}", name) from error


def validate(fields: tuple[Field, ...], raw: Mapping[str, object]) -> dict[str, Value]:
    """Check given values against the fields and fill in defaults.

    Raises ConfigError for the first field that cannot work, or for a value no field asks for.
    """
    unknown = set(raw) - {each.name for each in fields}
    if unknown:
        raise ConfigError(f"there is no field {sorted(unknown)[0]}")
    return {each.name: each.parse(raw.get(each.name, each.default)) for each in fields}
