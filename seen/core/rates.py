"""Rate limits: how often something may be tried from one address or by one account."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from seen.core.errors import TooMany


class RateLimits:
    """Counts tries in moving windows. Each process counts its own."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._items: dict[str, RateLimitItem] = {}

    async def spend(self, rule: str, *keys: str) -> None:
        """Count one try under ``rule`` ("10 per minute"). Raises TooMany when that was one more."""
        item = self._items.setdefault(rule, parse(rule))
        if await self._limiter.hit(item, *keys):
            return
        window = await self._limiter.get_window_stats(item, *keys)
        raise TooMany(retry_after=max(1, math.ceil(window.reset_time - time.time())))
