"""From a title to a picture."""

from __future__ import annotations

from typing import Literal

from seen.artwork.model.canvas import Canvas
from seen.artwork.model.chance import Chance
from seen.artwork.model.palettes import palette
from seen.artwork.model.parts import foot_shade
from seen.artwork.model.scenes import scene

Shape = Literal["poster", "backdrop", "still"]

SHAPES: dict[Shape, tuple[int, int]] = {
    "poster": (400, 600),
    "backdrop": (1280, 720),
    "still": (640, 360),
}


def draw(title: str, kind: str, seed: str, shape: Shape) -> str:
    """An SVG document of a scene that belongs to the title.

    ``seed`` chooses scene and light, so poster and backdrop of one title match; ``kind`` is
    movie, show or game. The title is the picture's name only: its lettering is laid over it by
    the page, because a picture cannot use the page's fonts. Same input, same bytes.
    """
    width, height = SHAPES[shape]
    canvas = Canvas(width, height)
    scene(kind, seed)(canvas, palette(seed), Chance("details", seed))
    foot_shade(canvas, strength=0.62 if shape == "poster" else 0.4)
    return canvas.picture(title)
