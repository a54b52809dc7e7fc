"""What the name of a side-car subtitle says about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from seen.library.model.languages import language_code

SUFFIXES = frozenset({".srt", ".vtt", ".ass", ".ssa", ".sub", ".smi"})
_FORCED = frozenset({"forced", "foreign"})
_DEFAULT = frozenset({"default"})
_IMPAIRED = frozenset({"sdh", "cc", "hi"})
_JOINED = re.compile(r"^(?P<code>[A-Za-z]{2,3})-(?P<rest>[^\W\d_][\w -]{3,})$")


@dataclass(frozen=True, slots=True)
class SideCar:
    """A subtitle file's name, read. ``language`` is ISO 639-1 where there is such a code, else
    639-2, or "" when the name says none; ``title`` is what people called the track."""

    language: str = ""
    title: str = ""
    forced: bool = False
    default: bool = False
    hearing_impaired: bool = False


def read_sidecar(name: str, video_stem: str = "") -> SideCar:
    """Read ``Film.en.forced.srt``. ``video_stem`` is the video's name without suffix ("Film").

    Without it, the words are read from the end up to the first one that is neither a language nor
    a mark; what stands between such words is the track's title.
    """
    stem = PurePosixPath(name).stem
    if video_stem and stem.lower().startswith(video_stem.lower()):
        return _read(stem[len(video_stem) :].strip(" ._-").split("."))
    return _read(_tail(stem.split(".")))


def belongs_to(name: str, video_stem: str) -> bool:
    """Whether a side-car belongs to the video: the same name, then nothing or a separator."""
    stem = PurePosixPath(name).stem
    if not stem.lower().startswith(video_stem.lower()):
        return False
    rest = stem[len(video_stem) :]
    return not rest or rest[0] in "._- [("


def _tail(parts: list[str]) -> list[str]:
    """The parts from the first that says something about the track on; the name comes before."""
    for at, part in enumerate(parts[1:], 1):
        if _mark(part) or language_code(part) or _JOINED.match(part):
            start = at
            # a title may stand in front of the first mark, but then the name ends with a bracket
            if at > 1 and parts[at - 2].rstrip().endswith(("]", ")")):
                start = at - 1
            return parts[start:]
    return []


def _mark(part: str) -> str:
    word = part.strip().lower()
    if word in _FORCED:
        return "forced"
    if word in _DEFAULT:
        return "default"
    return "impaired" if word in _IMPAIRED else ""


def _read(parts: list[str]) -> SideCar:
    words = [part.strip() for part in _split(parts) if part.strip()]
    at = _language_at(words)
    language = language_code(words[at]) if at is not None else ""
    marks: set[str] = set()
    title: list[str] = []
    for number, word in enumerate(words):
        mark = _mark(word)
        if number == at:
            continue
        if mark:
            marks.add(mark)
        else:
            title.append(word)
    return SideCar(
        language=language,
        title=re.sub(r"\s+-\s+\d+$", "", ".".join(title)).strip(" -"),
        forced="forced" in marks,
        default="default" in marks,
        hearing_impaired="impaired" in marks,
    )


def _split(parts: list[str]) -> Iterator[str]:
    """The parts, with ``ru-something`` taken apart and ``en-US`` left whole."""
    for part in parts:
        joined = _JOINED.match(part)
        if joined and language_code(joined["code"]):
            yield joined["code"]
            yield joined["rest"]
        else:
            yield part


def _language_at(words: list[str]) -> int | None:
    """Which word is the language: the last that is one, for a title may be a language's code too.

    "hi" is Hindi where no other language is named, and hearing impaired beside one.
    """
    found = [at for at, word in enumerate(words) if language_code(word)]
    named = [at for at in found if words[at].lower() != "hi"]
    if named:
        return named[-1]
    return found[-1] if found else None
