"""The sea at night, and a lighthouse above it."""

from __future__ import annotations

from seen.artwork.model.canvas import Canvas, trace
from seen.artwork.model.chance import Chance
from seen.artwork.model.colour import darker, mix
from seen.artwork.model.palettes import Palette
from seen.artwork.model.parts import dark, halo, orb, ridge, ridge_points, sky, stars


def sea(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """A moon, its broken road on the water, a small sail."""
    line = chance.between(0.54, 0.6)
    sky(canvas, palette, horizon=line)
    stars(canvas, chance, 30, below=0.3)
    moon = canvas.x(chance.between(0.52, 0.68))
    orb(canvas, palette, moon, canvas.y(chance.between(0.3, 0.36)), canvas.unit * 0.125)
    canvas.rect(
        0,
        canvas.y(line),
        canvas.width,
        canvas.y(1 - line),
        canvas.linear(
            [
                (0.0, mix(palette.middle, palette.land, 0.3), 1.0),
                (0.4, darker(palette.middle, 0.35), 1.0),
                (1.0, darker(palette.high, 0.4), 1.0),
            ]
        ),
    )
    for index in range(26):
        depth = index / 25
        y = canvas.y(line + 0.012 + depth * (0.98 - line))
        half = canvas.unit * (0.02 + chance.unit() * 0.11 * (0.35 + depth))
        x = moon + canvas.unit * chance.between(-0.035, 0.035) * (1 + depth * 2)
        canvas.rect(
            x - half,
            y,
            half * 2,
            canvas.unit * 0.008,
            palette.light,
            opacity=0.75 * (1 - depth * 0.8),
            round_by=canvas.unit * 0.004,
        )
    x, y, size = canvas.x(chance.between(0.2, 0.32)), canvas.y(line), canvas.unit * 0.055
    canvas.area(
        [(x, y - size * 1.9), (x + size * 0.62, y - size * 0.3), (x, y - size * 0.25)],
        mix(palette.light, palette.low, 0.5),
        opacity=0.85,
    )
    canvas.path(
        trace(
            "M",
            x - size * 0.75,
            y - size * 0.15,
            "H",
            x + size * 0.85,
            "L",
            x + size * 0.5,
            y + size * 0.22,
            "H",
            x - size * 0.45,
            "Z",
        ),
        "#07080c",
    )


def lighthouse(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """A tower on a dark coast; its beams reach the edges of the picture."""
    warm = "#ffe9a8"
    dark(canvas, palette, glow=palette.land, share=0.75)
    stars(canvas, chance, 22, below=0.45)
    x, y = canvas.x(chance.between(0.32, 0.42)), canvas.y(0.34)
    unit, width = canvas.unit, float(canvas.width)
    tilt = unit * chance.between(-0.05, 0.05)
    far = width - x
    canvas.area(
        [(x, y), (width, y - far * 0.36 + tilt), (width, y + far * 0.04 + tilt)],
        canvas.linear([(0.0, warm, 0.55), (1.0, warm, 0.0)], end=(1, 0)),
    )
    canvas.area(
        [(x, y), (width, y + far * 0.16 + tilt), (width, y + far * 0.52 + tilt)],
        canvas.linear([(0.0, warm, 0.3), (1.0, warm, 0.0)], end=(1, 0)),
    )
    canvas.area(
        [(0, y - x * 0.34 - tilt), (x, y), (0, y + x * 0.42 - tilt)],
        canvas.linear([(0.0, warm, 0.0), (1.0, warm, 0.42)], end=(1, 0)),
    )
    stone = darker(palette.near, 0.35)
    canvas.area(
        [
            (x - unit * 0.037, y + unit * 0.035),
            (x + unit * 0.037, y + unit * 0.035),
            (x + unit * 0.062, canvas.y(0.82)),
            (x - unit * 0.062, canvas.y(0.82)),
        ],
        stone,
    )
    canvas.rect(x - unit * 0.05, y + unit * 0.03, unit * 0.1, unit * 0.014, stone)
    canvas.rect(
        x - unit * 0.033, y - unit * 0.034, unit * 0.066, unit * 0.066, warm, round_by=unit * 0.006
    )
    canvas.area(
        [
            (x - unit * 0.045, y - unit * 0.034),
            (x, y - unit * 0.078),
            (x + unit * 0.045, y - unit * 0.034),
        ],
        stone,
    )
    halo(canvas, x, y, unit * 0.27, warm, strength=0.85)
    ridge(canvas, ridge_points(canvas, chance, 0.79, 0.025, 32), stone)
    canvas.rect(
        0,
        canvas.y(0.86),
        width,
        canvas.y(0.14),
        canvas.linear([(0.0, mix(palette.high, palette.land, 0.3), 1.0), (1.0, "#050507", 1.0)]),
    )
    for _ in range(7):
        half = unit * chance.between(0.02, 0.08)
        canvas.rect(
            x + unit * chance.between(-0.12, 0.16) - half,
            canvas.y(chance.between(0.875, 0.95)),
            half * 2,
            unit * 0.005,
            warm,
            opacity=0.22,
        )
