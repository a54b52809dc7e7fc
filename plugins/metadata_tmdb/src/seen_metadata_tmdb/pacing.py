"""Keeps requests below what the service allows."""

from __future__ import annotations

import asyncio

PER_SECOND = 35
"""The service asks for "around 40"; other clients behind the same address need some too."""
MOST_OPEN = 20


class Pace:
    """Spaces requests out evenly and holds all of them back after a 429."""

    def __init__(self, per_second: float = PER_SECOND, most_open: int = MOST_OPEN) -> None:
        self._gap = 1 / per_second
        self._next = 0.0
        self._open = asyncio.Semaphore(most_open)

    async def __aenter__(self) -> None:
        await self._open.acquire()
        try:
            loop = asyncio.get_running_loop()
            while (wait := self._next - loop.time()) > 0:
                self._next += self._gap
                await asyncio.sleep(wait)
                return
            self._next = loop.time() + self._gap
        except BaseException:
            self._open.release()
            raise

    async def __aexit__(self, *exc: object) -> None:
        self._open.release()

    def hold(self, seconds: float) -> None:
        """Let nobody start within the next seconds."""
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)

    def waiting(self) -> float:
        """Seconds until the next request may start."""
        return max(0.0, self._next - asyncio.get_running_loop().time())
