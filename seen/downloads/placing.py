"""Puts files into a library folder: by a second name for the same bytes, or by a checked copy.

Everything here blocks. Nothing that is there already is ever changed or replaced, and nothing is
written outside the library folder.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from seen.downloads.model.filetypes import HEAD_BYTES

_CHUNK = 1024 * 1024
_MOST_TWINS = 50
_MOST_FILES = 20_000
_DEEPEST = 40
# Why a second name cannot be given; a copy may still work.
_NO_LINK = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS, errno.EACCES)


class NotPlaced(Exception):
    """A file cannot be put there; the message says why."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file of a download as it lies there; ``path`` is below the job's folder."""

    path: str
    size: int
    modified_ns: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a file is now, and by which way it came: "link", "copy", or "there" already."""

    path: Path
    way: str


def look(folder: Path) -> list[OnDisk]:
    """The regular files below a folder, by path. Links are not followed and not listed.

    Raises OSError when the folder cannot be read.
    """
    found = []
    for path in _walk(folder, 0):
        info = path.stat(follow_symlinks=False)
        if not stat.S_ISREG(info.st_mode):
            continue
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        relative = path.relative_to(folder).as_posix()
        found.append(OnDisk(relative, info.st_size, info.st_mtime_ns, head))
        if len(found) >= _MOST_FILES:
            break
    return sorted(found, key=lambda each: each.path)


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink():
            continue
        if entry.is_dir():
            if depth < _DEEPEST:
                yield from _walk(entry, depth + 1)
        else:
            yield entry


def place(source: Path, root: Path, name: PurePosixPath, *, reserve: int, copy: bool) -> Placed:
    """Put a file into a library folder under a name, or one much like it where that is taken.

    ``copy`` leaves the second name out. Raises NotPlaced.
    """
    for number in range(1, _MOST_TWINS):
        wanted = root / _numbered(name, number)
        try:
            return _place(source, root, wanted, reserve, copy)
        except FileExistsError:
            if _same(source, wanted):
                return Placed(wanted, "there")
        except OSError as error:
            raise NotPlaced(_why(error, wanted)) from error
    raise NotPlaced(f"{name} is there too often already")


def _numbered(name: PurePosixPath, number: int) -> PurePosixPath:
    return name if number == 1 else name.with_name(f"{name.stem} ({number}){name.suffix}")


def _place(source: Path, root: Path, target: Path, reserve: int, copy: bool) -> Placed:
    target.parent.mkdir(parents=True, exist_ok=True)
    real = Path(os.path.realpath(target.parent))
    if not real.is_relative_to(os.path.realpath(root)):
        raise NotPlaced(f"{target.parent} leads out of the library folder")
    if not copy:
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
        else:
            return Placed(target, "link")
    _copy(source, target, reserve)
    return Placed(target, "copy")


def _copy(source: Path, target: Path, reserve: int) -> None:
    """A copy whose bytes were read back and compared; it appears whole or not at all."""
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "it is there", str(target))
    size = source.stat().st_size
    if shutil.disk_usage(target.parent).free < size + reserve:
        raise NotPlaced(f"There is not enough room in {target.parent}")
    new = target.with_name(f".{target.name[:180]}.seen-part")
    try:
        with source.open("rb") as old, new.open("wb") as file:
            while chunk := old.read(_CHUNK):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if _digest(new) != _digest(source):
            raise NotPlaced(f"The copy in {target.parent} is not what was copied")
        shutil.copystat(source, new)
        _appear(new, target)
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)


def _appear(new: Path, target: Path) -> None:
    """Give a finished copy its name. Whoever has the name already keeps it."""
    try:
        os.link(new, target)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        # This file system has no second names; only here may somebody come in between.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "it is there", str(target)) from None
        new.rename(target)


def _same(source: Path, target: Path) -> bool:
    """Whether a file that is there already is this one, from an earlier try."""
    try:
        one, other = source.stat(), target.stat(follow_symlinks=False)
        if (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino):
            return True
        if not stat.S_ISREG(other.st_mode) or one.st_size != other.st_size:
            return False
        return _digest(source) == _digest(target)
    except OSError:
        return False


def _digest(path: Path) -> bytes:
    digest = hashlib.blake2b()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()


def _why(error: OSError, target: Path) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"/seen/ may not write in {target.parent}"
    if error.errno == errno.EROFS:
        return f"{target.parent} can only be read"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {target.parent} is full"
    return f"{target.parent}: {error.strerror or error}"


def clear(folder: Path, paths: list[str]) -> None:
    """Take files away that are in the library now, and what is empty after that."""
    for each in paths:
        with contextlib.suppress(OSError):
            (folder / each).unlink()
    for path, _, _ in sorted(os.walk(folder), reverse=True):
        with contextlib.suppress(OSError):
            Path(path).rmdir()
