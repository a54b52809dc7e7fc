"""One thing that happened in another player."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import msgspec

from seen.catalog.model import folded_title, sane_year
from seen.catalog.model.wanted import Wanted
from seen.core.text import clean
from seen.plugin.models import MediaKind

Deed = Literal["play", "pause", "stop", "finish", "rate"]
S = TypeVar("S", bound=msgspec.Struct)
Id = str | int
"""An id as templates of people write it, with quotation marks or without."""

_LONGEST_TITLE = 500
_LONGEST_ID = 64
_LARGEST_NUMBER = 5_000
# Nothing that people watch in one sitting is longer; what is, is another unit.
_LONGEST_SECONDS = 7 * 86_400.0


class NotUnderstood(ValueError):
    """The body is not one that this player sends."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and with what. ``ids`` are the movie's, or the show's, not the episode's.

    Seconds; ``rating`` is 0 to 100; ``account`` is who watched, as the other server calls them.
    """

    deed: Deed
    kind: MediaKind
    title: str
    year: int | None = None
    season: int | None = None
    episode: int | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    position_seconds: float = 0.0
    duration_seconds: float = 0.0
    rating: int | None = None
    account: str = ""

    def wanted(self) -> Wanted:
        """The title as it is looked for."""
        title = clean(self.title, _LONGEST_TITLE)
        ids = {
            source: known for source, known in self.ids.items()
            if known and len(known) <= _LONGEST_ID and known.isascii() and known.isprintable()
        }  # fmt: skip
        return Wanted(self.kind, title, folded_title(title), sane_year(self.year), ids)

    @property
    def is_sane(self) -> bool:
        """Whether it names an episode where it has to, in numbers and times that there are."""
        numbers = (self.season, self.episode) if self.kind is MediaKind.SHOW else ()
        times = (self.position_seconds, self.duration_seconds)
        return all(each is not None and 0 <= each <= _LARGEST_NUMBER for each in numbers) and all(
            0 <= each <= _LONGEST_SECONDS for each in times
        )


def decoded(data: bytes, shape: type[S]) -> S:
    """A body as a struct; what is null is left out. Raises NotUnderstood."""
    try:
        return msgspec.convert(_without_nulls(msgspec.json.decode(data)), shape, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise NotUnderstood(str(error)) from error


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value if each is not None]
    return value


def ids_among(given: Mapping[str, Id]) -> dict[str, str]:
    """The ids of the services that titles are known by, whatever case their names have."""
    named = {source.casefold(): str(known) for source, known in given.items()}
    return {each: named[each] for each in ("imdb", "tmdb", "tvdb") if named.get(each)}


def scaled(rating: float | None, top: float) -> int | None:
    """A rating from 0 to ``top`` as 0 to 100."""
    if rating is None or not 0 <= rating <= top:
        return None
    return round(rating / top * 100)
