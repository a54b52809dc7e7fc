"""Reads side-car files as Kodi and others write them.

They come from anywhere, so nothing in them is trusted: no entities, no document types, a limit on
the size, and a file that is no XML may still hold the address of a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

LARGEST = 1024 * 1024
_ROOTS = ("movie", "tvshow", "episodedetails")
_DOCUMENT = re.compile(r"<(movie|tvshow|episodedetails)\b.*?</\1\s*>", re.DOTALL)
_HEAD = re.compile(r"<\?xml[^>]*\?>")
_STRAY = re.compile(r"&(?!#?\w{1,32};)")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_MARKUP = re.compile(r"<[A-Za-z/!][^>]{0,2000}>")
_ADDRESSES = (
    ("tmdb", "movie", re.compile(r"themoviedb\.org/movie/(\d{1,10})")),
    ("tmdb", "tvshow", re.compile(r"themoviedb\.org/tv/(\d{1,10})")),
    ("imdb", "", re.compile(r"imdb\.com/title/(tt\d{5,10})")),
    ("tvdb", "tvshow",
     re.compile(r"thetvdb\.com/(?:\?(?:\S*&)?id=|dereferrer/series/|series/)(\d{1,10})")),
)  # fmt: skip
_ID_SHAPES = {"tmdb": r"\d{1,10}", "tvdb": r"\d{1,10}", "imdb": r"tt\d{5,10}"}


@dataclass(frozen=True, slots=True)
class Nfo:
    """One document of a side-car. ``root`` is its element's name, or "" for a mere address."""

    root: str = ""
    title: str = ""
    original_title: str = ""
    year: int | None = None
    released: date | None = None
    plot: str = ""
    tagline: str = ""
    runtime_minutes: int | None = None
    rating: int | None = None
    votes: int = 0
    content_rating: str = ""
    status: str = ""
    genres: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    actors: tuple[tuple[str, str], ...] = ()
    crew: tuple[tuple[str, str], ...] = ()
    season: int | None = None
    episode: int | None = None
    ids: dict[str, str] = field(default_factory=dict)


def read_nfo(path: Path) -> tuple[Nfo, ...]:
    """The documents of a side-car in order; empty when there is nothing of use or no file."""
    try:
        if not path.is_file():
            return ()
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError:
        return ()
    return parse_nfo(raw) if len(raw) <= LARGEST else ()


def parse_nfo(raw: bytes) -> tuple[Nfo, ...]:
    """The same from bytes. Never raises."""
    text = _decoded(raw)
    found = tuple(nfo for each in _DOCUMENT.finditer(text) if (nfo := _document(each[0])))
    if found:
        return found
    ids = _addresses(text, "")
    return (Nfo(ids=ids),) if ids else ()


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-16", "utf-8-sig", "cp1252"):
        if encoding == "utf-16" and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            return _CONTROL.sub("", raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return _CONTROL.sub("", raw.decode("utf-8", "replace"))


def _document(text: str) -> Nfo | None:
    for attempt in (text, _STRAY.sub("&amp;", text)):
        try:
            element = fromstring(_HEAD.sub("", attempt), forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, RecursionError):
            continue
        return _made(element, text)
    ids = _addresses(text, "")
    return Nfo(ids=ids) if ids else None


def _made(element: Any, text: str) -> Nfo:
    days = (_day(_text(element, name)) for name in ("premiered", "aired", "releasedate"))
    released = next((each for each in days if each), None)
    votes = _text(element, "votes") or _text(element, "ratings/rating/votes")
    year = _whole(_text(element, "year"))
    return Nfo(
        root=str(element.tag),
        title=_text(element, "title"),
        original_title=_text(element, "originaltitle"),
        year=year if year and 1870 <= year <= 2200 else (released.year if released else None),
        released=released,
        plot=_text(element, "plot", longest=4000) or _text(element, "outline", longest=4000),
        tagline=_text(element, "tagline", longest=500),
        runtime_minutes=_whole(re.sub(r"\D.*$", "", _text(element, "runtime"))) or None,
        rating=_rating(element),
        votes=_whole(re.sub(r"\D", "", votes)) or 0,
        content_rating=_text(element, "mpaa", longest=40),
        status=_text(element, "status", longest=60),
        genres=tuple(_genres(element)),
        tags=tuple(_texts(element, "tag"))[:60],
        actors=tuple(_actors(element)),
        crew=tuple([(name, "Director") for name in _texts(element, "director")]
                   + [(name, "Writer") for name in _texts(element, "credits")])[:25],
        season=_whole(_text(element, "season")),
        episode=_whole(_text(element, "episode")),
        ids=_ids(element) or _addresses(text, str(element.tag)),
    )  # fmt: skip


def plain(text: str, longest: int = 300) -> str:
    """Text without markup, control and direction-changing characters, at most ``longest`` long."""
    return " ".join(_CONTROL.sub("", _MARKUP.sub("", text[: longest * 4])).split())[:longest]


def _text(element: Any, path: str, longest: int = 300) -> str:
    found = element.find(path)
    text = (found.text or "") if found is not None else ""
    return plain(text, longest)


def _texts(element: Any, path: str) -> Iterator[str]:
    for found in element.findall(path)[:200]:
        text = plain(found.text or "", 200)
        if text:
            yield text


def _genres(element: Any) -> Iterator[str]:
    names = (part.strip() for text in _texts(element, "genre") for part in re.split(r"[/|]", text))
    yield from dict.fromkeys(each for each in names if each)


def _actors(element: Any) -> Iterator[tuple[str, str]]:
    for actor in element.findall("actor")[:40]:
        name = _text(actor, "name")
        if name:
            yield name, _text(actor, "role")


def _rating(element: Any) -> int | None:
    text = _text(element, "ratings/rating/value") or _text(element, "rating")
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return round(value * 10) if 0 < value <= 10 else None


def _ids(element: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in element.findall("uniqueid")[:20]:
        found.setdefault(str(each.get("type", "")).lower(), (each.text or "").strip())
    for source in _ID_SHAPES:
        found.setdefault(source, _text(element, f"{source}id") or _text(element, f"{source}_id"))
    own = _text(element, "id")
    if own.startswith("tt") and not found.get("imdb"):
        found["imdb"] = own
    return {
        source: found[source]
        for source, shape in _ID_SHAPES.items()
        if re.fullmatch(shape, found.get(source, ""), re.ASCII)
    }


def _addresses(text: str, root: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for source, kind, pattern in _ADDRESSES:
        match = pattern.search(text[:LARGEST])
        if match and (not kind or not root or kind == root):
            found.setdefault(source, match[1])
    return found


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
