"""What an imported file is called in the library. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from string import Formatter

from seen.core.errors import Invalid

MOVIE_NAME = "{title} ({year})/{title} ({year}){edition}{part}"
SHOW_NAME = "{title} ({year})/Season {season}/{title} S{season}E{episode}"
_FIELDS = {
    "movie": frozenset({"title", "year", "edition", "part", "resolution"}),
    "show": frozenset({"title", "year", "season", "episode", "episode_title", "resolution"}),
}
# A name of one folder or file, in bytes; what file systems take is 255.
_LONGEST = 200
_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
_EMPTY_BRACKETS = re.compile(r"\s*[(\[]\s*[)\]]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Names:
    """The templates of an admin."""

    movie: str = MOVIE_NAME
    show: str = SHOW_NAME


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a file's content. ``episodes`` are numbers in the season, in order."""

    kind: str
    title: str
    year: int | None = None
    season: int | None = None
    episodes: tuple[int, ...] = ()
    episode_title: str = ""
    edition: str = ""
    part: int | None = None
    resolution: str = ""


def checked_template(text: str, kind: str) -> str:
    """A template that can be used. Raises Invalid.

    It names fields in braces and folders by slashes, and must tell one title from another.
    """
    try:
        parsed = [each for each in Formatter().parse(text) if each[1] is not None]
    except ValueError as error:
        raise Invalid(f"The template cannot be read: {error}.") from error
    if any(spec or conversion for _, _, spec, conversion in parsed):
        raise Invalid("The template may name fields in braces and nothing more inside them.")
    fields = [str(name) for _, name, _, _ in parsed]
    unknown = [each for each in fields if each not in _FIELDS[kind]]
    if unknown:
        raise Invalid(
            f"The template names {{{unknown[0]}}}; it may name {', '.join(sorted(_FIELDS[kind]))}."
        )
    needed = {"title"} if kind == "movie" else {"title", "season", "episode"}
    if missing := needed - set(fields):
        raise Invalid(f"The template must name {{{sorted(missing)[0]}}}.")
    if len(text) > 300 or not text.isprintable() or ".." in text or text.startswith("/"):
        raise Invalid("The template must name folders and a file below the library folder.")
    return text


def target_name(known: Known, names: Names, suffix: str) -> PurePosixPath:
    """Where a file goes, below the library folder. ``suffix`` is kept as it is."""
    template = names.movie if known.kind == "movie" else names.show
    values = _values(known)
    parts = [
        safe_name(_EMPTY_BRACKETS.sub("", part.format_map(values)))
        for part in template.split("/")
        if part.strip()
    ]
    parts[-1] = safe_name(parts[-1], room=len(suffix.encode())) + suffix
    return PurePosixPath(*parts)


def _values(known: Known) -> Mapping[str, str]:
    numbers = known.episodes
    episode = f"{numbers[0]:02}" if numbers else ""
    if len(numbers) > 1:
        episode += f"-E{numbers[-1]:02}"
    return {
        "title": _flat(known.title),
        "year": str(known.year or ""),
        "season": f"{known.season:02}" if known.season is not None else "",
        "episode": episode,
        "episode_title": _flat(known.episode_title),
        "edition": f" - {_flat(known.edition)}" if known.edition else "",
        "part": f" - part{known.part}" if known.part else "",
        "resolution": _flat(known.resolution),
    }


def _flat(text: str) -> str:
    """A value that cannot become folders, nor a field of the template."""
    return _FORBIDDEN.sub(" ", text)


def safe_name(text: str, room: int = 0) -> str:
    """A name of one folder or file that every file system takes; ``room`` bytes are left free."""
    plain = "".join(
        " " if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else each
        for each in unicodedata.normalize("NFC", text)
    )
    name = _SPACES.sub(" ", _FORBIDDEN.sub(" ", plain)).strip(" .")
    cut = name.encode()[: _LONGEST - room].decode(errors="ignore").strip(" .")
    return cut or "Untitled"
