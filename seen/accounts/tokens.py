"""Tokens that people give to programs: made, recognised, taken back."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from seen.accounts import store
from seen.accounts.model import ApiToken
from seen.core import clock
from seen.core.db import Database
from seen.core.errors import Conflict, Invalid, NotHere
from seen.core.events import Event, Events
from seen.core.ids import new_id, new_token, token_hash
from seen.core.rates import RateLimits
from seen.core.scopes import SCOPES
from seen.core.text import clean
from seen.core.viewer import Viewer

PREFIX = "seen_"
"""How every token begins: people and programs that look for leaked secrets know it by that."""

_MOST = 50
_LONGEST_LIFE = timedelta(days=3660)
# What one token may ask of one process. A page of a person asks far less.
_RATE = "1200 per minute"
# How long a process believes a token it has looked up; one that was taken back is told at once.
_NEAR_SECONDS = 5.0
_NEAR_ENTRIES = 1000


class ApiTokens:
    """The tokens of all people."""

    def __init__(self, db: Database, events: Events, rates: RateLimits) -> None:
        self._db = db
        self._events = events
        self._rates = rates
        self._near: OrderedDict[bytes, tuple[float, Viewer]] = OrderedDict()
        events.on("accounts", self._forget)
        events.on("reconnected", self._forget)

    async def _forget(self, event: Event) -> None:
        self.forget_near()

    def forget_near(self) -> None:
        """Look everybody up again: somebody may have lost what a token stands for."""
        self._near.clear()

    async def make(
        self, viewer: Viewer, name: str, scopes: Collection[str], life: timedelta | None = None
    ) -> tuple[ApiToken, str]:
        """A new token, and its secret, which is not kept. Raises Invalid, Conflict."""
        wanted = tuple(each for each in SCOPES if each in scopes)
        named = clean(name, 80)
        if not named or not wanted:
            raise Invalid("Give the token a name and something it may do.")
        if "admin" in wanted and not viewer.is_admin:
            raise Invalid("Only an admin's token can have the scope admin.")
        if life is not None and not timedelta() < life <= _LONGEST_LIFE:
            raise Invalid("A token lives for a day at least and ten years at most.")
        now = clock.now()
        token = ApiToken(new_id(), named, wanted, now, None, now + life if life else None)
        secret = PREFIX + new_token()
        if not await store.insert_token(self._db, token, viewer.user_id, token_hash(secret), _MOST):
            raise Conflict(f"You have {_MOST} tokens; take one back first.")
        return token, secret

    async def listed(self, viewer: Viewer) -> list[ApiToken]:
        """The viewer's tokens, newest first."""
        return await store.tokens(self._db, viewer.user_id)

    async def revoke(self, viewer: Viewer, token_id: UUID) -> None:
        """Take a token back; it ends at once, in every process. Raises NotHere."""
        async with self._db.transaction() as connection:
            if not await store.revoke_token(connection, viewer.user_id, token_id):
                raise NotHere("There is no such token.")
            await self._events.emit(Event("accounts", subject=str(viewer.user_id)), connection)
        self._near.clear()

    async def viewer(self, secret: str) -> Viewer | None:
        """Whose token this is; None where it is nobody's any more. Raises TooMany."""
        key = token_hash(secret)
        near = self._near.get(key)
        if near is None or near[0] <= time.monotonic():
            found = await store.viewer_by_api_token(self._db, key)
            if found is None:
                return None
            near = (time.monotonic() + _NEAR_SECONDS, found)
            self._near[key] = near
            while len(self._near) > _NEAR_ENTRIES:
                self._near.popitem(last=False)
        await self._rates.spend(_RATE, "token", str(near[1].session_id))
        return near[1]
