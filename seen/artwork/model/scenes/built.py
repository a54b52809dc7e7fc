"""A city at night, arcades in low light, a small world of blocks."""

from __future__ import annotations

from seen.artwork.model.canvas import Canvas, trace
from seen.artwork.model.chance import Chance
from seen.artwork.model.colour import darker, lighter, mix
from seen.artwork.model.palettes import Palette
from seen.artwork.model.parts import halo, stars


def city(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """Two rows of roofs against the glow of the streets, some windows lit."""
    canvas.rect(
        0,
        0,
        canvas.width,
        canvas.height,
        canvas.linear(
            [
                (0.0, darker(palette.high, 0.25), 1.0),
                (0.5, palette.middle, 1.0),
                (1.0, palette.land, 1.0),
            ]
        ),
    )
    stars(canvas, chance, 26, below=0.4)
    halo(
        canvas,
        canvas.x(chance.between(0.4, 0.6)),
        canvas.y(0.76),
        canvas.unit * 0.75,
        palette.low,
        strength=0.7,
    )
    for layer, colour in enumerate(
        (mix(palette.middle, palette.low, 0.25), darker(palette.near, 0.1))
    ):
        x = -canvas.unit * 0.03
        while x < canvas.width:
            width = canvas.unit * chance.between(0.07, 0.15)
            top = canvas.y(chance.between(0.5, 0.7) + layer * 0.12)
            canvas.rect(x, top, width + 1, canvas.height - top, colour)
            if layer and chance.happens(0.3):
                canvas.rect(
                    x + width * 0.44,
                    top - canvas.unit * 0.06,
                    canvas.unit * 0.005,
                    canvas.unit * 0.06,
                    colour,
                )
            if layer:
                _windows(canvas, chance, x, top, width, palette.light)
            x += width + canvas.unit * chance.between(0, 0.02)


def _windows(
    canvas: Canvas, chance: Chance, x: float, top: float, width: float, colour: str
) -> None:
    size = canvas.unit * 0.011
    for column in range(int(width / (size * 2.6))):
        for row in range(int((canvas.height - top) / (size * 3.4))):
            if chance.happens(0.16):
                canvas.rect(
                    x + size * (1 + column * 2.6),
                    top + size * (1.6 + row * 3.4),
                    size,
                    size * 1.5,
                    colour,
                    opacity=chance.between(0.35, 0.95),
                )


def arches(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """Arcades in evening light with a lamp in one of the openings."""
    wall = mix(palette.light, palette.low, 0.25)
    canvas.rect(
        0,
        0,
        canvas.width,
        canvas.height,
        canvas.linear(
            [(0.0, lighter(wall, 0.2), 1.0), (1.0, mix(wall, palette.land, 0.55), 1.0)],
            end=(0.25, 1),
        ),
    )
    columns = max(3, round(canvas.width / canvas.unit * 3))
    step = canvas.width / columns
    inside = canvas.linear(
        [
            (0.0, darker(palette.middle, 0.5), 1.0),
            (1.0, mix(palette.middle, palette.near, 0.35), 1.0),
        ]
    )
    lamp = (chance.whole(0, 1), chance.whole(1, columns - 1))
    for row in range(2):
        top, bottom = canvas.y(0.1 + row * 0.5), canvas.y(0.48 + row * 0.52)
        for column in range(columns):
            left, width = step * (column + 0.15), step * 0.7
            radius = width / 2
            data = trace(
                "M",
                left,
                bottom,
                "V",
                top + radius,
                "A",
                radius,
                radius,
                "0 0 1",
                left + width,
                top + radius,
                "V",
                bottom,
                "Z",
            )
            canvas.path(data, inside)
            reveal = trace(
                "M",
                left + width,
                bottom,
                "V",
                top + radius,
                "A",
                radius,
                radius,
                "0 0 0",
                left + radius,
                top,
                "A",
                radius * 0.86,
                radius,
                "0 0 1",
                left + width * 0.9,
                top + radius,
                "V",
                bottom,
                "Z",
            )
            canvas.path(reveal, palette.near, opacity=0.45)
            if (row, column) == lamp:
                x, y = left + width * 0.5, top + (bottom - top) * 0.62
                halo(canvas, x, y, width * 0.7, palette.light, strength=0.7)
                canvas.circle(x, y, width * 0.13, lighter(palette.light, 0.4))
        canvas.rect(0, bottom, canvas.width, canvas.y(0.018), lighter(wall, 0.3), opacity=0.8)


def blocks(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """A small landscape of cubes, floating, lit from the left."""
    canvas.rect(
        0,
        0,
        canvas.width,
        canvas.height,
        canvas.linear(
            [
                (0.0, darker(palette.high, 0.3), 1.0),
                (0.6, darker(palette.middle, 0.25), 1.0),
                (1.0, darker(palette.high, 0.4), 1.0),
            ]
        ),
    )
    x, y = canvas.centre, canvas.y(0.5)
    halo(canvas, x, y, canvas.unit * 0.62, palette.low, strength=0.42)
    size, count = canvas.unit * 0.062, 7
    tallest = max(1, chance.whole(2, 4))
    for row in range(count):
        for column in range(count):
            middle = abs(row - 3) + abs(column - 3)
            if middle > 5 or chance.happens(0.08):
                continue
            height = size * max(0.45, (tallest - middle * 0.42) * chance.between(0.35, 1.0))
            tone = mix(palette.land, palette.low, chance.between(0.0, 0.65))
            if chance.happens(0.06):
                tone = lighter(palette.light, 0.3)
            _cube(
                canvas,
                x + (column - row) * size,
                y + (column + row - count + 1) * size * 0.55 + size,
                size,
                height,
                tone,
            )


def _cube(canvas: Canvas, x: float, y: float, size: float, height: float, tone: str) -> None:
    half = size * 0.55
    top = y - height
    canvas.area(
        [(x - size, top), (x, top + half), (x, y + half), (x - size, y)], mix(tone, "#050507", 0.35)
    )
    canvas.area(
        [(x + size, top), (x, top + half), (x, y + half), (x + size, y)], mix(tone, "#050507", 0.68)
    )
    canvas.area(
        [(x, top - half), (x + size, top), (x, top + half), (x - size, top)], lighter(tone, 0.14)
    )
