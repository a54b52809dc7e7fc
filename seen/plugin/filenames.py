"""Makes a name for a file out of what a stranger says it is called."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 200
"""Bytes of a name in UTF-8; leaves room for the suffixes of side-cars below the usual 255."""
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_SIDE_CARS = (".seen-part", ".aria2", ".new")


def safe_file_name(said: str, otherwise: str = "download") -> str:
    """A name for one file inside a folder: never a path, never hidden, no device, no control or
    direction marks, not longer than LONGEST bytes, nothing that a side-car is called.

    ``otherwise`` is taken where nothing is left of what was said.
    """
    last = re.split(r"[/\\]", said.rstrip("/\\"))[-1]
    plain = "".join(each if _is_fit(each) else "_" for each in unicodedata.normalize("NFC", last))
    name = " ".join(_FORBIDDEN.sub("_", plain).split()).strip(". ")
    if not name.strip("_"):
        return otherwise
    if _DEVICE.fullmatch(name) or name.lower().endswith(_SIDE_CARS):
        name = f"{name}_" if name.lower().endswith(_SIDE_CARS) else f"_{name}"
    return _shortened(name)


def _is_fit(character: str) -> bool:
    return character == " " or unicodedata.category(character) not in (
        "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp",
    )  # fmt: skip


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix.encode()) <= 16 else ""
    stem = name.removesuffix(suffix).encode()[: LONGEST - len(suffix.encode())]
    return stem.decode(errors="ignore").rstrip(". ") + suffix
