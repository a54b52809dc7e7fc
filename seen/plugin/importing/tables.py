"""CSV as services write it, row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from seen.plugin.errors import PluginError

_LONGEST_HEAD = 200
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the ``line`` where it begins, its ``cells`` by lower-case column name, and a
    ``problem`` where it is not as long as the head."""

    line: int
    cells: dict[str, str]
    problem: str = ""


def table_rows(lines: Iterator[str], name: str, skip: int = 0) -> Iterator[TableRow]:
    """The rows below the head, which stands below ``skip`` others. Raises PluginError."""
    counted = _Counted(lines)
    reader = csv.reader(counted, delimiter=counted.separator, strict=True)
    head: list[str] | None = None
    while True:
        begins = counted.line + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if counted.ended:
                raise PluginError(f"{name} ends in the middle of line {begins}.") from error
            yield TableRow(begins, {}, "The quotation marks in this line do not match.")
            continue
        if cells is None:
            break
        if not cells:
            continue
        if skip:
            skip -= 1
        elif head is None:
            head = _head(cells, name)
        else:
            yield _row(begins, head, cells)
    if head is None:
        raise PluginError(f"{name} is empty.")


def head_of(lines: Iterator[str]) -> tuple[str, ...]:
    """The names of the columns, in lower case; none where the first line has none."""
    counted = _Counted(lines)
    try:
        return tuple(_head(next(csv.reader(counted, delimiter=counted.separator), []), ""))
    except (csv.Error, PluginError):
        return ()


def _head(cells: list[str], name: str) -> list[str]:
    head = [each.strip().lstrip("\ufeff").casefold() for each in cells]
    if len(head) > _LONGEST_HEAD or not any(head):
        raise PluginError(f"{name} is no table with named columns.")
    return head


def _row(line: int, head: list[str], cells: list[str]) -> TableRow:
    problem = ""
    if len(cells) < len(head):
        problem = f"This line has {len(cells)} columns, not {len(head)}."
    return TableRow(line, dict(zip(head, map(str.strip, cells), strict=False)), problem)


class _Counted:
    """Lines, counted as they are taken; what separates their cells is read off the first one."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._first = next(lines, "")
        self.separator = max(_SEPARATORS, key=self._first.count)
        self.line = 0
        self.ended = False

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        if self.line:
            try:
                found = next(self._lines)
            except StopIteration:
                self.ended = True
                raise
        else:
            found = self._first
        self.line += 1
        return found
