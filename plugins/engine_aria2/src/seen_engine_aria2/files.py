"""A job's files on the disk. Everything here blocks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from seen.plugin.filenames import safe_file_name
from seen.plugin.jobfiles import delete_below
from seen.plugin.partial import (
    Partial,
    Ranges,
    find_partials,
    forget_partial,
    this_boot,
    write_partial,
)
from seen_engine_aria2.control import SUFFIX, read_control, write_control
from seen_engine_aria2.states import Job

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
    """Take a job's files away, with what belongs to them."""
    for name in names:
        control_of(folder / name.partition("/")[0]).unlink(missing_ok=True)
        forget_partial(folder / name)
    delete_below(folder, names)


def clear(job: Job, delete_files: bool) -> None:
    """Leave nothing of a job, or its files for others to go on with."""
    folder = Path(job.folder)
    if delete_files:
        begin_anew(folder, job.names)
    elif job.state != "completed" and job.phase == "file":
        hand_on(folder / job.names[0], job.source)
    elif job.names:
        control_of(folder / job.names[0].partition("/")[0]).unlink(missing_ok=True)
