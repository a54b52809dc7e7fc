"""A plugin's fields as a form, and the form's answer as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from seen.core.pages import NO_FAULTS, Faults
from seen.host import FieldView
from seen.plugin.config import Bool, Choice


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One of a few values."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FormField:
    """A field as a page draws it."""

    name: str
    type: str
    label: str
    help: str
    value: str | int | bool
    required: bool
    choices: list[ChoiceLine]
    error: str
    stored: bool


def form_fields(
    views: Iterable[FieldView], faults: Faults = NO_FAULTS, given: Mapping[str, str] | None = None
) -> list[FormField]:
    """The fields with what is set, or with what somebody has just typed and what is wrong with it.

    What the environment sets cannot be changed on a page and is left out.
    """
    return [
        _field(each, faults.fields[each.field.name], given)
        for each in views
        if not each.from_environment
    ]


def _field(view: FieldView, error: str, given: Mapping[str, str] | None) -> FormField:
    field = view.field
    value: str | int | bool = field.default if view.value is None else view.value
    if field.secret:
        value = ""
    elif given is not None:
        value = field.name in given if isinstance(field, Bool) else given.get(field.name, "")
    choices = field.choices if isinstance(field, Choice) else {}
    return FormField(
        name=field.name,
        type=type(field).__name__.lower(),
        label=field.label,
        help=field.help,
        value=value,
        required=field.required,
        choices=[ChoiceLine(key, label) for key, label in choices.items()],
        error=error,
        stored=field.secret and view.is_set,
    )


def form_values(views: Iterable[FieldView], given: Mapping[str, str]) -> dict[str, str | bool]:
    """What a form says about the fields that it showed. An unchecked box is not in a form."""
    values: dict[str, str | bool] = {}
    for view in views:
        name = view.field.name
        if view.from_environment:
            continue
        if isinstance(view.field, Bool):
            values[name] = name in given
        elif name in given:
            values[name] = given[name]
    return values
