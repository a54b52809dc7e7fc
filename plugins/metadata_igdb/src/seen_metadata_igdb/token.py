"""One token for all processes of the server.

A token lives for about two months and an application may have 25; older ones die. So one process
asks for it, under a lock, and the others take it from what they share.
"""

from __future__ import annotations

import hashlib
import time
from urllib.parse import urlencode

import msgspec
from yarl import URL

from seen.plugin import AuthFailed, PluginContext, PluginError, Unavailable
from seen.plugin.reading import integer, plain, text
from seen.plugin.service import Answer, Budget, Service

PER_SECOND = 2
EARLY_SECONDS = 600
"""How long before its end a token is given up."""
REFUSED_SECONDS = 60.0
"""For how long credentials that were refused are not tried again."""


class Token(msgspec.Struct, frozen=True):
    """``ends`` is in seconds since 1970."""

    value: str
    ends: float


class Tokens:
    """Gives the token; raises AuthFailed, RateLimited or Unavailable."""

    def __init__(self, ctx: PluginContext, token_url: str, client_id: str, secret: str) -> None:
        self._shared = ctx.shared
        self._url = URL(token_url)
        self._form = {
            "client_id": client_id, "client_secret": secret, "grant_type": "client_credentials",
        }  # fmt: skip
        # Other credentials, on trial for example, must not meet this one's token.
        named = msgspec.json.encode([token_url, client_id, secret])
        self._key = f"token {hashlib.sha256(named).hexdigest()[:16]}"
        self._service = Service(ctx, "Twitch", Budget("twitch", PER_SECOND, 1), _refusal)
        self._known: Token | None = None
        self._refused = 0.0

    async def get(self, dead: str = "") -> str:
        """A token other than ``dead``, which the service did not take."""
        if (known := self._usable(self._known, dead)) is not None:
            return known.value
        if time.monotonic() < self._refused:
            raise AuthFailed("Twitch refused the client ID or the secret")
        async with self._shared.lock(self._key):
            kept = self._usable(await self._kept(), dead)
            if kept is None:
                kept = await self._minted()
                ttl = max(1.0, kept.ends - time.time())
                await self._shared.set(self._key, msgspec.json.encode(kept), ttl)
        self._known = kept
        return kept.value

    def _usable(self, token: Token | None, dead: str) -> Token | None:
        if token is None or token.value == dead or token.ends - EARLY_SECONDS < time.time():
            return None
        return token

    async def _kept(self) -> Token | None:
        raw = await self._shared.get(self._key)
        try:
            return msgspec.json.decode(raw, type=Token) if raw else None
        except msgspec.DecodeError:
            return None

    async def _minted(self) -> Token:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            return await self._service.ask(
                "POST", self._url, _read, headers=headers, data=urlencode(self._form)
            )
        except AuthFailed:
            self._refused = time.monotonic() + REFUSED_SECONDS
            raise


def _read(answer: Answer) -> Token:
    found = answer.json()
    found = found if isinstance(found, dict) else {}
    value, seconds = text(found, "access_token", longest=500), integer(found, "expires_in")
    if not value.isascii() or not value.isalnum() or not seconds:
        raise Unavailable("Twitch gave an answer that cannot be read")
    # One that is said to live for minutes only is still good for now.
    return Token(value, time.time() + max(seconds, EARLY_SECONDS + 60))


def _refusal(answer: Answer) -> PluginError:
    found = answer.json()
    said = plain(found.get("message")) if isinstance(found, dict) else ""
    if said == "invalid client" or "client id" in said:
        return AuthFailed("Twitch does not know this client ID")
    if answer.status in (400, 401, 403) and said:
        return AuthFailed(f"Twitch refused the client ID or the secret: {said}")
    return Unavailable("Twitch gave an answer that cannot be read")
