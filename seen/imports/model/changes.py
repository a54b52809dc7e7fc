"""Which changes an import can make, and how many there are. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from seen.core.wording import counted

ChangeName = Literal[
    "watched", "progress", "watchLater", "ratings", "favorites", "notes", "states", "sessions",
    "lists",
]  # fmt: skip
CHANGES: tuple[ChangeName, ...] = get_args(ChangeName)

WORDS: Mapping[ChangeName, tuple[str, str]] = {
    "watched": ("viewing", "viewings"),
    "progress": ("place where you stopped", "places where you stopped"),
    "watchLater": ("title for later", "titles for later"),
    "ratings": ("rating", "ratings"),
    "favorites": ("favourite", "favourites"),
    "notes": ("note", "notes"),
    "states": ("state", "states"),
    "sessions": ("play session", "play sessions"),
    "lists": ("title on a list", "titles on lists"),
}
CONTESTED: tuple[ChangeName, ...] = ("progress", "ratings", "notes", "states")
"""Those of which a person has one for each title, so that the import may say something else."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many changes of a class are new, there already, or say something else than what is."""

    new: int = 0
    same: int = 0
    conflicts: int = 0

    @property
    def total(self) -> int:
        return self.new + self.same + self.conflicts


@dataclass(frozen=True, slots=True)
class Report:
    """What an import holds. ``lines`` are all, ``unmatched`` those that could not be used;
    ``again`` are viewings that were not the first."""

    lines: int = 0
    unmatched: int = 0
    titles: int = 0
    again: int = 0
    tallies: Mapping[ChangeName, Tally] = field(default_factory=dict)

    def changes(self, take: frozenset[str] = frozenset()) -> int:
        """How many changes applying it makes, when it takes the other side in some classes."""
        return sum(
            each.new + (each.conflicts if name in take else 0)
            for name, each in self.tallies.items()
        )

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "lines": self.lines, "unmatched": self.unmatched, "titles": self.titles,
            "again": self.again,
            "tallies": {n: [t.new, t.same, t.conflicts] for n, t in self.tallies.items()},
        }  # fmt: skip


def report_of(document: Mapping[str, Any]) -> Report:
    """A report as it was stored; an empty one where there is none yet."""
    return Report(
        document.get("lines", 0), document.get("unmatched", 0), document.get("titles", 0),
        document.get("again", 0),
        {
            name: Tally(*document["tallies"][name])
            for name in CHANGES if name in document.get("tallies", {})
        },
    )  # fmt: skip


def sentence(name: ChangeName, tally: Tally) -> str:
    """ "12 new ratings, 3 are there already, 2 differ from yours"."""
    one, many = WORDS[name]
    parts = []
    if tally.new:
        parts.append(f"{tally.new:,} new {one if tally.new == 1 else many}")
    if tally.same:
        what = "" if tally.new else f" {one if tally.same == 1 else many}"
        parts.append(f"{tally.same:,}{what} {'is' if tally.same == 1 else 'are'} there already")
    if tally.conflicts:
        what = "" if parts else f" {one if tally.conflicts == 1 else many}"
        differ = "differs" if tally.conflicts == 1 else "differ"
        parts.append(f"{tally.conflicts:,}{what} {differ} from yours")
    return ", ".join(parts)


def summary(report: Report) -> str:
    """ "7 lines, 1 of which could not be used"."""
    found = counted(report.lines, "line")
    if report.unmatched:
        return f"{found}, {report.unmatched:,} of which could not be used"
    return found
