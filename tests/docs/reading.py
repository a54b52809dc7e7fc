"""Reads our Markdown: sections, tables and code blocks."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def text_of(name: str) -> str:
    """A document by its path below the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of the same or a higher level."""
    level, _, title = heading.partition(" ")
    assert set(level) == {"#"} and title
    lines = text.splitlines()
    assert heading in lines, f"there is no heading {heading!r}"
    start = lines.index(heading) + 1
    fenced = False
    for at in range(start, len(lines)):
        fenced ^= lines[at].startswith("```")
        found = re.match(r"(#+) ", lines[at])
        if found and not fenced and len(found[1]) <= len(level):
            return "\n".join(lines[start:at])
    return "\n".join(lines[start:])


def headings(text: str, level: int) -> list[str]:
    """The titles of one level, outside of code blocks."""
    bare = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    return re.findall(rf"^{'#' * level} (.+)$", bare, flags=re.M)


def table(text: str, first: str) -> list[list[str]]:
    """The rows of the first table whose first column is headed ``first``, without the head."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if line.startswith("|") and _cells(line)[0] == first:
            rows = []
            for row in lines[at + 2 :]:
                if not row.startswith("|"):
                    break
                rows.append(_cells(row))
            return rows
    raise AssertionError(f"there is no table headed {first!r}")


def names(rows: list[list[str]], column: int = 0) -> list[str]:
    """The code names in a column, one or more a cell."""
    return [name for row in rows for name in code(row[column])]


def code(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def files(text: str) -> dict[str, str]:
    """Code blocks whose first line is a comment with a path: the path and the whole block."""
    found = {}
    for block in re.findall(r"^```\w+\n(.*?)^```", text, flags=re.S | re.M):
        named = re.match(r"(?:# |\{# )([\w/]+\.\w+)(?: #\})?\n", block)
        if named:
            assert named[1] not in found or named[1] == "pyproject.toml", named[1]
            found[named[1]] = block
    return found


def _cells(line: str) -> list[str]:
    return [each.strip() for each in line.strip().strip("|").split("|")]
