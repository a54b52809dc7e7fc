"""What providers tell, made fit to be kept. No I/O.

Any plugin may be a provider, and any service behind it may send anything: texts that PostgreSQL
refuses or that read backwards, numbers larger than a column, links that are scripts.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from seen.core.text import clean
from seen.plugin.models import ExternalRef

T = TypeVar("T")
_LARGEST = 2**31 - 1
_LINKS = frozenset({"homepage", "link", "url"})
_WEB = re.compile(r"https?://[^\s/?#]\S*")


def cleaned(told: T) -> T:
    """The same with every text, number and link in it made harmless, all the way down.

    A link that leads nowhere on the web becomes "". References stay as they are: the guard lets
    none through that could not be kept.
    """
    made: T = _cleaned(told)
    return made


def _cleaned(value: Any) -> Any:
    if isinstance(value, Enum | bool | ExternalRef):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int):
        return max(-_LARGEST, min(_LARGEST, value))
    if isinstance(value, float):
        return value if math.isfinite(value) else 0.0
    if isinstance(value, list | tuple):
        return tuple(_cleaned(each) for each in value)
    if isinstance(value, Mapping):
        return {clean(key): _cleaned(each) for key, each in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **_fields(value))
    return value


def _fields(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that are not what they should be."""
    changed = {}
    for field in dataclasses.fields(value):
        was = getattr(value, field.name)
        made = _cleaned(was)
        if field.name in _LINKS and not _WEB.fullmatch(made):
            made = ""
        if made != was:
            changed[field.name] = made
    return changed
