"""A planet, a ring in coloured light, a striped sun."""

from __future__ import annotations

from seen.artwork.model.canvas import Canvas, trace
from seen.artwork.model.chance import Chance
from seen.artwork.model.colour import darker, lighter, mix
from seen.artwork.model.palettes import Palette
from seen.artwork.model.parts import halo, ridge, ridge_points, stars


def planet(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """A world seen from close by, lit from the upper left, with two thin rings and a moon."""
    canvas.rect(
        0,
        0,
        canvas.width,
        canvas.height,
        canvas.linear(
            [(0.0, darker(palette.high, 0.55), 1.0), (1.0, darker(palette.middle, 0.55), 1.0)]
        ),
    )
    stars(canvas, chance, 60, below=0.9)
    x, y, radius = (
        canvas.x(chance.between(0.56, 0.7)),
        canvas.y(0.74),
        canvas.unit * chance.between(0.52, 0.62),
    )
    halo(canvas, x, y, radius * 1.45, palette.low, strength=0.5)
    lit = [
        (0.0, lighter(palette.low, 0.3), 1.0),
        (0.42, palette.low, 1.0),
        (0.75, palette.middle, 1.0),
        (1.0, darker(palette.high, 0.3), 1.0),
    ]
    canvas.circle(x, y, radius, canvas.linear(lit, start=(0.12, 0), end=(0.8, 1)))
    for index, width in enumerate((0.012, 0.006)):
        bend = radius * (0.2 + index * 0.09)
        data = trace(
            "M",
            x - radius * 1.5,
            y + radius * (0.2 + index * 0.1),
            "Q",
            x,
            y + bend,
            x + radius * 1.5,
            y - radius * (0.62 - index * 0.1),
        )
        canvas.stroke(
            data, lighter(palette.light, 0.4), canvas.unit * width, opacity=0.55 - index * 0.2
        )
    moon_x, moon_y, moon = (
        canvas.x(chance.between(0.16, 0.28)),
        canvas.y(chance.between(0.2, 0.3)),
        canvas.unit * 0.04,
    )
    canvas.circle(
        moon_x,
        moon_y,
        moon,
        canvas.linear(
            [(0.0, lighter(palette.light, 0.3), 1.0), (1.0, darker(palette.land, 0.4), 1.0)],
            end=(1, 1),
        ),
    )


def ring(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """Two soft fields of colour and a thin circle with one bright point."""
    canvas.rect(0, 0, canvas.width, canvas.height, darker(palette.high, 0.45))
    soft = canvas.blur(0.11)
    turn = chance.between(-40, 40)
    canvas.ellipse(
        canvas.x(chance.between(0.58, 0.76)),
        canvas.y(0.24),
        canvas.unit * 0.3,
        canvas.unit * 0.44,
        palette.middle,
        opacity=0.95,
        turn=turn,
        soften=soft,
    )
    canvas.ellipse(
        canvas.x(chance.between(0.22, 0.4)),
        canvas.y(0.66),
        canvas.unit * 0.42,
        canvas.unit * 0.34,
        palette.land,
        turn=turn,
        soften=soft,
    )
    canvas.ellipse(
        canvas.x(chance.between(0.46, 0.62)),
        canvas.y(0.78),
        canvas.unit * 0.3,
        canvas.unit * 0.2,
        palette.low,
        opacity=0.8,
        turn=turn,
        soften=soft,
    )
    x, y, radius = canvas.centre, canvas.y(0.42), canvas.unit * 0.29
    canvas.ring(x, y, radius, "#fffaf2", canvas.unit * 0.005, opacity=0.9)
    halo(canvas, x, y - radius, canvas.unit * 0.09, "#fffaf2", strength=0.6)
    canvas.circle(x, y - radius, canvas.unit * 0.015, "#fffaf2")


def stripes(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """A flat sun cut into stripes that widen towards a mountain."""
    paper = lighter(palette.light, 0.1)
    sun = mix(palette.accent, palette.low, 0.35)
    canvas.rect(
        0,
        0,
        canvas.width,
        canvas.height,
        canvas.linear([(0.0, paper, 1.0), (1.0, mix(paper, palette.low, 0.45), 1.0)]),
    )
    x, y, radius = canvas.centre, canvas.y(0.46), canvas.unit * 0.4
    canvas.circle(
        x, y, radius, canvas.linear([(0.0, lighter(sun, 0.12), 1.0), (1.0, darker(sun, 0.18), 1.0)])
    )
    paper_low = mix(paper, palette.low, 0.2)
    for index in range(10):
        canvas.rect(
            x - radius,
            y + radius * (index * 0.1),
            radius * 2,
            radius * (0.012 + index * 0.0055),
            paper_low,
        )
    for index, share in enumerate((0.35, 0.8)):
        points = ridge_points(canvas, chance, 0.74 + index * 0.12, 0.09 - index * 0.03, 8)
        ridge(canvas, points, darker(mix(sun, palette.near, share), 0.1 + index * 0.2))
