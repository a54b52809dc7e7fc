"""Recommenders: who knows what you may like next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from seen.plugin.capabilities.capability import Capability
from seen.plugin.models import PoolItem, Scored, Taste


class Recommender(Capability, Protocol):
    """Feature: ``score``."""

    async def score(self, taste: Taste, pool: Sequence[PoolItem], limit: int) -> Sequence[Scored]:
        """The best titles of the pool for this taste, best first, at most ``limit``.

        MUST give reasons whose weights sum to the score, MUST NOT return a title of the history or
        one that is not in the pool, and MUST give the same answer for the same question.
        """
        ...
