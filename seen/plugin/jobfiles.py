"""What engines do with the files of a job beside writing them. All of this blocks."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from seen.plugin.errors import PluginError


def gather(path: Path, folder: Path) -> None:
    """Bring everything below ``path`` into ``folder``, for an adopted job whose bytes lie
    elsewhere. What is there already is left alone. Raises OSError."""
    if os.path.realpath(path) == os.path.realpath(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for each in sorted(path.iterdir()):
        if not os.path.lexists(folder / each.name):
            shutil.move(each, folder / each.name)


def delete_below(folder: Path, names: Iterable[str]) -> None:
    """Take a job's files away, and the folders that are empty then. A name that leads out of the
    folder is left alone."""
    tops = set()
    for name in names:
        path = folder / name
        if name and path.parent.resolve().is_relative_to(folder.resolve()):
            tops.add(folder / name.partition("/")[0])
            with contextlib.suppress(FileNotFoundError, IsADirectoryError, PermissionError):
                path.unlink()
    for top in tops:
        for parent, _, _ in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                Path(parent).rmdir()


def check_complete(program: str, folder: Path, sizes: Mapping[str, int]) -> None:
    """Raise PluginError unless the files that a program says are complete are there, whole."""
    for name, size in sizes.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise PluginError(f"{program} wrote outside of the download's folder")
        if not path.exists():
            raise PluginError(
                f"{program} says it has written {path}, but there is no such file here: both need "
                "to see the download folder under the same path"
            )
        if path.stat().st_size != size:
            raise PluginError(f"{name} is not as long as it should be")
