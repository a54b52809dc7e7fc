"""The disk with the downloads: room, what an engine left there, and how it goes away again. Blocks:
use a thread."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from seen.downloads.model.paths import UnsafePath, check_paths, check_relative
from seen.plugin.models import EngineFile


class NotThere(Exception):
    """A file is not where the engine says it is. The message names it."""


def free_bytes(folder: Path) -> int:
    """How much room there is where a folder lies or will lie. Raises OSError."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def check_names(files: Sequence[EngineFile]) -> None:
    """Raise UnsafePath where an engine's files would not stay in the job's folder."""
    for each in files:
        check_relative(each.path)
    check_paths(each.path for each in files)


def check_files(folder: Path, files: Sequence[EngineFile]) -> None:
    """Raise UnsafePath or NotThere unless all files lie below the folder as the engine says."""
    check_names(files)
    top = os.path.realpath(folder)
    for each in files:
        path = folder / each.path
        try:
            facts = path.stat(follow_symlinks=False)
        except OSError as error:
            raise NotThere(each.path) from error
        inside = Path(os.path.realpath(path)).is_relative_to(top)
        if not inside or not stat.S_ISREG(facts.st_mode):
            raise UnsafePath(f"{each.path[:100]} is not a file in the download's folder")
        if facts.st_size != each.size_bytes:
            raise NotThere(each.path)


def remove_folder(folder: Path) -> None:
    """Take a job's folder away with all that is in it; nothing else is touched."""
    shutil.rmtree(folder, ignore_errors=True)
