"""Where a plugin's values come from: the environment first, then what an admin stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seen.core.errors import SettingsError
from seen.core.settings import PREFIX, read_secret_file
from seen.host.discovery import discover
from seen.host.manifest import Manifest
from seen.host.vault import Unreadable, Vault
from seen.plugin.config import Field, Value
from seen.plugin.errors import ConfigError

# How a secret lies in the stored configuration: {"sealed": "..."} instead of the text.
_SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A plugin's values and their sources.

    ``variables`` maps fields set by the environment to the variable's name. ``problem`` is a
    sentence when the plugin cannot start with these values; ``field`` then names the culprit.
    """

    values: Mapping[str, Value]
    variables: Mapping[str, str]
    problem: str = ""
    field: str = ""


def variable_of(instance_id: str, field: str) -> str:
    """The environment variable that sets a field."""
    return f"{PREFIX}{instance_id}_{field}".upper()


def resolve(
    manifest: Manifest, instance_id: str, stored: Mapping[str, Any], environ: Mapping[str, str],
    vault: Vault | None,
) -> Resolved:  # fmt: skip
    """Bring a plugin's values together; never raises."""
    values: dict[str, Value] = {}
    variables: dict[str, str] = {}
    problem, culprit = "", ""
    for field in manifest.fields:
        try:
            variable, raw = _given(field, instance_id, environ)
            if variable:
                variables[field.name] = variable
                values[field.name] = _parse_variable(field, variable, raw)
            else:
                values[field.name] = _stored_value(field, instance_id, stored, vault)
        except (ConfigError, SettingsError) as error:
            values[field.name] = field.default
            if not problem:
                problem, culprit = str(error).rstrip("."), field.name
    return Resolved(values, variables, problem, culprit)


def _given(field: Field, instance_id: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The variable that sets the field and its text; "" when none does. Raises SettingsError."""
    variable = variable_of(instance_id, field.name)
    if environ.get(variable):
        return variable, environ[variable]
    if path := environ.get(f"{variable}_FILE"):
        return f"{variable}_FILE", read_secret_file(f"{variable}_FILE", path)
    return "", ""


def _parse_variable(field: Field, variable: str, raw: str) -> Value:
    try:
        return field.parse(raw)
    except ConfigError as error:
        raise ConfigError(f"{variable}: {error}", field.name) from error


def _stored_value(
    field: Field, instance_id: str, stored: Mapping[str, Any], vault: Vault | None
) -> Value:
    raw = stored.get(field.name, field.default)
    if isinstance(raw, Mapping):
        raw = _unsealed(field, instance_id, raw, vault)
    if field.required and str(raw).strip() == "":
        raise ConfigError(f"Needs {field.label}", field.name)
    return field.parse(raw)


def _unsealed(field: Field, instance_id: str, raw: Mapping[str, Any], vault: Vault | None) -> str:
    if vault is None:
        raise ConfigError(f"{field.label} is sealed", field.name)
    try:
        return vault.open(str(raw.get(_SEALED, "")), f"{instance_id}.{field.name}")
    except Unreadable as error:
        raise ConfigError(
            f"{field.label} cannot be read any more, because the server's secret key has changed; "
            "enter it again", field.name,
        ) from error  # fmt: skip


def changed(
    manifest: Manifest, instance_id: str, stored: Mapping[str, Any], given: Mapping[str, Any],
    environ: Mapping[str, str], vault: Vault,
) -> dict[str, Any]:  # fmt: skip
    """The stored configuration with an admin's new values, secrets sealed.

    A field that is not given keeps its value, and so does a secret given as "", because a form
    shows secrets empty; None takes a value away. Raises ConfigError that names the field.
    """
    fields = {each.name: each for each in manifest.fields}
    # What an older version of the plugin asked for is kept: the admin may go back to it.
    result = dict(stored)
    for name, raw in given.items():
        field = fields.get(name)
        if field is None:
            raise ConfigError(f"There is no field {name}", name)
        variable, text = _given(field, instance_id, environ)
        if variable:
            if str(raw) not in ("", text):
                raise ConfigError(f"{field.label} is set by {variable}; change it there", name)
            continue
        if raw is None:
            result.pop(name, None)
        elif field.secret:
            if str(raw) != "":
                value = str(field.parse(raw))
                result[name] = {_SEALED: vault.seal(value, f"{instance_id}.{name}")}
        else:
            result[name] = field.parse(raw)
    return result


def check_environment(environ: Mapping[str, str]) -> None:
    """Raise SettingsError for the first variable of an installed plugin whose value cannot work.

    Reads files, so call it off the loop.
    """
    for each in discover().values():
        for field in each.manifest.fields if each.manifest else ():
            variable, raw = _given(field, each.name, environ)
            if variable:
                try:
                    field.parse(raw)
                except ConfigError as error:
                    raise SettingsError(f"{variable}: {error}.") from error
