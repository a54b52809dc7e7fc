"""Drawn artwork: a scene, a light and a lettering for every title, from its seed alone.

Pure functions, no I/O. The same input gives the same bytes, so an answer may be cached for ever.
"""

from __future__ import annotations

from seen.artwork.model.drawing import SHAPES, Shape, draw
from seen.artwork.model.lettering import Lettering, lettering
from seen.artwork.model.palettes import accent

__all__ = ["SHAPES", "Lettering", "Shape", "accent", "draw", "lettering"]
