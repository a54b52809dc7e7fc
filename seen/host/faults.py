"""Turns an exception or a hanging frame into words that tell a person where to look."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import FrameType

from seen.core.text import clean

_LONGEST = 400


def words(error: BaseException) -> str:
    """The exception's own text on one line, safe to store, whatever its ``__str__`` does."""
    try:
        text = str(error)
    except Exception:
        text = "(its text cannot be read)"
    return " ".join(clean(text, _LONGEST).split())


def named(error: BaseException) -> str:
    """The exception's class and text, such as "KeyError: 'id'"."""
    text = words(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def place(error: BaseException, folder: Path | None) -> str:
    """Where in the plugin it happened, such as "seen_bad/__init__.py, line 3"; "" if elsewhere."""
    if isinstance(error, SyntaxError) and error.filename and _inside(error.filename, folder):
        return _label(error.filename, error.lineno or 0, folder)
    found = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if _inside(frame.f_code.co_filename, folder):
            found = _label(frame.f_code.co_filename, line, folder)
    return found


def fault(error: BaseException, folder: Path | None) -> str:
    """Class, text and place in one."""
    where = place(error, folder)
    return f"{named(error)} ({where})" if where else named(error)


def import_fault(error: BaseException, folder: Path | None) -> str:
    """Why a plugin cannot be imported."""
    text = words(error) if isinstance(error, ImportError) and words(error) else named(error)
    if isinstance(error, SyntaxError):
        text = f"SyntaxError: {error.msg}"
    where = place(error, folder)
    return f"Cannot be imported: {text}" + (f" ({where})" if where else "")


def hanging_place(frame: FrameType | None, folder: Path | None, own_only: bool = False) -> str:
    """The innermost line of the plugin's own code that a thread is in, or else of any code."""
    innermost = frame
    while frame is not None:
        if _inside(frame.f_code.co_filename, folder):
            return _label(frame.f_code.co_filename, frame.f_lineno, folder)
        frame = frame.f_back
    if innermost is None or own_only:
        return ""
    return _label(innermost.f_code.co_filename, innermost.f_lineno, None)


def _inside(filename: str, folder: Path | None) -> bool:
    return folder is not None and Path(filename).is_relative_to(folder)


def _label(filename: str, line: int, folder: Path | None) -> str:
    path = Path(filename)
    shown = path.relative_to(folder.parent) if folder is not None else Path(*path.parts[-2:])
    return f"{shown.as_posix()}, line {line}"
