"""Which folders may be in the library, and what lies inside them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from seen.core.errors import Invalid
from seen.core.text import clean
from seen.library.model.records import Root
from seen.library.walk import reason_of


def checked_folder(path: str) -> str:
    """The real path of a folder that can be a library root. Raises Invalid."""
    text = path.strip()
    if not text or "\x00" in text or not Path(text).is_absolute():
        raise Invalid(
            "Give the full path of a folder, like /media/movies.",
            errors=[{"field": "path", "message": "This is not a full path"}],
        )
    real = os.path.realpath(text)
    if real == "/":
        raise Invalid("The whole disk is too much; choose a folder with media in it.")
    try:
        with os.scandir(real):
            pass
    except OSError as error:
        raise Invalid(
            f"{text}: {reason_of(error)}.", errors=[{"field": "path", "message": reason_of(error)}]
        ) from error
    try:
        real.encode()
    except UnicodeEncodeError as error:
        raise Invalid("The folder's name is not valid UTF-8.") from error
    return real


def is_below(path: str, root: str) -> bool:
    """Whether a path is a folder or lies inside it."""
    return path == root or path.startswith(root.rstrip("/") + "/")


def inside_roots(path: str, roots: Sequence[Root]) -> str:
    """The real path of something in a library folder. Raises Invalid for anything else."""
    real = os.path.realpath(path) if "\x00" not in path and Path(path).is_absolute() else ""
    if not any(is_below(real, root.path) for root in roots):
        raise Invalid(f"{clean(path, 200)} is not inside a library folder.", code="outside_library")
    return real
