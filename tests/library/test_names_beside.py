"""Side-car subtitles and bonus material by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seen.library.model import SideCar, belongs_to, is_extra, kind_of_file, read_sidecar


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("Film.srt", SideCar()),
        ("Film.en.srt", SideCar("en")),
        ("Film.ENG.srt", SideCar("en")),
        ("Film.English.forced.srt", SideCar("en", forced=True)),
        ("Film.pt-BR.srt", SideCar("pt")),
        ("Film.de.sdh.default.ass", SideCar("de", default=True, hearing_impaired=True)),
        ("Film.hi.srt", SideCar("hi")),
        ("Film.hi.en.srt", SideCar("en", hearing_impaired=True)),
        ("Film.Commentary.fr.srt", SideCar("fr", "Commentary")),
        ("Film.fr.Commentary.srt", SideCar("fr", "Commentary")),
    ],
)
def test_a_subtitles_name_says_language_and_marks(file: str, wanted: SideCar) -> None:
    assert read_sidecar(file, "Film") == wanted


def test_a_films_own_words_are_no_language() -> None:
    assert read_sidecar("This.Is.It.srt", "This.Is.It") == SideCar()
    assert read_sidecar("This.Is.It.sv.srt", "This.Is.It") == SideCar("sv")


@given(st.text(max_size=80), st.text(max_size=20))
def test_any_name_is_read(file: str, stem: str) -> None:
    assert isinstance(read_sidecar(file, stem), SideCar)
    assert kind_of_file(file) in ("video", "subtitle", "")


def test_a_subtitle_belongs_to_the_film_of_its_name() -> None:
    assert belongs_to("Film.en.srt", "Film")
    assert belongs_to("film.srt", "Film")
    assert not belongs_to("Film 2.srt.en.srt", "Film 2 Extended")
    assert not belongs_to("Films.srt", "Film")


@pytest.mark.parametrize(
    ("path", "extra"),
    [
        ("/m/Heat (1995)/Heat (1995)-trailer.mkv", True),
        ("/m/Heat (1995)/Extras/Making of.mkv", True),
        ("/m/Heat (1995)/Sample/heat.mkv", True),
        ("/m/Trailer Park Boys/Trailer Park Boys S01E01.mkv", False),
        ("/m/The Interview (2014)/The Interview (2014).mkv", False),
    ],
)
def test_bonus_material_is_told_from_the_film(path: str, extra: bool) -> None:
    assert is_extra(path) is extra
