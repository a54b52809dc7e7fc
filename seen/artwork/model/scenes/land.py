"""Hills under a moon, dunes, a forest."""

from __future__ import annotations

from seen.artwork.model.canvas import Canvas, trace
from seen.artwork.model.chance import Chance
from seen.artwork.model.colour import darker, lighter, mix
from seen.artwork.model.palettes import Palette
from seen.artwork.model.parts import figure, halo, orb, ridge, ridge_points, sky, stars


def hills(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """Ridges one behind the other, paler with distance, and a moon that is half down."""
    sky(canvas, palette, horizon=0.8)
    stars(canvas, chance, 24, below=0.35)
    orb(
        canvas,
        palette,
        canvas.x(chance.between(0.58, 0.74)),
        canvas.y(chance.between(0.26, 0.38)),
        canvas.unit * chance.between(0.13, 0.18),
    )
    layers = chance.whole(4, 5)
    for index in range(layers):
        share = index / (layers - 1)
        height = 0.42 + share * 0.44
        colour = mix(palette.land, palette.near, share**0.8)
        top = mix(colour, palette.low, 0.28 * (1 - share))
        points = ridge_points(canvas, chance, height, 0.055, 32)
        ridge(
            canvas,
            points,
            canvas.linear(
                [
                    (0.0, top, 1.0),
                    (0.7, darker(colour, 0.25), 1.0),
                    (1.0, darker(colour, 0.55), 1.0),
                ]
            ),
        )


def dunes(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """Four dunes, each with a lit and a shaded flank, and somebody on the second crest."""
    sky(canvas, palette, horizon=0.75)
    orb(
        canvas,
        palette,
        canvas.x(chance.between(0.24, 0.4)),
        canvas.y(chance.between(0.24, 0.32)),
        canvas.unit * 0.14,
    )
    width, height = float(canvas.width), float(canvas.height)
    for index in range(4):
        crest_x = width * chance.between(0.28, 0.72)
        crest_y = height * (0.42 + index * 0.125 + chance.between(-0.02, 0.02))
        base = height * (0.52 + index * 0.13)
        colour = darker(mix(palette.land, palette.low, 0.5 - index * 0.12), index * 0.14)
        lit = canvas.linear(
            [
                (0.0, lighter(colour, 0.22), 1.0),
                (0.5, colour, 1.0),
                (1.0, darker(colour, 0.5), 1.0),
            ],
            end=(0.5, 1),
        )
        crest = trace(crest_x, crest_y)
        canvas.path(
            trace(
                "M0",
                base,
                "C",
                crest_x * 0.4,
                base - height * 0.04,
                crest_x * 0.8,
                crest_y - height * 0.02,
                crest,
                "S",
                width * 0.85,
                base,
                width,
                base,
                "V",
                height,
                "H0Z",
            ),
            lit,
        )
        canvas.path(
            trace(
                "M",
                crest,
                "C",
                crest_x + width * 0.14,
                crest_y + height * 0.06,
                width * 0.85,
                base,
                width,
                base,
                "V",
                height,
                "H",
                crest_x - width * 0.2,
                "C",
                crest_x,
                base + height * 0.16,
                crest_x + width * 0.04,
                crest_y + height * 0.1,
                crest,
                "Z",
            ),
            darker(palette.near, 0.2),
            opacity=0.4,
        )
        if index == 1:
            figure(
                canvas,
                crest_x + width * 0.02,
                crest_y + height * 0.012,
                canvas.unit * 0.055,
                "#060505",
            )


def forest(canvas: Canvas, palette: Palette, chance: Chance) -> None:
    """Trunks in fog, nearer ones darker, and a light that somebody walks towards."""
    fog = mix(palette.low, "#dfe6d6", 0.35)
    canvas.rect(
        0,
        0,
        canvas.width,
        canvas.height,
        canvas.linear(
            [
                (0.0, darker(palette.middle, 0.3), 1.0),
                (0.55, fog, 1.0),
                (1.0, darker(palette.land, 0.55), 1.0),
            ]
        ),
    )
    light = canvas.x(chance.between(0.42, 0.6))
    halo(canvas, light, canvas.y(0.56), canvas.unit * 0.62, palette.light, strength=0.75)
    for layer in range(4):
        share = layer / 3
        colour = mix(mix(fog, palette.land, 0.35), darker(palette.near, 0.3), share)
        count = round(canvas.width / canvas.unit * (13 - layer * 2.4))
        for index in range(count):
            width = canvas.unit * chance.between(0.012, 0.022) * (1 + layer * 0.95)
            x = canvas.width * (index + chance.unit()) / count
            # The path stays open around the light.
            if layer > 1 and abs(x - light) < canvas.unit * 0.12:
                continue
            lean = canvas.unit * chance.between(-0.02, 0.02)
            canvas.area(
                [
                    (x - width * 0.42 + lean, 0),
                    (x + width * 0.42 + lean, 0),
                    (x + width * 0.6, canvas.y(0.78 + share * 0.22)),
                    (x - width * 0.6, canvas.y(0.78 + share * 0.22)),
                ],
                colour,
                opacity=0.55 + share * 0.45,
            )
    ground = ridge_points(canvas, chance, 0.83, 0.02, 16)
    ridge(
        canvas,
        ground,
        canvas.linear(
            [(0.0, darker(palette.land, 0.62), 1.0), (1.0, darker(palette.near, 0.4), 1.0)]
        ),
    )
    figure(canvas, light, canvas.y(0.85), canvas.unit * 0.12, "#060706")
