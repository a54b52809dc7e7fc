"""What the provider remembers: which title lies where. One small file for each title.

Losing it costs nothing that another look at the library does not bring back.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from pathlib import Path

import msgspec

from seen.plugin import MediaKind


class Remembered(msgspec.Struct, frozen=True, omit_defaults=True):
    """A title as it was last seen. ``path`` is a media file of it, in the file system's bytes."""

    kind: str
    title: str
    year: int | None = None
    path: bytes = b""


def title_id(kind: MediaKind, title: str, year: int | None) -> str:
    """The title's id: the same for every spelling that differs in case, accents or punctuation
    only, wherever the files lie."""
    text = unicodedata.normalize("NFKD", title.casefold().replace("&", " and "))
    text = "".join(each for each in text if not unicodedata.combining(each))
    key = "".join(re.findall(r"[^\W_]+", text)) or title.casefold()
    made = f"{kind.value}\n{key}\n{year or ''}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(made).hexdigest()[:24]


class Memory:
    """Files below the plugin's data folder. All methods block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "titles"

    def get(self, known: str) -> Remembered | None:
        if not re.fullmatch(r"[0-9a-f]{24}", known):
            return None
        try:
            return msgspec.json.decode(self._path(known).read_bytes(), type=Remembered)
        except (OSError, msgspec.DecodeError):
            return None

    def put(self, known: str, title: Remembered) -> None:
        """Keep a title; writes only what is new. A full disk is no reason to fail a search."""
        if self.get(known) == title:
            return
        path = self._path(known)
        fresh = path.with_suffix(f".{os.getpid()}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.encode(title))
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)

    def _path(self, known: str) -> Path:
        return self._folder / known[:2] / f"{known}.json"
