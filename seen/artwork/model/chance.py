"""A stream of numbers that depends on words only, never on the process or the platform."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Repeatable chance: ``Chance("a", "b")`` gives the same numbers everywhere."""

    def __init__(self, *words: str) -> None:
        # The separator keeps ("ab", "c") and ("a", "bc") apart.
        text = "\x1f".join(words).encode("utf-8", "surrogatepass")
        self._key = hashlib.sha256(text).digest()
        self._count = 0
        self._pool = b""

    def unit(self) -> float:
        """The next number in [0, 1)."""
        if len(self._pool) < 4:
            self._pool += hashlib.sha256(self._key + self._count.to_bytes(4, "big")).digest()
            self._count += 1
        head, self._pool = self._pool[:4], self._pool[4:]
        return int.from_bytes(head, "big") / 2**32

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` up to ``high``."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of ``choices``."""
        return choices[int(self.unit() * len(choices))]

    def happens(self, probability: float) -> bool:
        """True in about ``probability`` of all draws."""
        return self.unit() < probability
