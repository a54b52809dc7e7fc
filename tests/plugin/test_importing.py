"""Uploads are read whatever they are written in, and refused where they could do harm."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from seen.plugin import PluginError
from seen.plugin.importing import Damaged, ImportSource, SourceLimits

TABLE = "Name,Where\nCôte d’Azur,€ and ñ\nAda,London\n"
SMALL = SourceLimits(
    files=3, directory_bytes=10_000, total_bytes=9_000, file_bytes=5_000, document_bytes=100
)
ROWS = 40_000
MEBI = 1024 * 1024


def source(path: Path, data: bytes, limits: SourceLimits | None = None) -> ImportSource:
    path.write_bytes(data)
    return ImportSource(path, path.name, limits)


def zipped(**files: bytes | str) -> bytes:
    """A zip file of tables by their names without the ending."""
    return zip_of({f"{name}.csv": content for name, content in files.items()})


def zip_of(files: Mapping[str, bytes | str]) -> bytes:
    """A zip file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_text_is_read_in_the_encoding_it_was_written_in(tmp_path: Path, encoding: str) -> None:
    found = source(tmp_path / "a.csv", TABLE.encode(encoding))
    first, second = found.table("a.csv")
    assert first.cells == {"name": "Côte d’Azur", "where": "€ and ñ"}
    assert (second.line, second.cells["where"]) == (3, "London")


def test_separators_and_line_ends_of_other_systems_are_read(tmp_path: Path) -> None:
    data = b'Name;Where\r\n"A; b";C\r\n\r\nD;"E\r\nF"\r\nG;H\r'
    rows = list(source(tmp_path / "a.csv", data).table("a.csv"))
    assert [(each.line, *each.cells.values()) for each in rows] == [
        (2, "A; b", "C"), (4, "D", "E\nF"), (6, "G", "H"),
    ]  # fmt: skip


def test_a_line_that_is_too_short_has_a_problem_and_ends_nothing(tmp_path: Path) -> None:
    rows = list(source(tmp_path / "a.csv", b"Name,Where\nAda\nBob,Rome\n").table("a.csv"))
    assert [bool(each.problem) for each in rows] == [True, False]


def test_a_table_that_ends_inside_quotation_marks_is_refused(tmp_path: Path) -> None:
    rows = source(tmp_path / "a.csv", b'Name,Where\nAda,London\n"Bo').table("a.csv")
    assert next(rows).cells["name"] == "Ada"
    with pytest.raises(PluginError, match="ends in the middle of line 3"):
        next(rows)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"a": 1}, {"a"', "ends in the middle of entry 2"),
        ('[{"a": 1}, 7]', "something else"),
        ('[{"a": 1}', "ends in the middle"),
        ("[" + '{"a":' * 100_000, "cannot be read"),
        ("<html>", "no list"),
    ],
)
def test_a_list_that_is_none_or_ends_too_early_is_refused(
    tmp_path: Path, text: str, reason: str
) -> None:
    found = source(tmp_path / "a.json", text.encode())
    with pytest.raises(PluginError, match=reason):
        list(found.items("a.json"))


@pytest.mark.parametrize("text", ['[{"a": 1},{"a": 2}]', '{"a": 1}\n{"a": 2}\n', " [ ] "])
def test_lists_are_read_object_by_object(tmp_path: Path, text: str) -> None:
    found = [each["a"] for _, each in source(tmp_path / "a.json", text.encode()).items("a.json")]
    assert found in ([1, 2], [])


def test_a_shared_folder_and_litter_are_left_out_of_names(tmp_path: Path) -> None:
    names = ("out/a.csv", "out/b/c.csv", "out/.DS_Store", "__MACOSX/out/a.csv")
    found = source(tmp_path / "a.zip", zip_of(dict.fromkeys(names, "x,y\n")))
    assert found.names == ("a.csv", "b/c.csv")


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b", "C:\\a", "..\\a", "a\\..\\b"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "x")
    with pytest.raises(Damaged, match="lead out"):
        source(tmp_path / "a.zip", target.getvalue())


def _lying() -> bytes:
    """A member that claims to be small and is large."""
    data = bytearray(zipped(a=b"x" * 100_000))
    real = struct.pack("<I", 100_000)
    while (at := data.find(real)) >= 0:
        data[at : at + 4] = struct.pack("<I", 100)
    return bytes(data)


def _locked() -> bytes:
    data = bytearray(zipped(a=b"x"))
    data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _packed_oddly() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", "x")
    return target.getvalue()


@pytest.mark.parametrize(
    "make",
    [
        lambda: zipped(a=b"0" * 6_000),
        lambda: zipped(a=b"0" * 4_000, b=b"0" * 4_000, c=b"0" * 4_000),
        lambda: zipped(**{f"f{n}": b"" for n in range(9)}),
        lambda: zipped(a=b"x" * 2_000)[:-30],
        lambda: b"PK\x03\x04" + b"rubbish" * 90,
        _locked,
        _packed_oddly,
    ],
    ids=["large", "large together", "many", "cut", "rubbish", "locked", "lzma"],
)
def test_zip_files_that_cannot_be_read_safely_are_refused(
    tmp_path: Path, make: Callable[[], bytes]
) -> None:
    with pytest.raises(Damaged):
        source(tmp_path / "a.zip", make(), SMALL)


def test_a_member_that_lies_about_its_size_is_not_read_beyond_it(tmp_path: Path) -> None:
    found = source(tmp_path / "a.zip", _lying())
    with pytest.raises(Damaged), found.open("a.csv") as file:
        file.read()


def test_a_damaged_member_is_said_to_be_damaged(tmp_path: Path) -> None:
    data = bytearray(zipped(a=bytes(range(256)) * 40))
    data[60:80] = bytes(20)
    found = source(tmp_path / "a.zip", bytes(data))
    with pytest.raises(Damaged), found.open("a.csv") as file:
        while file.read(1000):
            pass


def test_a_document_has_a_limit(tmp_path: Path) -> None:
    found = source(tmp_path / "a.json", b'"' + b"x" * 200 + b'"', SMALL)
    with pytest.raises(PluginError, match="larger"):
        found.document("a.json")


def test_a_long_table_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(
        "a.csv", "w"
    ) as file:  # fmt: skip
        file.write(b"Name,Year\n")
        for at in range(ROWS):
            file.write(f"Film number {at},{1900 + at % 120}\n".encode())
    found = ImportSource(path, path.name)
    tracemalloc.start()
    try:
        count = sum(1 for _ in found.table("a.csv"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == ROWS
    assert peak < 2 * MEBI
