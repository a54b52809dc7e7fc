"""A job's files on the disk. Everything here blocks."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from seen.plugin import PluginError
from seen.plugin.filenames import safe_file_name
from seen.plugin.partial import (
    Partial,
    Ranges,
    find_partials,
    forget_partial,
    this_boot,
    write_partial,
)
from seen_engine_aria2.control import SUFFIX, read_control, write_control

OVERLAP = 64 * 1024
"""Bytes at the end of a file of unknown origin that are fetched again."""


def control_of(path: Path) -> Path:
    """Where aria2's control file for a file or a folder lies."""
    return path.with_name(path.name + SUFFIX)


def is_unknown(path: Path) -> bool:
    """Whether something is there of which aria2 has no account."""
    return path.exists() and not control_of(path).exists()


def name_of(source: str) -> str:
    """What the file behind an address is called."""
    return safe_file_name(unquote(urlsplit(source).path, errors="replace"))


def make_ready(folder: Path, name: str) -> None:
    """Before aria2 gets a file: without its control file nobody knows what of it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if path.is_symlink() or is_unknown(path):
        path.unlink()


def take_over(folder: Path, source: str) -> tuple[str, str, bool]:
    """Make of what another engine left something that aria2 goes on with: the name of the file, the
    version it is a copy of, and whether it is of unknown origin, good from its start to its end."""
    for path, partial in find_partials(folder, source).items():
        there = partial.verified(path.stat().st_size)
        forget_partial(path)
        if partial.bytes_total is None:
            return path.name, "", False
        control_of(path).write_bytes(write_control(partial.bytes_total, there))
        strong = partial.etag and not partial.etag.startswith("W/")
        return path.name, partial.etag if strong else partial.last_modified, False
    there_is = [each for each in folder.iterdir() if each.is_file() and not each.is_symlink()]
    named = folder / name_of(source)
    path = there_is[0] if len(there_is) == 1 else named
    if path in there_is and not control_of(path).exists():
        os.truncate(path, max(0, path.stat().st_size - OVERLAP))
        return path.name, "", True
    return named.name, "", False


def hand_on(path: Path, source: str) -> None:
    """Leave an unfinished file so that another engine can go on with it."""
    control = control_of(path)
    if control.exists() and path.exists():
        try:
            total, there = read_control(control.read_bytes())
        except ValueError:
            total, there = 0, Ranges()
        written = tuple(there.within(path.stat().st_size))
        write_partial(path, Partial(source, total or None, written=written, boot=this_boot()))
    control.unlink(missing_ok=True)


def begin_anew(folder: Path, names: Sequence[str]) -> None:
    """Take a job's files away, with what belongs to them and the folders that become empty."""
    tops = {folder / name.partition("/")[0] for name in names if name}
    for each in tops:
        control_of(each).unlink(missing_ok=True)
    for name in names:
        path = folder / name
        if path.parent.resolve().is_relative_to(folder.resolve()):
            with contextlib.suppress(FileNotFoundError, IsADirectoryError, PermissionError):
                path.unlink()
            forget_partial(path)
    for each in tops:
        for parent, _, _ in os.walk(each, topdown=False):
            with contextlib.suppress(OSError):
                Path(parent).rmdir()


def check_complete(folder: Path, sizes: dict[str, int]) -> None:
    """Raise PluginError unless the files are where they should be, whole."""
    for name, size in sizes.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise PluginError("aria2 wrote outside of the download's folder")
        if not path.exists():
            raise PluginError(
                f"aria2 says it has written {path}, but there is no such file here: both need to "
                "see the download folder under the same path"
            )
        if path.stat().st_size != size:
            raise PluginError(f"{name} is not as long as it should be")
