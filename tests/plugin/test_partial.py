"""What lies beside an unfinished file, and what files may be called."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seen.plugin.filenames import LONGEST, safe_file_name
from seen.plugin.jobfiles import gather
from seen.plugin.partial import (
    Partial,
    Ranges,
    beside,
    find_partials,
    forget_partial,
    read_partial,
    this_boot,
    write_partial,
)

RANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 15)).map(lambda r: (r[0], sum(r))))


@given(RANGES, st.integers(0, 60))
def test_ranges_are_the_bytes_that_were_put_in(given: list[tuple[int, int]], size: int) -> None:
    ranges, there = Ranges(given), {at for start, end in given for at in range(start, end)}
    assert {at for start, end in ranges for at in range(start, end)} == there
    assert ranges.covered == len(there)
    assert all(a[1] < b[0] for a, b in zip(list(ranges), list(ranges)[1:], strict=False))
    missing = {at for start, end in ranges.gaps(size) for at in range(start, end)}
    assert missing == set(range(size)) - there
    assert ranges.within(size).covered == len(there & set(range(size)))


@pytest.mark.parametrize("wrong", [(3, 2), (-1, 2)])
def test_what_is_no_range_is_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no range"):
        Ranges([wrong])


def test_a_side_car_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    path.write_bytes(b"x" * 10)
    partial = Partial("http://host/film", 20, '"1"', written=((0, 12),), durable=((0, 4),),
                      boot=this_boot())  # fmt: skip
    write_partial(path, partial)
    assert read_partial(path) == partial
    assert find_partials(tmp_path, "http://host/film") == {path: partial}
    assert find_partials(tmp_path, "http://host/other") == {}
    forget_partial(path)
    assert read_partial(path) is None
    assert [each.name for each in tmp_path.iterdir()] == ["film.mkv"]


def test_two_may_write_a_side_car_at_once(tmp_path: Path) -> None:
    """As a worker does that was stopped for a while, beside the one that took over."""
    path = tmp_path / "film.mkv"
    path.write_bytes(b"x" * 10)
    written = [Partial("source", 20, written=((0, n),)) for n in range(1, 9)]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(50):
            list(threads.map(write_partial, [path] * 8, written))
    assert read_partial(path) in written
    (tmp_path / "film.mkv.seen-part.0a1b2c3d.new").write_bytes(b"{")
    forget_partial(path)
    assert [each.name for each in tmp_path.iterdir()] == ["film.mkv"]


def test_only_durable_bytes_count_after_the_system_started_again() -> None:
    partial = Partial("s", 20, written=((0, 12),), durable=((0, 4),), boot="another run")
    assert list(partial.verified(20)) == [(0, 4)]
    assert list(partial.verified(3)) == [(0, 3)]
    unknown = Partial("s", 20, written=((0, 12),), durable=((0, 4),))
    assert list(unknown.verified(20)) == [(0, 4)]


@pytest.mark.parametrize(
    "damaged", [b"", b"[]", b'{"source": 1}', b'{"source": "s", "durable": [[5, 2]]}', b"\xff"]
)
def test_a_damaged_side_car_is_none(tmp_path: Path, damaged: bytes) -> None:
    beside(tmp_path / "film.mkv").write_bytes(damaged)
    assert read_partial(tmp_path / "film.mkv") is None


def test_gathering_moves_what_is_not_there_yet(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir(), here.mkdir()
    (there / "a").write_text("theirs")
    (there / "b").write_text("theirs")
    (here / "b").write_text("ours")
    gather(there, here)
    gather(here, here)
    assert {each.name: each.read_text() for each in here.iterdir()} == {"a": "theirs", "b": "ours"}


@given(st.text())
def test_a_safe_name_is_one_plain_name(said: str) -> None:
    name = safe_file_name(said)
    assert name and name == name.strip() and not name.startswith(".") and not name.endswith(".")
    assert "/" not in name and "\\" not in name
    assert len(name.encode()) <= LONGEST + 1
    assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in name)
    assert safe_file_name(name) == name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("..", "download"),
        ("", "download"),
        ("C:\\films\\Film.mkv", "Film.mkv"),
        (".htaccess", "htaccess"),
        ("film\x00.mkv\n", "film_.mkv_"),
        ("film\u202egpj.exe", "film_gpj.exe"),
        ("con.mkv", "_con.mkv"),
        ("film.mkv.seen-part", "film.mkv.seen-part_"),
        ("film.ARIA2", "film.ARIA2_"),
        ("a" * 300 + ".mkv", "a" * 196 + ".mkv"),
        ("Amélie: 1?.mkv", "Amélie_ 1_.mkv"),
    ],
)
def test_names_of_strangers_are_made_safe(said: str, name: str) -> None:
    assert safe_file_name(said) == name
