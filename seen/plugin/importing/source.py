"""An upload as an importer sees it: named files, nothing of which is ever written to a disk."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from seen.plugin.errors import PluginError
from seen.plugin.importing.documents import items, whole
from seen.plugin.importing.tables import TableRow, head_of, table_rows
from seen.plugin.importing.text import Decoded, decoded

_MEBI = 1024 * 1024
# The end record of a zip file: PKWARE APPNOTE 4.3.16.
_END = b"PK\x05\x06"
_END_BYTES = 22
_LONGEST_COMMENT = 65_535
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_ODD_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|\\|\x00|(^|/)\.\.(/|$)")
# What archivers of some systems add, and nobody exported.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.)")


class Damaged(PluginError):
    """The upload cannot be read: not what its name says, cut off, or larger than is allowed."""


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """How much an upload may hold. ``total_bytes`` and ``file_bytes`` count what is unpacked."""

    files: int = 2_000
    directory_bytes: int = 1 * _MEBI
    total_bytes: int = 512 * _MEBI
    file_bytes: int = 256 * _MEBI
    document_bytes: int = 32 * _MEBI


class ImportSource:
    """One upload: a single file, or a zip file with several.

    ``names`` are the files inside, without a folder that all of them share. Everything is read
    piece by piece; every method raises Damaged with a sentence for what cannot be read.
    """

    def __init__(self, path: Path, name: str, limits: SourceLimits | None = None) -> None:
        self._path = path
        self._limits = limits or SourceLimits()
        self._inside: dict[str, str] = {}
        if _is_zip(path):
            self._inside = _without_shared_folder(_checked_names(path, self._limits))
            self.names: tuple[str, ...] = tuple(sorted(self._inside))
        else:
            self.names = (PurePosixPath(name.replace("\\", "/")).name or "upload",)

    def find(self, name: str) -> str | None:
        """The file of that name, whatever its case; None where there is none."""
        wanted = name.casefold()
        return next((each for each in self.names if each.casefold() == wanted), None)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """The bytes of a file, to be read in turn."""
        if name not in self.names:
            raise Damaged(f"There is no file {name} in the upload.")
        try:
            if not self._inside:
                with self._path.open("rb") as file:
                    yield file
                return
            with (
                zipfile.ZipFile(self._path) as archive,
                archive.open(self._inside[name]) as member,
            ):
                bounded = _Bounded(cast(BinaryIO, member), self._limits.file_bytes, name)
                yield cast(BinaryIO, io.BufferedReader(bounded, 65_536))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise Damaged(f"{name} is damaged or cut off.") from error

    @contextmanager
    def text(self, name: str) -> Iterator[Decoded]:
        """A file as text, whatever it was written in: UTF-8, UTF-16 or Windows' Latin letters."""
        with decoded(lambda: self.open(name), name) as found:
            yield found

    def table(self, name: str, *, skip: int = 0) -> Iterator[TableRow]:
        """The rows of a CSV file, each with the line where it begins and its cells by column name.

        ``skip`` rows stand above the head. A row of another length than the head has a problem.
        """
        with self.text(name) as text:
            yield from table_rows(text.lines, name, skip)

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns of a CSV file, in lower case; none where it is empty."""
        with self.text(name) as text:
            return head_of(text.lines)

    def items(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects of a JSON list, or of a file with one object a line, each with its number."""
        with self.text(name) as text:
            yield from items(text.pieces, name)

    def document(self, name: str) -> Any:
        """A small JSON file as a whole."""
        with self.open(name) as file:
            return whole(file, self._limits.document_bytes, name)


class _Bounded(io.RawIOBase):
    """A stream of which no more than so many bytes can be read, whatever it claims to be."""

    def __init__(self, inner: BinaryIO, limit: int, name: str) -> None:
        self._inner = inner
        self._left = limit
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise Damaged(f"{self._name} is larger than an import may be.")
        buffer[: len(data)] = data
        return len(data)


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", _END)


def _checked_names(path: Path, limits: SourceLimits) -> list[str]:
    """The names of the files in a zip file that is safe to read."""
    _check_directory(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Damaged("The zip file is damaged or cut off.") from error
    names = [each.filename for each in members]
    if any(_ODD_NAME.search(each.orig_filename) or _ODD_NAME.search(each.filename)
           for each in members):  # fmt: skip
        raise Damaged("The zip file holds names that lead out of it.")
    if len(set(names)) != len(names):
        raise Damaged("The zip file holds two files of one name.")
    if any(each.flag_bits & _ENCRYPTED for each in members):
        raise Damaged("The zip file is locked with a password.")
    if any(each.compress_type not in _METHODS for each in members):
        raise Damaged("The zip file is packed in a way that is not read here.")
    if (
        sum(each.file_size for each in members) > limits.total_bytes
        or max((each.file_size for each in members), default=0) > limits.file_bytes
    ):
        raise Damaged("The zip file unpacks to more than an import may hold.")
    return [each for each in names if not _LITTER.search(each)]


def _check_directory(path: Path, limits: SourceLimits) -> None:
    """Refuse a table of contents that would fill the memory before anything is read of it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise Damaged("The zip file is cut off: its table of contents is missing.")
    entries, directory = struct.unpack_from("<HI", tail, at + 10)
    if entries > limits.files or directory > limits.directory_bytes:
        raise Damaged(f"The zip file holds more than {limits.files} files.")


def _without_shared_folder(names: list[str]) -> dict[str, str]:
    """What is inside by the name that counts: without a folder around everything."""
    folders = {name.partition("/")[0] if "/" in name else "" for name in names}
    if len(folders) == 1 and (folder := folders.pop()):
        return {name.removeprefix(f"{folder}/"): name for name in names}
    return {name: name for name in names}
