"""Walking a library folder: what is there, with one stat call a file.

Runs in a thread. Never opens a file, never follows a link out of the folder, and survives whatever
a disk can hold: names that are not UTF-8, loops, folders that cannot be read.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from seen.library.model.files import kind_of_file

_SKIPPED_FOLDERS = frozenset(
    {"@eadir", "lost+found", "$recycle.bin", "system volume information", ".trash"}
)
MAX_DEPTH = 400


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A media file as the walk sees it; surrogates stand for bytes that are not UTF-8."""

    path: str
    size: int
    modified_ns: int
    inode: tuple[int, int]

    @property
    def signature(self) -> tuple[int, int]:
        """What changes when the file does."""
        return (self.size, self.modified_ns)


@dataclass(slots=True)
class WalkResult:
    """Everything below a folder. ``subtitles`` maps a folder to its side-car files.

    ``trouble`` maps a path to a plain reason; ``links_out`` counts links that lead outside.
    """

    files: dict[str, FoundFile] = field(default_factory=dict)
    subtitles: dict[str, list[str]] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)
    links_out: int = 0
    entries: int = 0


class RootOffline(Exception):
    """The folder cannot be read at all; the message says why."""


def walk(root: Path) -> WalkResult:
    """Look through a library folder. Raises RootOffline when it is missing or unreadable."""
    top = os.path.realpath(root)
    try:
        with os.scandir(top):
            pass
    except OSError as error:
        raise RootOffline(reason_of(error)) from error
    return _Walker(top).run()


class _Walker:
    """Depth first, each folder once, with a list instead of recursion so depth is no danger."""

    def __init__(self, top: str) -> None:
        self._top = top
        self._waiting = [(top, 0)]
        self._result = WalkResult()

    def run(self) -> WalkResult:
        while self._waiting:
            folder, depth = self._waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        self._take(entry, depth)
            except OSError as error:
                self._result.trouble[folder] = reason_of(error)
        return self._result

    def _take(self, entry: os.DirEntry[str], depth: int) -> None:
        self._result.entries += 1
        if entry.name.startswith("."):
            return
        try:
            if entry.is_symlink() and not _inside(os.path.realpath(entry.path), self._top):
                self._result.links_out += 1
            elif entry.is_dir(follow_symlinks=False):
                self._take_folder(entry, depth)
            elif not entry.is_symlink():
                # A link inside the folder leads to a file that is found at its own place.
                self._take_file(entry)
        except OSError as error:
            self._result.trouble[entry.path] = reason_of(error)

    def _take_folder(self, entry: os.DirEntry[str], depth: int) -> None:
        if entry.name.lower() in _SKIPPED_FOLDERS:
            return
        if depth >= MAX_DEPTH:
            self._result.trouble[entry.path] = "The folder lies too deep"
            return
        self._waiting.append((entry.path, depth + 1))

    def _take_file(self, entry: os.DirEntry[str]) -> None:
        kind = kind_of_file(entry.name)
        if kind == "subtitle":
            folder = os.path.dirname(entry.path)
            self._result.subtitles.setdefault(folder, []).append(entry.path)
            return
        if not kind:
            return
        facts = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(facts.st_mode):
            # Pipes and sockets are not media, and opening one could wait for ever.
            return
        self._result.files[entry.path] = FoundFile(
            entry.path, facts.st_size, facts.st_mtime_ns, (facts.st_dev, facts.st_ino)
        )


def _inside(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


def reason_of(error: OSError) -> str:
    """An operating system's error as people say it."""
    plain = {
        "ENOENT": "It does not exist",
        "EACCES": "It may not be read by the server",
        "EPERM": "It may not be read by the server",
        "EIO": "The disk does not answer",
        "ENOTDIR": "It is not a folder",
        "ESTALE": "The network disk does not answer",
        "ENAMETOOLONG": "The path is too long",
        "ELOOP": "The links go round in circles",
    }
    code = errno.errorcode.get(error.errno or 0, "")
    return plain.get(code, f"It cannot be read ({error.strerror or error})")


def display_path(path: str) -> tuple[str, bytes | None]:
    """A path as text that can be stored and shown, and its exact bytes where that loses something.

    Bytes that are not UTF-8, control characters and NUL come out as escapes.
    """
    raw = os.fsencode(path)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace"), raw
    return text, None
