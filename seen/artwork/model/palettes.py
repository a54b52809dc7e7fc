"""The light of a scene: a handful of colours that belong together."""

from __future__ import annotations

from dataclasses import dataclass

from seen.artwork.model.chance import Chance


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as ``#rrggbb``, from the top of the sky to the nearest ground."""

    high: str
    middle: str
    low: str
    light: str
    land: str
    near: str
    accent: str


PALETTES: tuple[Palette, ...] = (
    Palette("#0a1626", "#163a5c", "#5f8298", "#f7d6ae", "#4f7f9b", "#060d16", "#2f6f95"),
    Palette("#0d1230", "#2a356f", "#9a7fa8", "#fde3c2", "#3c4a86", "#080a1a", "#5a58a6"),
    Palette("#1a0a12", "#6b2130", "#e08a52", "#fff0d0", "#b5533a", "#14060a", "#c2553a"),
    Palette("#12071f", "#4a1a66", "#c2508e", "#ffd9c4", "#7b2f80", "#0b0413", "#9a3b93"),
    Palette("#04181c", "#0d4a52", "#6fb8a4", "#fff3d2", "#2b7f82", "#031013", "#1f8a86"),
    Palette("#0b0b18", "#28235a", "#6a5fc4", "#e9e4ff", "#433c93", "#07070f", "#5b50c8"),
    Palette("#1b130b", "#5c4424", "#d8a95b", "#fff4d6", "#9c7436", "#120c06", "#b98a3c"),
    Palette("#0a1410", "#2c4a3a", "#a9bfa0", "#f5f3d8", "#587a62", "#060d09", "#5f8f6e"),
    Palette("#170c10", "#58303c", "#e39a8f", "#fff0e4", "#a55a62", "#10070a", "#b8606a"),
    Palette("#071320", "#0f3f6b", "#37a3d8", "#f2fbff", "#1f74ad", "#040b14", "#1f86c4"),
    Palette("#160a26", "#3a1c7a", "#ff7b6b", "#ffe6c2", "#6a2f8f", "#0d0617", "#8a3f9f"),
    Palette("#0e1216", "#33424d", "#9fb2ba", "#fdf6e6", "#5c727d", "#080b0d", "#5f7d8c"),
)


def palette(seed: str) -> Palette:
    """The palette of a title."""
    return Chance("palette", seed).pick(PALETTES)


def accent(seed: str) -> str:
    """The colour a page takes from drawn artwork, as ``#rrggbb`` (the ``--art`` token)."""
    return palette(seed).accent
