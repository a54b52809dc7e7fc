"""Which files of a download may come into the library, and why the others may not. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal

from seen.library.model import kind_of_file

Take = Literal["video", "subtitle"]

_PROGRAMS = frozenset(
    (".exe", ".scr", ".com", ".pif", ".bat", ".cmd", ".msi", ".msix", ".lnk", ".url", ".vbs",
     ".vbe", ".js", ".jse", ".mjs", ".wsf", ".wsh", ".hta", ".ps1", ".psm1", ".reg", ".jar",
     ".cpl", ".dll", ".sys", ".scf", ".inf", ".gadget", ".application", ".appx", ".sh", ".bash",
     ".zsh", ".py", ".pyc", ".pl", ".rb", ".php", ".run", ".bin", ".elf", ".so", ".app", ".dmg",
     ".pkg", ".command", ".apk", ".deb", ".rpm", ".appimage", ".desktop", ".service", ".html",
     ".htm", ".xhtml", ".svg", ".swf", ".chm", ".docm", ".xlsm", ".iso", ".img", ".vhd", ".vhdx")
)  # fmt: skip
_PACKED = frozenset(
    (".rar", ".zip", ".7z", ".tar", ".gz", ".xz", ".bz2", ".zst", ".tgz", ".cab", ".ace", ".arj")
)
# How files of these kinds begin, whatever they are called.
_BEGINNINGS = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"\xcf\xfa\xed\xfe", "a macOS program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"#!", "a script"),
    (b"PK\x03\x04", "a packed file"),
    (b"Rar!\x1a\x07", "a packed file"),
    (b"7z\xbc\xaf\x27\x1c", "a packed file"),
    (b"<!DOCTYPE html", "a web page"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
)
_SIDE_CARS = (".seen-part", ".aria2", ".part", ".!qb", ".!ut", ".resume", ".fastresume")
HEAD_BYTES = 16
"""How much of a file's beginning is looked at."""


def verdict(path: str, size: int, head: bytes) -> tuple[Take | None, str]:
    """What a file may come in as, or None with the reason why it stays out.

    ``path`` is relative, ``head`` the file's first bytes.
    """
    name = PurePosixPath(path).name
    suffixes = [each.lower() for each in PurePosixPath(name).suffixes]
    last = suffixes[-1] if suffixes else ""
    if name.startswith(".") or last in _SIDE_CARS:
        return None, "It is a left-over of the download"
    if last in _PROGRAMS:
        return None, f"Files that end in {last} can do harm"
    if last in _PACKED:
        return None, f"It is packed ({last}) and is not unpacked here"
    kind = kind_of_file(name)
    if kind == "":
        return None, "It is no film, episode or subtitle"
    if size == 0:
        return None, "It is empty"
    # Text may begin in any way; what claims to be a film must not be something that runs.
    for beginning, what in _BEGINNINGS:
        if kind == "video" and head.startswith(beginning):
            return None, f"It is called {last} but is {what}"
    return ("video" if kind == "video" else "subtitle"), ""
