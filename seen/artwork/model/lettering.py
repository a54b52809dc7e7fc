"""How a title is set when it is laid over drawn artwork."""

from __future__ import annotations

from typing import Literal, get_args

from seen.artwork.model.chance import Chance

Lettering = Literal["serif", "wide", "caps", "thin", "bold"]

STYLES: tuple[Lettering, ...] = get_args(Lettering)
SHORT: tuple[Lettering, ...] = STYLES
# Wide tracking and heavy capitals need room; a long title gets a narrow cut.
LONG: tuple[Lettering, ...] = ("serif", "thin", "bold")
LONG_FROM = 15
LONG_WORD = 9


def lettering(title: str) -> Lettering:
    """The lettering of ``title``: one of five, whatever its case and spacing."""
    words = title.casefold().split()
    text = " ".join(words)
    roomy = len(text) < LONG_FROM and all(len(word) < LONG_WORD + 2 for word in words)
    return Chance("lettering", text).pick(SHORT if roomy else LONG)
