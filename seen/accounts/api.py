"""``/api/v1/auth`` and the viewer's own settings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec

from seen.accounts.model import (
    DEFAULT_SETTINGS,
    TRIES_BY_ACCOUNT,
    TRIES_BY_ADDRESS,
    ApiToken,
    User,
)
from seen.accounts.service import Accounts, Origin, TokenPair
from seen.accounts.tokens import ApiTokens
from seen.core.http import Answer, Api, Body, Call
from seen.core.rates import RateLimits
from seen.core.scopes import Scope
from seen.core.viewer import Role


class Register(Body):
    """An account to make. ``invitation`` is the secret of an invitation link."""

    email: str
    password: str
    display_name: str = ""
    invitation: str = ""


class Login(Body):
    """What a person signs in with."""

    email: str
    password: str


class Refresh(Body):
    """The refresh token of the last answer."""

    refresh_token: str


class Tokens(Answer):
    """``accessToken`` goes into ``Authorization: Bearer``; ``expiresIn`` is in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105  # the scheme's name


class Me(Answer):
    """The account behind the request."""

    id: UUID
    email: str
    display_name: str
    role: Role
    settings: dict[str, Any]


class SettingsChange(Body):
    """The viewer's own choices; only what is named changes."""

    theme: str | msgspec.UnsetType = msgspec.UNSET
    autoplay_next: bool | msgspec.UnsetType = msgspec.UNSET
    watched_percent: int | msgspec.UnsetType = msgspec.UNSET
    started_percent: int | msgspec.UnsetType = msgspec.UNSET
    resume_minimum_seconds: int | msgspec.UnsetType = msgspec.UNSET
    subtitle_language: str | msgspec.UnsetType = msgspec.UNSET
    rating_scale: str | msgspec.UnsetType = msgspec.UNSET
    keep_history: bool | msgspec.UnsetType = msgspec.UNSET
    share_statistics: bool | msgspec.UnsetType = msgspec.UNSET


class SessionAnswer(Answer):
    """A place where the viewer is signed in."""

    id: UUID
    kind: str
    user_agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


class NewToken(Body):
    """A token for a program. ``days`` is how long it lives; null is for ever."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1)]
    days: Annotated[int, msgspec.Meta(ge=1, le=3660)] | None = None


class TokenAnswer(Answer):
    """A token without its secret."""

    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class MadeToken(TokenAnswer):
    """A new token. ``token`` goes into ``Authorization: Bearer`` and is never shown again."""

    token: str


def _token_facts(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id, "name": token.name, "scopes": list(token.scopes),
        "created_at": token.created_at, "last_used_at": token.last_used_at,
        "expires_at": token.expires_at,
    }  # fmt: skip


def _tokens(pair: TokenPair) -> Tokens:
    return Tokens(pair.access_token, pair.refresh_token, pair.expires_in)


def _me(user: User) -> Me:
    settings = {**DEFAULT_SETTINGS, **user.settings}
    return Me(user.id, user.email, user.display_name, user.role, settings)


def _origin(call: Call) -> Origin:
    return Origin(call.request.headers.get("User-Agent", ""), call.request.remote or "")


def routes(accounts: Accounts, rates: RateLimits) -> Api:
    """The room's routes."""
    api = Api("accounts")

    @api.post("/auth/register", access="anyone", status=201, also={403: "Sign-up is closed"})
    async def register(call: Call, body: Register) -> Me:
        """Make an account: the first one becomes admin, later ones need an invitation."""
        await rates.spend(TRIES_BY_ADDRESS, "register", call.request.remote or "")
        user = await accounts.register(
            body.email, body.password, body.display_name, body.invitation
        )
        return _me(user)

    @api.post("/auth/login", access="anyone")
    async def login(call: Call, body: Login) -> Tokens:
        """Sign a program in. Pages use a cookie instead and never see these tokens."""
        await rates.spend(TRIES_BY_ADDRESS, "login", call.request.remote or "")
        await rates.spend(TRIES_BY_ACCOUNT, "account", body.email.strip().casefold()[:254])
        user = await accounts.check(body.email, body.password)
        return _tokens(await accounts.open_api_session(user, _origin(call)))

    @api.post("/auth/refresh", access="anyone")
    async def refresh(call: Call, body: Refresh) -> Tokens:
        """A new pair of tokens; the old refresh token is spent by this."""
        await rates.spend(TRIES_BY_ADDRESS, "refresh", call.request.remote or "")
        return _tokens(await accounts.refresh(body.refresh_token))

    @api.post("/auth/logout")
    async def logout(call: Call) -> None:
        """End the session behind this request."""
        await accounts.end_session(call.viewer, call.viewer.session_id)

    @api.get("/auth/me")
    async def me(call: Call) -> Me:
        """Who is signed in."""
        viewer = call.viewer
        settings = {**DEFAULT_SETTINGS, **viewer.settings}
        return Me(viewer.user_id, viewer.email, viewer.display_name, viewer.role, settings)

    @api.get("/auth/sessions")
    async def sessions(call: Call) -> list[SessionAnswer]:
        """Where the viewer is signed in, last used first."""
        return [
            SessionAnswer(
                each.id,
                each.kind,
                each.user_agent,
                each.address,
                each.created_at,
                each.last_seen_at,
                each.id == call.viewer.session_id,
            )
            for each in await accounts.sessions(call.viewer)
        ]

    @api.delete("/auth/sessions/{id}")
    async def end_session(call: Call, id: UUID) -> None:
        """Sign one place out."""
        await accounts.end_session(call.viewer, id)

    @api.get("/settings")
    async def settings(call: Call) -> dict[str, Any]:
        """The viewer's own choices."""
        return {**DEFAULT_SETTINGS, **call.viewer.settings}

    @api.patch("/settings")
    async def change_settings(call: Call, body: SettingsChange) -> dict[str, Any]:
        """Change some of them."""
        changed = await accounts.change_settings(call.viewer, msgspec.to_builtins(body))
        return {**DEFAULT_SETTINGS, **changed}

    _add_tokens(api, accounts.tokens)
    return api


def _add_tokens(api: Api, tokens: ApiTokens) -> None:
    @api.get("/tokens")
    async def listed(call: Call) -> list[TokenAnswer]:
        """The viewer's tokens for programs, newest first."""
        return [TokenAnswer(**_token_facts(each)) for each in await tokens.listed(call.viewer)]

    @api.post("/tokens", status=201, also={409: "More than one person may have"})
    async def make(call: Call, body: NewToken) -> MadeToken:
        """Make a token for a program. This answer is the only one with its secret."""
        life = timedelta(days=body.days) if body.days else None
        token, secret = await tokens.make(call.viewer, body.name, body.scopes, life)
        return MadeToken(**_token_facts(token), token=secret)

    @api.delete("/tokens/{id}")
    async def revoke(call: Call, id: UUID) -> None:
        """Take a token back; it ends at once."""
        await tokens.revoke(call.viewer, id)
