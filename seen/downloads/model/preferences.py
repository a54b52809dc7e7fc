"""What an admin has decided about downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import msgspec

from seen.downloads.model.naming import MOVIE_NAME, SHOW_NAME, Names

Way = Literal["link", "copy", "in_place"]


class Preferences(msgspec.Struct, frozen=True, rename="camel"):
    """Where finished downloads go and what they are called there.

    ``roots`` names a library folder for each kind ("movie", "show") and for the rest (""). ``way``
    is how a file gets there: by a second name for the same bytes where the disk allows it, else by
    a copy; always by a copy; or not at all, where downloads lie in a library folder already. A
    quota of 0 is none; bytes are counted over 30 days.
    """

    roots: dict[str, UUID] = msgspec.field(default_factory=dict)
    way: Way = "link"
    movie_name: str = MOVIE_NAME
    show_name: str = SHOW_NAME
    quota_jobs: int = 0
    quota_bytes: int = 0

    def root_for(self, kind: str) -> UUID | None:
        """The folder for a kind of title; None where none was chosen."""
        return self.roots.get(kind) or self.roots.get("")

    @property
    def names(self) -> Names:
        return Names(self.movie_name, self.show_name)


def read_preferences(stored: Any) -> Preferences:
    """What is stored; the defaults where nothing is, or nothing that can be read."""
    try:
        return msgspec.convert(stored or {}, Preferences)
    except msgspec.ValidationError:
        return Preferences()


@dataclass(frozen=True, slots=True)
class Quota:
    """What one person may have: unfinished downloads, and bytes in 30 days; 0 is no limit."""

    jobs: int = 0
    bytes: int = 0

    @staticmethod
    def of(preferences: Preferences, own: Mapping[str, int | None]) -> Quota:
        """The usual quota with a person's own figures over it; None is as usual."""
        jobs, amount = own.get("jobs"), own.get("bytes")
        return Quota(
            preferences.quota_jobs if jobs is None else jobs,
            preferences.quota_bytes if amount is None else amount,
        )
