"""Which files of a finished download go into the library, and which belong together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from seen.downloads.model.filetypes import Take, verdict
from seen.library.model import belongs_to, is_extra


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that came. ``take`` is None where it stays out, for the ``reason``.

    ``follows`` is the path of the film that a subtitle belongs to, "" where that is not clear;
    ``extra`` marks bonus material.
    """

    path: str
    take: Take | None
    reason: str = ""
    follows: str = ""
    extra: bool = False


def arrivals(files: Iterable[tuple[str, int, bytes]]) -> list[Arrival]:
    """Sort the files of a download: path, size and first bytes of each."""
    judged = [(path, *verdict(path, size, head)) for path, size, head in files]
    films = [path for path, take, _ in judged if take == "video" and not _is_sample(path)]
    return [_arrival(path, take, reason, films) for path, take, reason in judged]


def _arrival(path: str, take: Take | None, reason: str, films: list[str]) -> Arrival:
    if take == "video":
        if _is_sample(path):
            return Arrival(path, None, "It is a sample")
        return Arrival(path, take, extra=is_extra(path))
    if take == "subtitle":
        follows = _film_of(path, films)
        if not follows:
            return Arrival(path, None, "It is not clear which film this subtitle belongs to")
        return Arrival(path, take, follows=follows)
    return Arrival(path, None, reason)


def _is_sample(path: str) -> bool:
    whole = PurePosixPath(path)
    names = (whole.stem.lower(), whole.parent.name.lower())
    return is_extra(path) and any("sample" in each for each in names)


def _film_of(path: str, films: list[str]) -> str:
    """The film that a subtitle is named after, or the only one there is."""
    name = PurePosixPath(path).name
    for film in films:
        if belongs_to(name, PurePosixPath(film).stem):
            return film
    main = [each for each in films if not is_extra(each)]
    return main[0] if len(main) == 1 else ""


def subtitle_name(subtitle: str, film: str, new_stem: str) -> str:
    """What a subtitle is called beside its film's new name: what its name says of language and
    kind stays."""
    name, stem = PurePosixPath(subtitle).name, PurePosixPath(film).stem
    if belongs_to(name, stem):
        return new_stem + name[len(stem) :]
    # "English.srt" in a folder of subtitles says nothing but the language.
    said = PurePosixPath(name)
    words = [each for each in said.stem.replace("_", ".").split(".") if each.isalpha()]
    return f"{new_stem}.{words[-1].lower()}{said.suffix}" if words else new_stem + said.suffix
