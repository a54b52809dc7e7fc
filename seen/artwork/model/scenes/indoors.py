"""A lit window in a dark room, and a way out of the dark."""

from __future__ import annotations

from seen.artwork.model.canvas import Canvas
from seen.artwork.model.chance import Chance
from seen.artwork.model.colour import darker, lighter, mix
from seen.artwork.model.palettes import Palette
from seen.artwork.model.parts import figure, halo


def window(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """Somebody before a tall window; its light lies on the floor."""
    room = darker(palette.high, 0.35)
    canvas.rect(0, 0, canvas.width, canvas.height, room)
    width, height = canvas.unit * 0.4, canvas.unit * 0.5
    left, top = canvas.centre + canvas.unit * chance.between(-0.02, 0.1), canvas.y(0.14)
    halo(canvas, left + width / 2, top + height / 2, canvas.unit * 0.85, palette.low, strength=0.5)
    floor = canvas.y(0.8)
    canvas.rect(0, floor, canvas.width, canvas.height - floor, darker(room, 0.35))
    beam = canvas.linear([(0.0, palette.low, 0.42), (1.0, palette.low, 0.05)])
    canvas.area(
        [
            (left - canvas.unit * 0.02, floor),
            (left + width * 0.86, floor),
            (left + width * 0.5, canvas.height),
            (left - canvas.unit * 0.34, canvas.height),
        ],
        beam,
    )
    canvas.rect(
        left,
        top,
        width,
        height,
        canvas.linear(
            [
                (0.0, lighter(palette.low, 0.5), 1.0),
                (0.6, lighter(palette.low, 0.2), 1.0),
                (1.0, palette.land, 1.0),
            ]
        ),
    )
    bar = canvas.unit * 0.016
    frame = darker(room, 0.5)
    canvas.rect(left + width / 2 - bar / 2, top, bar, height, frame)
    canvas.rect(left, top + height * 0.48, width, bar, frame)
    canvas.rect(left - bar, top + height, width + bar * 2, bar * 1.3, mix(room, palette.low, 0.25))
    figure(
        canvas,
        left - canvas.unit * chance.between(0.1, 0.16),
        floor + canvas.unit * 0.02,
        canvas.unit * 0.4,
        darker(palette.near, 0.5),
    )


def tunnel(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """Arch within arch, each a step brighter, and somebody standing in the last one."""
    canvas.rect(0, 0, canvas.width, canvas.height, darker(palette.near, 0.3))
    x, floor = canvas.centre, canvas.y(0.8)
    count = 7
    warm = mix(palette.low, palette.light, 0.4)
    for index in range(count):
        share = index / (count - 1)
        radius = canvas.unit * (0.74 - share * 0.64)
        colour = mix(
            darker(palette.near, 0.15), mix(palette.middle, warm, share), 0.16 + share * 0.84
        )
        centre = floor - radius * 0.62
        canvas.circle(x, centre, radius, colour, opacity=0.75)
        canvas.rect(x - radius, centre, radius * 2, floor - centre, colour, opacity=0.75)
    halo(canvas, x, floor - canvas.unit * 0.09, canvas.unit * 0.34, palette.light, strength=0.9)
    ground = canvas.linear([(0.0, darker(palette.land, 0.7), 1.0), (1.0, "#050507", 1.0)])
    canvas.rect(0, floor, canvas.width, canvas.height - floor, ground)
    path = canvas.linear([(0.0, palette.light, 0.5), (1.0, palette.light, 0.0)])
    spread = canvas.unit * chance.between(0.22, 0.32)
    canvas.area(
        [
            (x - canvas.unit * 0.05, floor),
            (x + canvas.unit * 0.05, floor),
            (x + spread, canvas.height),
            (x - spread, canvas.height),
        ],
        path,
    )
    figure(canvas, x, floor + canvas.unit * 0.012, canvas.unit * 0.13, "#060505")
