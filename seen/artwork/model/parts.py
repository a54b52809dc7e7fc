"""What several scenes share: sky, a lamp in the dark, ridges, stars, a small figure."""

from __future__ import annotations

from itertools import pairwise

from seen.artwork.model.canvas import Canvas, Point, trace
from seen.artwork.model.chance import Chance
from seen.artwork.model.colour import darker, lighter, mix
from seen.artwork.model.palettes import Palette


def sky(canvas: Canvas, palette: Palette, *, horizon: float = 0.7) -> None:
    """The whole picture filled from the top of the sky down to ``horizon``."""
    stops = [
        (0.0, palette.high, 1.0),
        (horizon * 0.55, palette.middle, 1.0),
        (horizon, palette.low, 1.0),
        (1.0, palette.low, 1.0),
    ]
    canvas.rect(0, 0, canvas.width, canvas.height, canvas.linear(stops))


def dark(canvas: Canvas, palette: Palette, *, glow: str, share: float = 0.5) -> None:
    """A night that keeps a little colour at the bottom."""
    stops = [
        (0.0, darker(palette.high, 0.5), 1.0),
        (0.6, darker(palette.high, 0.2), 1.0),
        (1.0, mix(palette.high, glow, share), 1.0),
    ]
    canvas.rect(0, 0, canvas.width, canvas.height, canvas.linear(stops))


def halo(
    canvas: Canvas, x: float, y: float, radius: float, colour: str, *, strength: float = 0.5
) -> None:
    """Light spreading from a point."""
    stops = [(0.0, colour, strength), (0.35, colour, strength * 0.42), (1.0, colour, 0.0)]
    canvas.circle(x, y, radius, canvas.radial(stops))


def orb(canvas: Canvas, palette: Palette, x: float, y: float, radius: float) -> None:
    """A moon or a low sun with its light around it."""
    halo(canvas, x, y, radius * 4.2, palette.light, strength=0.42)
    glow = [(0.0, lighter(palette.light, 0.5), 1.0), (1.0, palette.light, 1.0)]
    canvas.circle(x, y, radius, canvas.linear(glow))


def ridge_points(
    canvas: Canvas, chance: Chance, height: float, rough: float, steps: int
) -> list[Point]:
    """A mountain line around ``height`` (share of the picture), by midpoints moved up and down."""
    count = 1
    line = [height + chance.between(-rough, rough), height + chance.between(-rough, rough)]
    spread = rough
    while count < steps:
        spread *= 0.56
        between = [(a + b) / 2 + chance.between(-spread, spread) for a, b in pairwise(line)]
        line = [value for pair in zip(line, between, strict=False) for value in pair] + [line[-1]]
        count *= 2
    last = len(line) - 1
    return [(canvas.x(index / last), canvas.y(value)) for index, value in enumerate(line)]


def ridge(canvas: Canvas, points: list[Point], fill: str) -> None:
    """Everything below a mountain line."""
    closed = [*points, (float(canvas.width), float(canvas.height)), (0.0, float(canvas.height))]
    canvas.area(closed, fill)


def stars(canvas: Canvas, chance: Chance, count: int, *, below: float = 0.6) -> None:
    """Stars above ``below``, most of them faint."""
    for _ in range(count):
        size = canvas.unit * chance.between(0.0012, 0.0036)
        canvas.circle(
            canvas.x(chance.unit()),
            canvas.y(chance.unit() * below),
            size,
            "#fff6e8",
            opacity=chance.between(0.2, 0.9),
        )


def figure(canvas: Canvas, x: float, foot: float, height: float, fill: str) -> None:
    """Somebody standing, far enough away to be anybody."""
    head = height * 0.13
    canvas.circle(x, foot - height + head, head, fill)
    top, half = foot - height * 0.72, height * 0.13
    data = (
        trace("M", x - half, top + half, "Q", x - half, top, x, top)
        + trace("Q", x + half, top, x + half, top + half)
        + trace("L", x + half * 0.9, foot, "H", x - half * 0.9, "Z")
    )
    canvas.path(data, fill)


def foot_shade(canvas: Canvas, *, strength: float = 0.6) -> None:
    """Darkness along the lower edge, so that lettering laid over it can be read."""
    stops = [(0.0, "#050507", 0.0), (1.0, "#050507", strength)]
    top = canvas.y(0.58)
    canvas.rect(0, top, canvas.width, canvas.height - top, canvas.linear(stops))
