"""What can be asked of Discover, and cards made of what is found. No I/O, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal, NamedTuple
from uuid import UUID

from seen.catalog.model import Summary
from seen.catalog.model.sections import SECTIONS
from seen.core.wording import day
from seen.playback.standing import Standing
from seen.plugin.models import Card, FeedKind, MediaKind
from seen.tracking.model import Mark, card_of
from seen.tracking.model.opinions import Part, Rating
from seen.tracking.model.relation import Relation
from seen.tracking.model.states import PlaySession

Order = Literal["popular", "newest", "top_rated", "title"]
Unseen = Literal["", "unseen"]
ALL_KINDS = tuple(MediaKind)
# Most cards of a page are the same the next time; about 2 kB each.
_KEPT_CARDS = 4_096


class Wish(NamedTuple):
    """What somebody wants to see listed: one of the lists, or the whole catalog in some order.

    ``seen`` "unseen" leaves out what the viewer has seen. ``platform`` goes with games alone.
    """

    section: FeedKind | None = None
    kinds: tuple[MediaKind, ...] = ALL_KINDS
    genre: str = ""
    platform: str = ""
    year: int | None = None
    seen: Unseen = ""
    order: Order = "popular"
    limit: int = 40

    @property
    def is_narrow(self) -> bool:
        """Whether it asks for one list rather than for all of them."""
        return bool(
            self.section or self.genre or self.platform or self.year or self.seen
            or self.order != "popular"
        )  # fmt: skip


@lru_cache(maxsize=4096)
def query_hash(viewer_id: UUID, wish: Wish, cursor: str) -> str:
    """The part of a cache key that stands for a question and whoever asks it."""
    text = repr((viewer_id.hex, wish, cursor))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class Marks(NamedTuple):
    """What a viewer has to do with a title. ``percent`` is how far its download is, None without
    one; ``episodes`` are how many the viewer has seen and how many there are, None where none was
    seen."""

    seen: bool = False
    progress: float | None = None
    watch_later: bool = False
    in_library: bool = False
    percent: int | None = None
    episodes: tuple[int, int] | None = None


UNMARKED = Marks()


class Shown(NamedTuple):
    """A title as it comes out of the database, with the viewer's :class:`Marks`."""

    id: UUID
    kind: str
    title: str
    year: int | None
    release_date: date | None
    poster_version: str
    backdrop_version: str
    genre: str
    seen: bool
    progress: float | None
    watch_later: bool
    in_library: bool
    percent: int | None
    episodes: tuple[int, int] | None


def marked(shown: Sequence[Shown], marks: Mapping[UUID, Marks]) -> tuple[Shown, ...]:
    """The same titles with the marks that are on some of them."""
    return tuple(
        each._replace(**marks[each.id]._asdict()) if each.id in marks else each for each in shown
    )


@lru_cache(maxsize=_KEPT_CARDS)
def card(shown: Shown, today: date) -> Card:
    """The title's card. Something that is not out yet says when it will be."""
    seen, total = shown.episodes or (0, 0)
    kind = MediaKind(shown.kind)
    return card_of(
        Summary(
            shown.id,
            kind,
            shown.title,
            shown.year,
            None,
            "",
            None,
            shown.poster_version,
            shown.backdrop_version,
            shown.genre,
        ),
        Mark(
            shown.id,
            seen=shown.seen or (total > 0 and seen == total),
            progress=None if shown.progress is None else min(1.0, shown.progress),
            episodes_seen=seen,
            episodes_total=total,
            watch_later=shown.watch_later,
        ),
        in_library=shown.in_library,
        downloading=None if shown.percent is None else shown.percent / 100,
        badge=badge(shown, today),
    )


def badge(shown: Shown, today: date) -> str:
    """A word for the picture's corner: on its way, here, or out when."""
    if shown.percent is not None:
        return f"{shown.percent} %"
    if shown.in_library:
        return "In library"
    if shown.release_date is not None and shown.release_date > today:
        return day(shown.release_date, today)
    return ""


@dataclass(frozen=True, slots=True)
class Row:
    """A list with its titles. ``as_of`` is when its provider gave it."""

    section: FeedKind
    kind: MediaKind
    title: str
    shown: tuple[Shown, ...]
    as_of: datetime | None
    provider: str
    problem: str


def sections_of(kinds: Sequence[MediaKind]) -> list[FeedKind]:
    """The lists that any of some kinds has, in the order of the page."""
    return list(dict.fromkeys(each.key for each in SECTIONS if each.kind in kinds))


def age_sentence(as_of: datetime | None, now: datetime, problem: str) -> str:
    """How old a list is, where that is worth a word; "" while it is fresh."""
    if as_of is None or not problem:
        return ""
    hours = (now - as_of).total_seconds() / 3600
    if hours < 1:
        return "As of less than an hour ago."
    if hours < 48:
        return f"As of {round(hours)} h ago."
    return f"As of {round(hours / 24)} days ago."


@dataclass(frozen=True, slots=True)
class Whole:
    """A title for its page. ``card`` holds the viewer's marks; ``related`` are other titles, each
    with what it is to this one; ``is_coming`` says that more is being asked for. ``ratings`` are
    the viewer's, of the title and its parts."""

    at: Standing
    card: Card
    related: tuple[tuple[str, Card], ...]
    is_coming: bool
    relation: Relation
    ratings: Mapping[Part, Rating]
    sessions: tuple[PlaySession, ...] = ()

    @property
    def rating(self) -> Rating | None:
        """The viewer's rating of the title itself."""
        return self.ratings.get(Part(self.at.title.id))
