"""Titles from a file of our own. No network, no key, nothing to wait for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from seen.plugin import Health, MediaKind, NotFound, Unsupported
from seen.plugin.models import (
    BrowseQuery,
    Credit,
    ExternalRef,
    FeedKind,
    FeedPage,
    KnownTitle,
    Refreshed,
    SearchHit,
    TitleDetails,
)

SOURCE = "starter"
_PAGE = 20
_TABLES = {MediaKind.MOVIE: "movies", MediaKind.SHOW: "shows", MediaKind.GAME: "games"}
_JOBS: dict[MediaKind, Literal["Director", "Creator", ""]] = {
    MediaKind.MOVIE: "Director",
    MediaKind.SHOW: "Creator",
    MediaKind.GAME: "",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the catalog; ``place`` counts from 0 in the file's order."""

    ref: ExternalRef
    title: str
    year: int
    makers: tuple[str, ...]
    imdb: str
    genres: tuple[str, ...]
    line: str
    great: bool
    place: int


class StarterProvider:
    """The bundled catalog. It has no search: a file is never matched by it."""

    id = "starter"
    source = SOURCE
    kinds = frozenset(MediaKind)
    features: AbstractSet[str] = frozenset({"details", "feed", "refresh", "genres", "browse"})

    def __init__(self) -> None:
        self._entries: dict[ExternalRef, Entry] = {}
        self._version = ""

    # --- life ---

    async def start(self) -> None:
        """Read the file."""
        text = files(__package__).joinpath("titles.toml").read_text(encoding="utf-8")
        table = tomllib.loads(text)
        self._version = str(table["version"])
        found = [each for kind, name in _TABLES.items() for each in _entries(kind, table[name])]
        self._entries = {each.ref: each for each in found}

    async def health(self) -> Health:
        return Health()

    async def stop(self) -> None:
        """There is nothing to let go of."""

    # --- titles ---

    async def details(self, ref: ExternalRef, language: str = "en-US") -> TitleDetails:
        """All there is about a title. Raises NotFound."""
        entry = self._entries.get(ref)
        if entry is None:
            raise NotFound("The starter catalog does not have this")
        return _details(entry, self._version)

    async def refresh(
        self, known: Sequence[KnownTitle], language: str = "en-US"
    ) -> Sequence[Refreshed]:
        """Titles change when a new version of the catalog is installed, and at no other time."""
        answers = []
        for each in known:
            if each.ref.source != SOURCE:
                continue
            entry = self._entries.get(each.ref)
            if entry is None:
                answers.append(Refreshed(each.ref, "gone"))
            elif each.validator == self._version:
                answers.append(Refreshed(each.ref, "unchanged"))
            else:
                answers.append(Refreshed(each.ref, "changed", _details(entry, self._version)))
        return answers

    # --- lists ---

    async def feed(self, feed: FeedKind, kind: MediaKind, page: int = 1) -> FeedPage:
        """The whole catalog as "popular", the best of it as "top_rated". Raises Unsupported for
        lists that need somebody who counts."""
        if feed not in ("popular", "top_rated"):
            raise Unsupported(f"The starter catalog has no list {feed}")
        listed = [e for e in self._of(kind) if feed == "popular" or e.great]
        return self._page(listed, page)

    async def genres(self, kind: MediaKind) -> Sequence[str]:
        """Every genre of a kind, sorted."""
        return sorted({genre for each in self._of(kind) for genre in each.genres})

    async def browse(self, query: BrowseQuery) -> FeedPage:
        """The catalog by genre and year."""
        listed = [
            each
            for each in self._of(query.kind)
            if query.genre in ("", *each.genres) and query.year in (None, each.year)
        ]
        if query.order == "newest":
            listed.sort(key=lambda each: -each.year)
        elif query.order == "top_rated":
            listed.sort(key=lambda each: not each.great)
        return self._page(listed, query.page)

    def _of(self, kind: MediaKind) -> list[Entry]:
        return [each for each in self._entries.values() if each.ref.kind is kind]

    def _page(self, listed: Sequence[Entry], page: int) -> FeedPage:
        at = (page - 1) * _PAGE
        part = listed[at : at + _PAGE] if page >= 1 else []
        return FeedPage(
            tuple(_hit(each) for each in part),
            page + 1 if part and at + _PAGE < len(listed) else None,
            tuple(_details(each, self._version) for each in part),
        )


def _entries(kind: MediaKind, rows: Sequence[Sequence[Any]]) -> list[Entry]:
    return [
        Entry(
            ExternalRef(SOURCE, kind, _slug(title, year)),
            title,
            year,
            tuple(makers.split(", ")),
            imdb,
            tuple(genres.split(", ")),
            line,
            great,
            place,
        )
        for place, (title, year, makers, imdb, genres, line, great) in enumerate(rows)
    ]


def _slug(title: str, year: int) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")
    return f"{words}-{year}"


def _ids(entry: Entry) -> Mapping[str, str]:
    return {"imdb": entry.imdb} if entry.imdb else {}


def _hit(entry: Entry) -> SearchHit:
    return SearchHit(
        ref=entry.ref,
        title=entry.title,
        year=entry.year,
        overview=entry.line,
        # Below whatever anybody counted, in the file's order.
        popularity=1 / (2 + entry.place),
        external_ids=_ids(entry),
        genres=entry.genres,
    )


def _details(entry: Entry, version: str) -> TitleDetails:
    job = _JOBS[entry.ref.kind]
    return TitleDetails(
        ref=entry.ref,
        title=entry.title,
        overview=entry.line,
        popularity=1 / (2 + entry.place),
        genres=entry.genres,
        credits=tuple(Credit(each, job, "crew") for each in entry.makers) if job else (),
        companies=() if job else entry.makers,
        external_ids=_ids(entry),
        year=entry.year,
        validator=version,
    )
