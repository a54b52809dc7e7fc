"""What plugins can provide: which hook brings it, which Protocol it keeps, what is optional."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FunctionType

from seen.plugin.capabilities import (
    DownloadEngine,
    Importer,
    MetadataProvider,
    Recommender,
    Scanner,
    Widget,
)

PREFIX = "seen_"


@dataclass(frozen=True, slots=True)
class Kind:
    """One capability. ``optional`` maps a method to the feature that announces it."""

    name: str
    title: str
    protocol: type
    rank: int
    optional: Mapping[str, str] = field(default_factory=dict)

    @property
    def hook(self) -> str:
        return PREFIX + self.name

    def methods(self) -> dict[str, FunctionType]:
        """The Protocol's methods by name, with the signatures that plugins must keep."""
        return {name: member for name, member in _members(self.protocol).items()
                if isinstance(member, FunctionType)}  # fmt: skip

    def attributes(self) -> dict[str, property]:
        """The Protocol's properties by name."""
        return {name: member for name, member in _members(self.protocol).items()
                if isinstance(member, property)}  # fmt: skip


def _members(protocol: type) -> dict[str, object]:
    found: dict[str, object] = {}
    for base in reversed(inspect.getmro(protocol)):
        # Only what the public contracts declare, nothing of Protocol or Generic.
        if base.__module__.startswith("seen.plugin."):
            found.update({k: v for k, v in vars(base).items() if not k.startswith("_")})
    return found


def _each(*names: str) -> dict[str, str]:
    return {name: name for name in names}


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("scanners", "Scanner", Scanner, 1, _each("parse", "probe")),
        Kind("metadata_providers", "Metadata", MetadataProvider, 2,
             _each("search", "details", "episodes", "feed", "similar", "releases", "changes",
                   "refresh", "genres", "browse")),
        Kind("download_engines", "Download engine", DownloadEngine, 3,
             {"pause": "pause", "resume": "pause", "adopt": "adopt"}),
        Kind("recommenders", "Recommender", Recommender, 4, _each("score")),
        Kind("widgets", "Widget", Widget, 5, _each("data")),
        Kind("importers", "Importer", Importer, 6, _each("rows")),
    )
}  # fmt: skip

# Hooks that bring plain data instead of objects; every plugin may have them.
DATA_HOOKS = ("seen_template_dirs",)


def known(name: str) -> str | None:
    """The capability's name, given with or without the hook's prefix; None if there is none."""
    short = name.removeprefix(PREFIX)
    return short if short in KINDS else None
