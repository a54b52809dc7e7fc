"""Holds what a plugin registers against the public contract, before anything is called."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_type_hints

import pluggy

from seen.host.capabilities import DATA_HOOKS, KINDS, Kind
from seen.host.errors import StartFailed
from seen.host.shapes import mismatch
from seen.plugin import hookspecs

_HOOKS = (*(kind.hook for kind in KINDS.values()), *DATA_HOOKS)
_LONGEST_ID = 100


def open_hooks(plugin: object, name: str, provides: Iterable[str]) -> pluggy.PluginManager:
    """Register a plugin with a hook table of its own and check its hooks.

    A table per plugin, because pluggy leaves a rejected plugin half registered. Raises
    StartFailed("broken") with a sentence.
    """
    table = pluggy.PluginManager(hookspecs.PROJECT)
    table.add_hookspecs(hookspecs)
    found = _implementations(table, plugin)
    for hook, function in found.items():
        _check_hook(hook, function)
    try:
        table.register(plugin, name)
        table.check_pending()
    except (pluggy.PluginValidationError, ValueError) as error:
        raise StartFailed("broken", " ".join(str(error).split())) from error
    promised = [KINDS[each].hook for each in provides]
    for hook in promised:
        if hook not in found:
            raise StartFailed(
                "broken", f"plugin.toml promises {hook.removeprefix('seen_')}, "
                f"but there is no hook {hook}")  # fmt: skip
    for hook in found:
        if hook not in promised and hook not in DATA_HOOKS:
            raise StartFailed(
                "broken", f"Has the hook {hook}, but plugin.toml does not list it in provides"
            )
    return table


def _implementations(table: pluggy.PluginManager, plugin: object) -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for name in dir(plugin):
        options = table.parse_hookimpl_opts(plugin, name)
        if options is not None:
            found[options.get("specname") or name] = getattr(plugin, name)
    return found


def _check_hook(hook: str, function: Callable[..., Any]) -> None:
    if hook not in _HOOKS:
        near = difflib.get_close_matches(hook, _HOOKS, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(_HOOKS)}"
        raise StartFailed("broken", f"There is no hook {hook}{hint}")
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise StartFailed("broken", f"Hook {hook} must not be async; its objects' methods are")
    for parameter in inspect.signature(function).parameters:
        if parameter != "ctx":
            raise StartFailed("broken", f"Hook {hook} takes {parameter!r} but must take 'ctx'")


def call_hook(table: pluggy.PluginManager, hook: str, context: object) -> list[Any]:
    """Everything the plugin registers through one hook. Raises whatever the hook raises."""
    items: list[Any] = []
    for result in getattr(table.hook, hook)(ctx=context):
        if isinstance(result, str | bytes) or not isinstance(result, Iterable):
            raise StartFailed(
                "broken",
                f"Hook {hook} must return a list of objects, not {type(result).__name__}",
            )
        items.extend(result)
    return items


def check_object(item: object, kind: Kind) -> dict[str, Any]:
    """Check a registered object and answer with its attributes as they are now.

    Raises StartFailed("broken") for the first thing that is not as the contract says.
    """
    attributes = {name: _attribute(item, kind, name) for name in kind.attributes()}
    identity = attributes["id"]
    if not 0 < len(identity) <= _LONGEST_ID or not identity.isprintable():
        raise StartFailed("broken", f"{_who(item)}.id must have 1 to {_LONGEST_ID} characters")
    features = attributes["features"]
    for name, wanted in kind.methods().items():
        if name in kind.optional and kind.optional[name] not in features:
            continue
        _check_method(item, name, wanted)
    return attributes


def _who(item: object) -> str:
    return type(item).__name__


def _attribute(item: object, kind: Kind, name: str) -> Any:
    try:
        value = getattr(item, name)
    except AttributeError as error:
        raise StartFailed("broken", f"{_who(item)} has no {name}") from error
    problem = mismatch(value, _attribute_hints(kind.protocol)[name])
    if problem:
        raise StartFailed("broken", f"{_who(item)}.{name} {problem}")
    return frozenset(value) if isinstance(value, set) else value


@functools.cache
def _attribute_hints(protocol: type) -> Mapping[str, Any]:
    kind = next(each for each in KINDS.values() if each.protocol is protocol)
    return {name: get_type_hints(each.fget)["return"] for name, each in kind.attributes().items()
            if each.fget is not None}  # fmt: skip


def _check_method(item: object, name: str, wanted: Callable[..., Any]) -> None:
    method = getattr(item, name, None)
    if not callable(method):
        raise StartFailed("broken", f"{_who(item)} has no method {name}")
    plain = inspect.unwrap(method)
    if inspect.iscoroutinefunction(wanted) and not inspect.iscoroutinefunction(plain):
        raise StartFailed("broken", f"{_who(item)}.{name} must be async")
    if not inspect.iscoroutinefunction(wanted) and not inspect.isasyncgenfunction(plain):
        raise StartFailed("broken", f"{_who(item)}.{name} must be an async generator")
    try:
        given = inspect.signature(method)
    except (TypeError, ValueError):
        return
    contract = inspect.signature(wanted)
    names = [each for each in contract.parameters if each != "self"]
    try:
        # The server calls by position and by name; both must fit.
        given.bind(*names)
        given.bind(**dict.fromkeys(names))
        given.bind(*names[: _needed(contract)])
    except TypeError as error:
        raise StartFailed(
            "broken",
            f"{_who(item)}.{name} takes ({', '.join(given.parameters)}) "
            f"but must take ({', '.join(names)})",
        ) from error


def _needed(contract: inspect.Signature) -> int:
    return sum(each.default is each.empty for name, each in contract.parameters.items()
               if name != "self")  # fmt: skip
