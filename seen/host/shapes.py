"""Checks that an answer is what the contract's annotation says, all the way down.

Checks are built once per annotation. Each answers with "" or with the place and what is there
instead, such as ".hits[3].title is NoneType, not str".
"""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin, get_type_hints

from seen.core.text import is_id
from seen.plugin.models import ExternalRef

Check = Callable[[Any, str], str]

_SEQUENCES = (collections.abc.Sequence, list, tuple)
_SETS = (collections.abc.Set, frozenset, set)


def mismatch(value: Any, annotation: Any) -> str:
    """What is wrong with the value, or ""."""
    return _check_of(annotation)(value, "")


@functools.cache
def _check_of(annotation: Any) -> Check:
    origin = get_origin(annotation)
    if annotation is Any:
        return lambda value, where: ""
    if annotation is None or annotation is type(None):
        return lambda value, where: "" if value is None else _wrong(value, where, "None")
    if origin in (typing.Union, types.UnionType):
        return _union(get_args(annotation))
    if origin is Literal:
        return _literal(get_args(annotation))
    if origin is tuple and get_args(annotation)[-1] is not Ellipsis:
        return _fixed_tuple(get_args(annotation))
    if origin in _SEQUENCES or origin in _SETS:
        return _items(origin, get_args(annotation)[0])
    if origin in (collections.abc.Mapping, dict):
        return _mapping(*get_args(annotation))
    if annotation is ExternalRef:
        return _reference
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        return _dataclass(annotation)
    return _plain(origin or annotation)


def _wrong(value: Any, where: str, wanted: str) -> str:
    return f"{where} is {type(value).__name__}, not {wanted}".lstrip()


def _name(kind: Any) -> str:
    return str(getattr(kind, "__name__", kind))


def _plain(kind: Any) -> Check:
    if not isinstance(kind, type):
        return lambda value, where: ""
    accepted: tuple[type, ...] = (int, float) if kind is float else (kind,)

    def check(value: Any, where: str) -> str:
        return "" if isinstance(value, accepted) else _wrong(value, where, kind.__name__)

    return check


def _union(options: tuple[Any, ...]) -> Check:
    real = [each for each in options if each is not type(None)]
    checks = [_check_of(each) for each in real]

    optional = len(real) < len(options)

    def check(value: Any, where: str) -> str:
        if value is None and optional:
            return ""
        for each in checks:
            if not each(value, where):
                return ""
        if len(real) == 1 and value is not None:
            return _check_of(real[0])(value, where)
        return _wrong(value, where, " or ".join(map(_name, options)))

    return check


def _literal(options: tuple[Any, ...]) -> Check:
    def check(value: Any, where: str) -> str:
        if isinstance(value, str | int | bool) and value in options:
            return ""
        return f"{where} is {value!r:.40}, not one of {', '.join(map(str, options))}".lstrip()

    return check


def _fixed_tuple(parts: tuple[Any, ...]) -> Check:
    checks = [_check_of(each) for each in parts]

    def check(value: Any, where: str) -> str:
        if not isinstance(value, tuple) or len(value) != len(checks):
            return _wrong(value, where, f"a tuple of {len(checks)}")
        return next(filter(None, (c(v, f"{where}[{n}]")
                                  for n, (c, v) in enumerate(zip(checks, value, strict=True)))),
                    "")  # fmt: skip

    return check


def _items(origin: Any, inner: Any) -> Check:
    # A list where a tuple is asked for does no harm; a text is a sequence of texts and does.
    ordered = origin in _SEQUENCES
    accepted = collections.abc.Sequence if ordered else collections.abc.Set
    each_check = _check_of(inner)

    def check(value: Any, where: str) -> str:
        if isinstance(value, str | bytes) or not isinstance(value, accepted):
            return _wrong(value, where, f"a {'sequence' if ordered else 'set'} of {_name(inner)}")
        for number, item in enumerate(value):
            if problem := each_check(item, f"{where}[{number}]"):
                return problem
        return ""

    return check


def _mapping(key: Any, inner: Any) -> Check:
    key_check, value_check = _check_of(key), _check_of(inner)

    def check(value: Any, where: str) -> str:
        if not isinstance(value, collections.abc.Mapping):
            return _wrong(value, where, "a mapping")
        for name, item in value.items():
            problem = key_check(name, f"{where}'s key") or value_check(item, f"{where}[{name!r}]")
            if problem:
                return problem
        return ""

    return check


def _reference(value: Any, where: str) -> str:
    """A reference is kept and asked for again as it is, so nothing in it can be mended."""
    if problem := _dataclass(ExternalRef)(value, where):
        return problem
    fit = is_id(value.source) and is_id(value.id)
    return "" if fit else f"{where} is no reference: {value.source!r:.40} {value.id!r:.40}".lstrip()


@functools.cache
def _dataclass(kind: type) -> Check:
    # Built when first used, because a dataclass may hold itself.
    @functools.cache
    def checks() -> list[tuple[str, Check]]:
        hints = get_type_hints(kind)
        return [(f.name, _check_of(hints[f.name])) for f in dataclasses.fields(kind)]

    def check(value: Any, where: str) -> str:
        if not isinstance(value, kind):
            return _wrong(value, where, kind.__name__)
        for name, each in checks():
            if problem := each(getattr(value, name), f"{where}.{name}"):
                return problem
        return ""

    return check
