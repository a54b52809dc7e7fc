"""Reads what a server answers: no I/O here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote, urlsplit

from seen.plugin.filenames import safe_file_name
from seen_engine_http.troubles import Changed, Hopeless, Trouble

_CONTENT_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)")
_SUFFIXES = {
    "video/mp4": ".mp4", "video/x-matroska": ".mkv", "video/webm": ".webm",
    "video/x-msvideo": ".avi", "video/quicktime": ".mov", "video/mp2t": ".ts",
    "application/zip": ".zip", "application/x-iso9660-image": ".iso",
}  # fmt: skip
_LATER = (408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524)


@dataclass(frozen=True, slots=True)
class Version:
    """Which copy of the file it is: its size, and what the server calls it."""

    total: int | None = None
    etag: str = ""
    last_modified: str = ""

    @property
    def condition(self) -> str:
        """The value of If-Range; "" where the server named nothing that may stand there."""
        strong = self.etag and not self.etag.startswith("W/")
        return self.etag if strong else self.last_modified

    def contradicts(self, other: Version) -> bool:
        """Whether these cannot be the same copy."""
        pairs = ((self.total, other.total), (self.etag, other.etag),
                 (self.last_modified, other.last_modified))  # fmt: skip
        return any(a not in (None, "") and b not in (None, "") and a != b for a, b in pairs)

    def proves(self, other: Version) -> bool:
        """Whether these are the same copy by the server's own word."""
        named = (self.etag and self.etag == other.etag) or (
            self.last_modified and self.last_modified == other.last_modified
        )
        return bool(named) and not self.contradicts(other)


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer. ``start`` is where a part begins; None when it is the whole file."""

    status: int
    version: Version
    start: int | None = None
    gives_parts: bool = True
    retry_after: float | None = None


def read_answer(status: int, headers: Mapping[str, str]) -> Answer:
    """The head as far as it is understood."""
    total, start = _digits(headers.get("Content-Length", "")), None
    found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip().lower())
    if status in (206, 416):
        total = _digits(found[3]) if found else None
        start = _digits(found[1]) if found and found[1] else None
    return Answer(
        status, Version(total, headers.get("ETag", ""), headers.get("Last-Modified", "")), start,
        headers.get("Accept-Ranges", "").strip().lower() != "none",
        _seconds(headers.get("Retry-After", "")),
    )  # fmt: skip


def check(answer: Answer, begun: Version, wanted: int) -> None:
    """Return where the body may be used for a file of the version ``begun`` from the byte
    ``wanted`` on, or from its start where it is whole.

    Raises Changed, Trouble or Hopeless.
    """
    if answer.status in (200, 203):
        return
    if answer.status == 206:
        if answer.version.contradicts(begun):
            raise Changed
        if answer.start != wanted:
            raise Trouble("The server gave another part of the file than it was asked for")
        return
    if answer.status == 416:
        if answer.version.total != begun.total:
            raise Changed
        raise Trouble("The server does not give the part of the file that is missing")
    raise _refusal(answer)


def _refusal(answer: Answer) -> Trouble | Hopeless:
    status = answer.status
    if status in _LATER:
        return Trouble(f"The server has trouble of its own (status {status})", answer.retry_after)
    if status in (401, 403, 407):
        return Hopeless(f"The server does not let us have this file (status {status})")
    if status in (404, 410):
        return Hopeless(f"The server does not have this file (status {status})")
    return Hopeless(f"The server refused with status {status}")


def name_of(disposition: str, content_type: str, *addresses: str) -> str:
    """What the file shall be called: by the server's word, else by the first address that names
    a file. Always safe to write."""
    paths = (unquote(urlsplit(each).path, errors="replace") for each in addresses)
    names = (safe_file_name(each, "") for each in (_filename(disposition), *paths))
    name = next(filter(None, names), "download")
    suffix = _SUFFIXES.get(content_type.partition(";")[0].strip().lower(), "")
    return name if "." in name else name + suffix


def _filename(disposition: str) -> str:
    message = Message()
    try:
        message["Content-Disposition"] = disposition
        return message.get_filename("")
    except (ValueError, LookupError, TypeError):
        return ""


def _digits(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text.strip()) else None


def _seconds(text: str) -> float | None:
    found = _digits(text)
    return None if found is None else float(found)
