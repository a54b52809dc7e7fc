"""What people and admins do with accounts."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from seen.accounts import store
from seen.accounts.model import (
    ACCESS_LIFETIME,
    INVITATION_LIFETIME,
    REFRESH_LIFETIME,
    SESSION_LIFETIME,
    Invitation,
    Offer,
    Session,
    User,
    check_email,
    check_password,
    merge_settings,
)
from seen.accounts.passwords import Passwords
from seen.accounts.tokens import PREFIX, ApiTokens
from seen.core import clock
from seen.core.db import Connection, Database
from seen.core.errors import Conflict, Forbidden, Invalid, NotHere, SignInNeeded
from seen.core.events import Event, Events
from seen.core.ids import new_id, new_token, token_hash
from seen.core.rates import RateLimits
from seen.core.text import clean
from seen.core.viewer import Role, Viewer

# How long a process believes a session it has looked up. A revoked one is told by an event at
# once; this is the bound where the event was lost.
_NEAR_SECONDS = 5.0
_NEAR_ENTRIES = 10_000
_TOUCH_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a sign-in comes from, for the list of sessions."""

    user_agent: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What an API client holds. ``expires_in`` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class Accounts:
    """Accounts, sessions, tokens and invitations."""

    def __init__(self, db: Database, events: Events, jwt_key: bytes) -> None:
        self.tokens = ApiTokens(db, events, RateLimits())
        self._db = db
        self._events = events
        self._passwords = Passwords()
        self._key = OctKey.import_key(jwt_key)
        # By the token itself, since to hash it costs more than everything else about a kept viewer.
        self._near: OrderedDict[str, tuple[float, Viewer]] = OrderedDict()
        self._claimed = False
        events.on("accounts", self._forget)
        events.on("reconnected", self._forget)

    async def _forget(self, event: Event) -> None:
        self._near.clear()

    async def _changed(self, connection: Connection, user_id: UUID) -> None:
        self._near.clear()
        self.tokens.forget_near()
        await self._events.emit(Event("accounts", subject=str(user_id)), connection)

    # --- signing up --------------------------------------------------------------------------

    async def is_claimed(self) -> bool:
        """Whether the first admin exists."""
        if not self._claimed:
            self._claimed = await store.count_users(self._db) > 0
        return self._claimed

    async def sign_up_open(self) -> bool:
        """Whether anybody may make an account."""
        return bool(await store.server_setting(self._db, "sign_up_open"))

    async def set_sign_up_open(self, open_: bool) -> None:
        await store.set_server_setting(self._db, "sign_up_open", open_)

    async def create_first_admin(self, email: str, password: str, name: str = "") -> User:
        """Make the first account, an admin. Raises Conflict when somebody was faster."""
        address = check_email(email)
        hashed = await self._passwords.hash(check_password(password, address))
        async with self._db.transaction() as connection:
            await store.lock_first_user(connection)
            if await store.count_users(connection):
                raise Conflict(
                    "This server already has its admin. Sign in instead.", code="already_claimed"
                )
            return await self._insert(connection, address, hashed, name, "admin")

    async def register(self, email: str, password: str, name: str, invitation: str) -> User:
        """Make an account, by invitation or where sign-up is open. The very first is the admin."""
        if not await self.is_claimed():
            return await self.create_first_admin(email, password, name)
        address = check_email(email)
        if not invitation and not await self.sign_up_open():
            raise Forbidden(
                "Sign-up is closed here. Ask an admin for an invitation.", code="sign_up_closed"
            )
        hashed = await self._passwords.hash(check_password(password, address))
        async with self._db.transaction() as connection:
            role: Role = "user"
            found = None
            if invitation:
                found = await store.open_invitation(connection, token_hash(invitation))
                if found is None:
                    raise Forbidden(
                        "This invitation was used or has ended. Ask for a new one.",
                        code="invitation_ended",
                    )
                role = found[1]
            user = await self._insert(connection, address, hashed, name, role)
            if found is not None:
                await store.use_invitation(connection, found[0], user.id)
            return user

    async def add_user(self, email: str, password: str, role: Role, name: str = "") -> User:
        """Make an account as an admin does."""
        address = check_email(email)
        hashed = await self._passwords.hash(check_password(password, address))
        async with self._db.transaction() as connection:
            return await self._insert(connection, address, hashed, name, role)

    async def _insert(
        self, connection: Connection, email: str, hashed: str, name: str, role: Role
    ) -> User:
        user_id = new_id()
        shown = clean(name, 80) or email.partition("@")[0][:80]
        if not await store.insert_user(connection, user_id, email, shown, hashed, role):
            raise Conflict(
                "There is already an account with this email address.", code="email_taken"
            )
        user = await store.user_by_id(connection, user_id)
        if user is None:
            raise NotHere
        return user

    # --- signing in --------------------------------------------------------------------------

    async def check(self, email: str, password: str) -> User:
        """The account behind an email address and password. Raises SignInNeeded if they differ."""
        found = await store.credentials(self._db, clean(email, 254))
        if not await self._passwords.matches(password, found[1] if found else None) or not found:
            raise SignInNeeded(
                "The email address or the password is not right.", code="wrong_credentials"
            )
        return found[0]

    async def open_browser_session(self, user: User, origin: Origin) -> str:
        """Sign a browser in and answer with its secret. Always a new session."""
        token = new_token()
        await store.insert_session(
            self._db,
            new_id(),
            user.id,
            "browser",
            token_hash(token),
            clean(origin.user_agent, 300),
            clean(origin.address, 64),
            clock.now() + SESSION_LIFETIME,
        )
        return token

    async def viewer_by_token(self, token: str) -> Viewer | None:
        """Who holds a browser session; None when it has ended."""
        near = self._near.get(token)
        if near is not None and near[0] > time.monotonic():
            return near[1]
        found = await store.viewer_by_token(self._db, token_hash(token))
        return await self._remember(token, found, SESSION_LIFETIME)

    async def viewer_by_access_token(self, token: str) -> Viewer | None:
        """Who holds a JWT access token, or a token that somebody gave to a program; None when it
        is not valid or has ended. Raises TooMany."""
        if token.startswith(PREFIX):
            return await self.tokens.viewer(token)
        near = self._near.get(token)
        if near is not None and near[0] > time.monotonic():
            return near[1]
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
            jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
            session_id = UUID(str(claims.get("sid", "")))
        except (JoseError, ValueError):
            return None
        found = await store.viewer_by_session(self._db, session_id)
        return await self._remember(token, found, REFRESH_LIFETIME)

    async def _remember(
        self, token: str, found: tuple[Viewer, datetime] | None, lifetime: Any
    ) -> Viewer | None:
        if found is None:
            return None
        viewer, last_seen = found
        now = clock.now()
        if (now - last_seen).total_seconds() > _TOUCH_SECONDS:
            await store.touch_session(self._db, viewer.session_id, now + lifetime)
        self._near[token] = (time.monotonic() + _NEAR_SECONDS, viewer)
        while len(self._near) > _NEAR_ENTRIES:
            self._near.popitem(last=False)
        return viewer

    # --- tokens for programs -----------------------------------------------------------------

    async def open_api_session(self, user: User, origin: Origin) -> TokenPair:
        """Sign a program in."""
        session_id = new_id()
        async with self._db.transaction() as connection:
            await store.insert_session(
                connection,
                session_id,
                user.id,
                "api",
                None,
                clean(origin.user_agent, 300),
                clean(origin.address, 64),
                clock.now() + REFRESH_LIFETIME,
            )
            return await self._token_pair(connection, session_id)

    async def refresh(self, refresh_token: str) -> TokenPair:
        """A new pair for a refresh token, which is spent by that.

        A token that comes a second time was copied by somebody: the whole session ends, and
        whoever is right signs in again (RFC 9700, 4.14.2).
        """
        async with self._db.transaction() as connection:
            spent = await store.spend_refresh(connection, token_hash(refresh_token))
            if spent is not None and not spent[1]:
                return await self._token_pair(connection, spent[0])
            if spent is not None:
                await store.end_session(connection, spent[0])
                await self._changed(connection, spent[0])
        raise SignInNeeded(
            "The refresh token was used or has ended. Sign in again.", code="refresh_ended"
        )

    async def _token_pair(self, connection: Connection, session_id: UUID) -> TokenPair:
        now = clock.now()
        seconds = int(ACCESS_LIFETIME.total_seconds())
        claims = {
            "sid": str(session_id),
            "jti": str(new_id()),
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + seconds,
        }
        access = jwt.encode({"alg": "HS256"}, claims, self._key, algorithms=["HS256"])
        refresh = new_token()
        await store.insert_refresh(
            connection, token_hash(refresh), session_id, now + REFRESH_LIFETIME
        )
        return TokenPair(access, refresh, seconds)

    # --- one's own account -------------------------------------------------------------------

    async def sessions(self, viewer: Viewer) -> list[Session]:
        """Where the viewer is signed in, last used first."""
        return await store.list_sessions(self._db, viewer.user_id)

    async def end_session(self, viewer: Viewer, session_id: UUID) -> None:
        """Sign one place out. Raises NotHere when it is not the viewer's."""
        async with self._db.transaction() as connection:
            if not await store.delete_session(connection, viewer.user_id, session_id):
                raise NotHere("This session has already ended.")
            await self._changed(connection, viewer.user_id)

    async def end_other_sessions(self, viewer: Viewer) -> int:
        """Sign every other place out and answer with how many those were."""
        async with self._db.transaction() as connection:
            ended = await store.delete_sessions(connection, viewer.user_id, viewer.session_id)
            await self._changed(connection, viewer.user_id)
        return ended

    async def change_password(self, viewer: Viewer, current: str, new: str) -> None:
        """Set a new password; every other session ends."""
        stored = await store.password_hash_of(self._db, viewer.user_id)
        if not await self._passwords.matches(current, stored):
            raise Invalid(
                "The current password is not right.",
                errors=[{"field": "current", "message": "This is not your password"}],
            )
        hashed = await self._passwords.hash(check_password(new, viewer.email))
        async with self._db.transaction() as connection:
            await store.set_password(connection, viewer.user_id, hashed)
            await store.delete_sessions(connection, viewer.user_id, viewer.session_id)
            await self._changed(connection, viewer.user_id)

    async def change_settings(self, viewer: Viewer, changes: dict[str, Any]) -> dict[str, Any]:
        """Change the viewer's own choices and answer with all of them."""
        merged = merge_settings(dict(viewer.settings), changes)
        async with self._db.transaction() as connection:
            await store.set_settings(connection, viewer.user_id, merged)
            await self._changed(connection, viewer.user_id)
        return merged

    async def change_name(self, viewer: Viewer, name: str) -> None:
        """Change the name others see."""
        shown = clean(name, 80)
        if not shown:
            raise Invalid("A name needs at least one letter.")
        async with self._db.transaction() as connection:
            await store.set_display_name(connection, viewer.user_id, shown)
            await self._changed(connection, viewer.user_id)

    # --- what admins do ----------------------------------------------------------------------

    async def users(self) -> list[User]:
        """All accounts, oldest first."""
        return await store.list_users(self._db)

    async def set_password_of(self, email: str, password: str) -> None:
        """Set somebody's password; all sessions of that account end. Raises NotHere."""
        found = await store.credentials(self._db, check_email(email))
        if found is None:
            raise NotHere(f"There is no active account {email}.")
        hashed = await self._passwords.hash(check_password(password, email))
        async with self._db.transaction() as connection:
            await store.set_password(connection, found[0].id, hashed)
            await store.delete_sessions(connection, found[0].id)
            await self._changed(connection, found[0].id)

    async def set_role(self, user_id: UUID, role: Role) -> None:
        """Change what an account may do; its sessions end. The last admin stays one."""
        async with self._db.transaction() as connection:
            if role != "admin" and not await store.count_admins_besides(connection, user_id):
                raise Conflict("Somebody has to stay admin.", code="last_admin")
            if not await store.set_role(connection, user_id, role):
                raise NotHere("There is no such account.")
            await store.delete_sessions(connection, user_id)
            await self._changed(connection, user_id)

    async def set_disabled(self, user_id: UUID, disabled: bool) -> None:
        """Lock an account out or let it in again; its history stays."""
        async with self._db.transaction() as connection:
            if disabled and not await store.count_admins_besides(connection, user_id):
                raise Conflict("Somebody has to stay admin.", code="last_admin")
            if not await store.set_disabled(connection, user_id, disabled):
                raise NotHere("There is no such account.")
            await store.delete_sessions(connection, user_id)
            await self._changed(connection, user_id)

    async def invite(self, viewer: Viewer, role: Role) -> str:
        """Make an invitation and answer with its secret, which is not kept."""
        token = new_token()
        await store.insert_invitation(
            self._db,
            new_id(),
            token_hash(token),
            role,
            viewer.user_id,
            clock.now() + INVITATION_LIFETIME,
        )
        return token

    async def offer(self, token: str) -> Offer:
        """What an invitation link stands for. Raises NotHere for one nobody made."""
        found = await store.offer(self._db, token_hash(token))
        if found is None:
            raise NotHere("There is no such invitation.")
        name, used, expired = found
        reason = ""
        if used:
            reason = "Somebody has used it already. Ask for a new one, or sign in."
        elif expired:
            reason = "Seven days have passed. Ask for a new one."
        return Offer(name, reason)

    async def last_seen(self) -> dict[UUID, datetime]:
        """When each account was last here; an account that never signed in is left out."""
        return await store.last_seen(self._db)

    async def invitations(self) -> list[Invitation]:
        """Invitations that have not ended."""
        return await store.list_invitations(self._db)

    async def withdraw(self, invitation_id: UUID) -> None:
        """Take an unused invitation back."""
        if not await store.delete_invitation(self._db, invitation_id):
            raise NotHere("There is no such open invitation.")

    async def forget_expired(self) -> int:
        """Delete what has ended and answer with how many sessions that were."""
        return await store.delete_expired(self._db)
