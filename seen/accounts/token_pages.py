"""Settings, API tokens: what programs may do for somebody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from aiohttp import web

from seen.accounts.model import ApiToken
from seen.accounts.tokens import ApiTokens
from seen.core import clock
from seen.core.errors import SeenError
from seen.core.http import Call
from seen.core.pages import NO_FAULTS, Faults, Pages, faults_of, read_fields, see_other
from seen.core.scopes import SCOPES
from seen.core.viewer import Viewer
from seen.core.wording import capital, day, joined, since

TOKENS = "/app/settings/tokens"
_SCOPES: dict[str, tuple[str, str]] = {
    "read": ("Read", "What you see, and what you keep"),
    "track": ("Track", "Mark, rate, plan and import for you"),
    "download": ("Download", "Add and change downloads"),
    "scrobble": ("Scrobble", "Tell what you watch in another player"),
    "admin": ("Administer", "What admins may do, beside the others"),
}
_LIVES = {"": "Until you take it back", "30": "30 days", "90": "90 days", "365": "A year"}

Show = Callable[[Call, Faults, str], Awaitable[web.Response]]
"""Draws the page, with what is wrong with the form or with the secret of a new token."""


@dataclass(frozen=True, slots=True)
class Key:
    """A token for a program, as the page shows it."""

    id: UUID
    name: str
    what: str
    when: str
    revoke_action: str


def add_token_pages(pages: Pages, tokens: ApiTokens, show: Show) -> None:
    """What the page's forms do."""

    @pages.post(TOKENS)
    async def make(call: Call) -> web.StreamResponse:
        given = await read_fields(call)
        scopes = [each for each in SCOPES if f"scope_{each}" in given]
        days = given.get("days", "")
        life = timedelta(days=int(days)) if days and days in _LIVES else None
        try:
            _, secret = await tokens.make(call.viewer, given.get("name", ""), scopes, life)
        except SeenError as error:
            return await show(call, faults_of(error), "")
        # No redirect: what follows is the only page that shows it.
        return await show(call, NO_FAULTS, secret)

    @pages.post(TOKENS + "/{id}/revoke")
    async def revoke(call: Call) -> web.StreamResponse:
        await tokens.revoke(call.viewer, call.path_id("id"))
        return see_other(TOKENS)


def token_facts(viewer: Viewer, keys: Sequence[ApiToken], secret: str) -> dict[str, Any]:
    """What the page shows of tokens."""
    return {
        "tokens": [_key(each) for each in keys],
        "secret": secret,
        "scopes": [
            {"name": name, "label": label, "help": help_}
            for name, (label, help_) in _SCOPES.items()
            if viewer.is_admin or name != "admin"
        ],
        "lives": [{"value": value, "label": label} for value, label in _LIVES.items()],
    }


def _key(token: ApiToken) -> Key:
    now = clock.now()
    used = f"used {since(token.last_used_at, now)}" if token.last_used_at else "never used"
    ends = f", ends on {day(token.expires_at.date(), now.date())}" if token.expires_at else ""
    if token.expires_at and token.expires_at <= now:
        ends = ", has ended"
    return Key(
        id=token.id,
        name=token.name,
        what=capital(joined([_SCOPES[each][0].lower() for each in token.scopes])),
        when=capital(used + ends),
        revoke_action=f"{TOKENS}/{token.id}/revoke",
    )
