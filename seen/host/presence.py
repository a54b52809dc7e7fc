"""Shows other processes that this one lives, and tells it who died."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Any

from seen.core.db import Connection, Database
from seen.core.log import get_log
from seen.host import store

log = get_log(__name__)
# A predecessor that was killed lets go of its name within moments.
_TRIES = 20
_PAUSE = 0.25


class Presence:
    """Holds a session of its own with a lock on the process's name.

    PostgreSQL drops the lock with the session, so death needs no clock to be noticed.
    """

    def __init__(self, db: Database, process: str) -> None:
        self.process = process
        self._db = db
        self._raw: Any = None

    @property
    def held(self) -> bool:
        return self._raw is not None and not self._raw.is_closed()

    async def enter(self) -> None:
        """Take the name, or a longer one where another living process has it.

        Raises whatever asyncpg raises when the database cannot be reached.
        """
        if self.held:
            return
        raw = await self._db.dedicated()
        try:
            await self._take(Connection(raw, self._db))
        except BaseException:
            raw.terminate()
            raise
        self._raw = raw

    async def _take(self, session: Connection) -> None:
        for _ in range(_TRIES):
            if await store.take_presence(session, self.process):
                return
            await asyncio.sleep(_PAUSE)
        longer = f"{self.process}#{os.getpid()}"
        log.warning("plugins: another process has this name", name=self.process, now=longer)
        self.process = longer
        await store.take_presence(session, longer)

    async def leave(self) -> None:
        if self._raw is not None:
            raw, self._raw = self._raw, None
            with contextlib.suppress(Exception):
                await raw.close(timeout=2)
