"""Hashing passwords without holding up anybody else.

argon2id with 19 MiB and two passes (OWASP's first choice) takes about 25 ms of one core, so it
runs in threads, and only two at once: a rush of log-ins then waits in line instead of taking the
processor and the memory from everything else.
"""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Passwords:
    """Hashes and checks."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(2)
        self._decoy = ""

    async def hash(self, password: str) -> str:
        """The password's hash in PHC form."""
        async with self._turn:
            return await asyncio.to_thread(_hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether the password belongs to the stored hash.

        With None (no such account) it takes as long as a real check, so that the time of an answer
        does not tell who has an account.
        """
        if stored is None:
            if not self._decoy:
                self._decoy = await self.hash("nobody's password")
            await self._verify(password, self._decoy)
            return False
        return await self._verify(password, stored)

    async def _verify(self, password: str, stored: str) -> bool:
        async with self._turn:
            try:
                return await asyncio.to_thread(_hasher.verify, stored, password)
            except (VerificationError, InvalidHashError):
                return False
