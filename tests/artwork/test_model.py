"""Drawn artwork: repeatable, well-formed, harmless, and different enough."""

from __future__ import annotations

from typing import get_args
from xml.etree import ElementTree

import pytest

from seen.artwork.model import SHAPES, Lettering, Shape, accent, draw, lettering
from seen.artwork.model.scenes import SCENES, scene

HOSTILE = '</title><script>alert(1)</script>&"\x00\x1b\ud800'


@pytest.mark.parametrize("shape", get_args(Shape))
def test_same_input_gives_the_same_bytes(shape: Shape) -> None:
    assert draw("Northline", "show", "n1", shape) == draw("Northline", "show", "n1", shape)


@pytest.mark.parametrize("number", range(60))
@pytest.mark.parametrize("shape", get_args(Shape))
def test_every_picture_is_well_formed_and_has_its_size(number: int, shape: Shape) -> None:
    picture = ElementTree.fromstring(draw("A & B", "movie", f"seed {number}", shape))
    width, height = SHAPES[shape]
    assert picture.get("viewBox") == f"0 0 {width} {height}"


@pytest.mark.parametrize("kind", ["movie", "show", "game"])
def test_a_hostile_title_stays_text(kind: str) -> None:
    svg = draw(HOSTILE, kind, HOSTILE, "poster")
    svg.encode("utf-8")
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    assert not tags & {"script", "style", "foreignObject", "a", "image", "use"}
    for element in ElementTree.fromstring(svg).iter():
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]


def test_all_scenes_are_reached() -> None:
    assert {scene("movie", str(number)) for number in range(500)} == set(SCENES)
    assert len(SCENES) >= 10


def test_lettering_depends_on_the_words_alone() -> None:
    assert lettering("The  Long Quiet") == lettering("the long quiet")
    assert {lettering(f"t{number}") for number in range(200)} == set(get_args(Lettering))


def test_accent_is_a_css_colour() -> None:
    colour = accent("anything")
    assert len(colour) == 7
    assert int(colour[1:], 16) >= 0
