"""Lenient readers give the value where it is what it should be, and an empty one elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seen.plugin import reading
from seen.plugin.reading import plain
from seen.plugin.testing.shapes import assert_plain_text


@given(st.text())
def test_texts_lose_markup_and_control_characters(text: str) -> None:
    assert_plain_text(plain(f"<b>{text}</b>\u202e"))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("Tom &amp; Jerry &lt;script&gt;x <3 you", "Tom & Jerry x <3 you"),
        ("<p>First.</p><p><b>Second</b> one.</p>", "First.\nSecond one."),
        ("One<br>two<br />\n<br>three", "One\ntwo\nthree"),
        ("a\u202eb\x00c\ufeff", "abc"), (None, ""), (7, ""), (["x"], ""), ("  ", ""),
    ],
)  # fmt: skip
def test_markup_becomes_plain_text(given: object, wanted: str) -> None:
    assert plain(given) == wanted


def test_texts_end_at_their_longest() -> None:
    assert plain("word " * 100, 8) == "word wor"
    assert len(plain("<i>" * 50_000, 10)) <= 10


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(7, 7), (7.0, 7), ("7", 7), (0, 0), (-1, None), (True, None), (7.5, None), (2**60, None),
     (float("nan"), None), (float("inf"), None), ("٧", None), (None, None), ([7], None)],
)  # fmt: skip
def test_whole_numbers(value: Any, wanted: int | None) -> None:
    assert reading.integer({"n": value}, "n") == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("2013-06-12", date(2013, 6, 12)), ("2013-06-12T10:00:00Z", date(2013, 6, 12)),
     ("2013-02-31", None), ("0000-00-00", None), ("", None), (20130612, None), (None, None)],
)  # fmt: skip
def test_days(value: Any, wanted: date | None) -> None:
    assert reading.day({"d": value}, "d") == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("https://www.example.org/a?b=c", True), ("http://example.org", True),
     ("//example.org", False), ("javascript:alert(1)", False), ("https://x/<script>", False),
     ("https://x/\u202e", False), ("https://", False), (7, False)],
)  # fmt: skip
def test_addresses(value: Any, wanted: bool) -> None:
    assert reading.address(value) == (value if wanted else "")


def test_parts_and_rows_of_a_wrong_type_are_empty() -> None:
    source: dict[str, Any] = {"a": [1], "b": {"c": 1}, "d": [{"x": 1}, None, 7, {"y": 2}]}
    assert (reading.part(source, "a"), reading.part(source, "b")) == ({}, {"c": 1})
    assert list(reading.rows(source, "nothing", "b", "d")) == [{"x": 1}, {"y": 2}]
    assert reading.text({"a": None, "b": " x "}, "a", "b") == "x"
    assert (reading.number({"n": -1}, "n"), reading.number({"n": 1.5}, "n")) == (0.0, 1.5)
    assert (reading.identifier({"id": 0}), reading.identifier({"id": 12})) == ("", "12")
