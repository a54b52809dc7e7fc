"""Filters of the room's lists as links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from seen.plugin.models import MediaKind

KINDS: tuple[tuple[MediaKind | None, str], ...] = (
    (None, "Everything"),
    (MediaKind.MOVIE, "Movies"),
    (MediaKind.SHOW, "Shows"),
    (MediaKind.GAME, "Games"),
)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as a link."""

    label: str
    href: str
    active: bool
    count: int | None = None


def address(path: str, values: Mapping[str, object]) -> str:
    """A page's address with the values that say something."""
    given = {name: str(value) for name, value in values.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def kind_chips(path: str, chosen: MediaKind | None, **others: object) -> list[Chip]:
    """One chip for each kind of title."""
    return [
        Chip(label, address(path, {**others, "type": kind.value if kind else ""}), kind is chosen)
        for kind, label in KINDS
    ]
