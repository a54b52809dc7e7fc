"""Checks that an answer is what the contract's annotations say, all the way down."""

from __future__ import annotations

import dataclasses
import math
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

_MARKUP = re.compile(r"</?[A-Za-z][^>]*>|<!--")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def assert_shape(value: Any, annotation: Any, where: str = "the answer") -> None:
    """Fail with the place and what is there instead, such as "hits[3].title is None, not str"."""
    problem = next(_problems(value, annotation, where), "")
    assert not problem, problem


def _problems(value: Any, annotation: Any, where: str) -> Iterator[str]:
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation is Any:
        return
    if origin in (typing.Union, types.UnionType):
        found = [list(_problems(value, each, where)) for each in inner]
        if all(found):
            yield found[0][0]
    elif origin is Literal:
        if value not in inner:
            yield f"{where} is {value!r}, not one of {', '.join(map(repr, inner))}"
    elif origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            yield f"{where} is {type(value).__name__}, not a mapping"
        else:
            for key, each in value.items():
                yield from _problems(key, inner[0], f"a key of {where}")
                yield from _problems(each, inner[1], f"{where}[{key!r}]")
    elif origin is not None and issubclass(origin, Sequence | AbstractSet):
        yield from _each(value, origin, inner[0], where)
    elif dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        yield from _fields(value, annotation, where)
    else:
        yield from _plain(value, annotation, where)


def _each(value: Any, origin: type, inner: Any, where: str) -> Iterator[str]:
    if isinstance(value, str | bytes) or not isinstance(value, Sequence | AbstractSet):
        yield f"{where} is {type(value).__name__}, not {origin.__name__}"
        return
    for at, each in enumerate(value):
        yield from _problems(each, inner, f"{where}[{at}]")


def _fields(value: Any, annotation: type, where: str) -> Iterator[str]:
    if not isinstance(value, annotation):
        yield f"{where} is {type(value).__name__}, not {annotation.__name__}"
        return
    for name, hint in get_type_hints(annotation).items():
        yield from _problems(getattr(value, name), hint, f"{where}.{name}")


def _plain(value: Any, annotation: Any, where: str) -> Iterator[str]:
    if annotation is type(None) or annotation is None:
        if value is not None:
            yield f"{where} is {type(value).__name__}, not None"
        return
    if not isinstance(annotation, type):
        return
    wanted = (int, float) if annotation is float else (annotation,)
    if not isinstance(value, wanted) or (isinstance(value, bool) and annotation is not bool):
        yield f"{where} is {type(value).__name__}, not {annotation.__name__}"
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{where} is {value}, which is no number to work with"


def texts(value: Any, where: str = "the answer") -> Iterator[tuple[str, str]]:
    """Every text inside an answer with its place."""
    if isinstance(value, str):
        yield where, value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name), f"{where}.{field.name}")
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from texts(each, f"{where}[{key!r}]")
    elif isinstance(value, Sequence | AbstractSet):
        for at, each in enumerate(value):
            yield from texts(each, f"{where}[{at}]")


def assert_plain_text(value: Any) -> None:
    """Fail where a text holds markup, control characters or lone surrogates."""
    for where, text in texts(value):
        assert not _MARKUP.search(text), f"{where} holds markup: {text[:80]!r}"
        assert not _CONTROL.search(text), f"{where} holds control characters: {text[:80]!r}"


def assert_picture(address: str, where: str) -> None:
    """Fail for anything but "", an http(s) address or the absolute path of a file."""
    if not address or re.match(r"https?://[^\s/]+/\S*$", address):
        return
    path = Path(address)
    assert path.is_absolute() and path.is_file(), f"{where} is no address and no file: {address!r}"
