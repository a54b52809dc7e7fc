"""The scenes a title may be given. Adding one changes the artwork of titles that exist already."""

from __future__ import annotations

from collections.abc import Callable

from seen.artwork.model.canvas import Canvas
from seen.artwork.model.chance import Chance
from seen.artwork.model.palettes import Palette
from seen.artwork.model.scenes import built, heavens, indoors, land, water

Scene = Callable[[Canvas, Palette, Chance], None]

SCENES: tuple[Scene, ...] = (
    land.hills,
    water.lighthouse,
    heavens.planet,
    land.dunes,
    land.forest,
    built.city,
    built.arches,
    water.sea,
    built.blocks,
    heavens.ring,
    indoors.window,
    indoors.tunnel,
    heavens.stripes,
)

# A game reads better with a strong, graphic picture; a film with a place.
BY_KIND: dict[str, tuple[Scene, ...]] = {
    "game": (
        built.blocks,
        heavens.ring,
        water.lighthouse,
        indoors.tunnel,
        heavens.planet,
        land.dunes,
        water.sea,
        built.city,
    ),
}


def scene(kind: str, seed: str) -> Scene:
    """The scene of a title."""
    return Chance("scene", seed).pick(BY_KIND.get(kind, SCENES))
