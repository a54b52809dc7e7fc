"""Mixing colours written as ``#rrggbb``."""

from __future__ import annotations


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, each 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(one: str, other: str, share: float) -> str:
    """``one`` with ``share`` (0 to 1) of ``other`` in it."""
    pairs = zip(channels(one), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def darker(colour: str, share: float) -> str:
    """``colour`` moved towards near-black by ``share``."""
    return mix(colour, "#050507", share)


def lighter(colour: str, share: float) -> str:
    """``colour`` moved towards warm white by ``share``."""
    return mix(colour, "#fff6e8", share)
