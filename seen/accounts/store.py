"""Accounts in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from seen.accounts.model import ApiToken, Invitation, Session, User
from seen.core.db import Executor, Row
from seen.core.viewer import Role, Viewer

_USER = "id, email, display_name, role, settings, created_at, disabled_at"


def _user(row: Row) -> User:
    return User(**dict(row))


async def lock_first_user(db: Executor) -> None:
    """Let one caller at a time decide whether the first account is still to be made."""
    await db.execute("select pg_advisory_xact_lock(hashtext('seen first user'))")


async def count_users(db: Executor) -> int:
    count: int = await db.fetchval("select count(*) from users")
    return count


async def insert_user(
    db: Executor, user_id: UUID, email: str, name: str, password_hash: str, role: Role
) -> bool:
    """Add an account; False when the email address is taken."""
    try:
        await db.execute(
            "insert into users (id, email, display_name, password_hash, role)"
            " values ($1, $2, $3, $4, $5)",
            user_id,
            email,
            name,
            password_hash,
            role,
        )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def user_by_id(db: Executor, user_id: UUID) -> User | None:
    row = await db.fetchrow(f"select {_USER} from users where id = $1", user_id)
    return _user(row) if row else None


async def list_users(db: Executor) -> list[User]:
    return [_user(row) for row in await db.fetch(f"select {_USER} from users order by created_at")]


async def credentials(db: Executor, email: str) -> tuple[User, str] | None:
    """An account that may sign in, with its password hash."""
    row = await db.fetchrow(
        f"select {_USER}, password_hash from users where email = $1 and disabled_at is null", email
    )
    if row is None:
        return None
    facts = dict(row)
    stored = facts.pop("password_hash")
    return User(**facts), stored


async def password_hash_of(db: Executor, user_id: UUID) -> str | None:
    found: str | None = await db.fetchval("select password_hash from users where id = $1", user_id)
    return found


async def set_password(db: Executor, user_id: UUID, password_hash: str) -> None:
    await db.execute(
        "update users set password_hash = $2, updated_at = now() where id = $1",
        user_id,
        password_hash,
    )


async def set_settings(db: Executor, user_id: UUID, settings: dict[str, Any]) -> None:
    await db.execute(
        "update users set settings = $2, updated_at = now() where id = $1", user_id, settings
    )


async def set_display_name(db: Executor, user_id: UUID, name: str) -> None:
    await db.execute(
        "update users set display_name = $2, updated_at = now() where id = $1", user_id, name
    )


async def set_role(db: Executor, user_id: UUID, role: Role) -> bool:
    status = await db.execute(
        "update users set role = $2, updated_at = now() where id = $1", user_id, role
    )
    return status != "UPDATE 0"


async def set_disabled(db: Executor, user_id: UUID, disabled: bool) -> bool:
    status = await db.execute(
        "update users set disabled_at = case when $2 then coalesce(disabled_at, now()) end,"
        " updated_at = now() where id = $1",
        user_id,
        disabled,
    )
    return status != "UPDATE 0"


async def count_admins_besides(db: Executor, user_id: UUID) -> int:
    """Admins who could still sign in if this one could not. Locks them until the commit."""
    rows = await db.fetch(
        "select id from users where role = 'admin' and disabled_at is null and id <> $1 for update",
        user_id,
    )
    return len(rows)


# --- sessions ------------------------------------------------------------------------------------


async def insert_session(
    db: Executor,
    session_id: UUID,
    user_id: UUID,
    kind: str,
    token_hash: bytes | None,
    user_agent: str,
    address: str,
    expires_at: datetime,
) -> None:
    await db.execute(
        "insert into sessions (id, user_id, kind, token_hash, user_agent, address, expires_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        session_id,
        user_id,
        kind,
        token_hash,
        user_agent,
        address,
        expires_at,
    )


_VIEWER = (
    "select u.id as user_id, s.id as session_id, u.email, u.display_name, u.role, u.settings,"
    " s.last_seen_at from sessions s join users u on u.id = s.user_id"
    " where s.expires_at > now() and u.disabled_at is null"
)


def _viewer(row: Row) -> tuple[Viewer, datetime]:
    facts = dict(row)
    seen_at: datetime = facts.pop("last_seen_at")
    return Viewer(**facts), seen_at


async def viewer_by_token(db: Executor, token_hash: bytes) -> tuple[Viewer, datetime] | None:
    """Who holds a browser session, and when it was last used."""
    row = await db.fetchrow(f"{_VIEWER} and s.token_hash = $1", token_hash)
    return _viewer(row) if row else None


async def viewer_by_session(db: Executor, session_id: UUID) -> tuple[Viewer, datetime] | None:
    """Who holds an API session, and when it was last used."""
    row = await db.fetchrow(f"{_VIEWER} and s.id = $1 and s.kind = 'api'", session_id)
    return _viewer(row) if row else None


async def touch_session(db: Executor, session_id: UUID, expires_at: datetime) -> None:
    await db.execute(
        "update sessions set last_seen_at = now(), expires_at = greatest(expires_at, $2)"
        " where id = $1",
        session_id,
        expires_at,
    )


async def list_sessions(db: Executor, user_id: UUID) -> list[Session]:
    rows = await db.fetch(
        "select id, kind, user_agent, address, created_at, last_seen_at from sessions"
        " where user_id = $1 and expires_at > now() order by last_seen_at desc",
        user_id,
    )
    return [Session(**dict(row)) for row in rows]


async def last_seen(db: Executor) -> dict[UUID, datetime]:
    rows = await db.fetch("select user_id, max(last_seen_at) as at from sessions group by user_id")
    return {row["user_id"]: row["at"] for row in rows}


async def delete_session(db: Executor, user_id: UUID, session_id: UUID) -> bool:
    status = await db.execute(
        "delete from sessions where id = $1 and user_id = $2", session_id, user_id
    )
    return status != "DELETE 0"


async def delete_sessions(db: Executor, user_id: UUID, keep: UUID | None = None) -> int:
    """End all sessions of an account but one."""
    status = await db.execute(
        "delete from sessions where user_id = $1 and id is distinct from $2", user_id, keep
    )
    return int(status.split()[-1])


async def delete_expired(db: Executor) -> int:
    """Forget sessions, invitations and refresh tokens that nobody can use any more."""
    status = await db.execute("delete from sessions where expires_at < now()")
    await db.execute("delete from refresh_tokens where expires_at < now()")
    await db.execute("delete from invitations where expires_at < now() - interval '30 days'")
    return int(status.split()[-1])


# --- refresh tokens ------------------------------------------------------------------------------


async def insert_refresh(
    db: Executor, token_hash: bytes, session_id: UUID, expires_at: datetime
) -> None:
    await db.execute(
        "insert into refresh_tokens (token_hash, session_id, expires_at) values ($1, $2, $3)",
        token_hash,
        session_id,
        expires_at,
    )


async def spend_refresh(db: Executor, token_hash: bytes) -> tuple[UUID, bool] | None:
    """Mark a refresh token used: its session, and whether it was used before. None: unknown."""
    row = await db.fetchrow(
        "select session_id, used_at is not null as spent from refresh_tokens"
        " where token_hash = $1 and expires_at > now() for update",
        token_hash,
    )
    if row is None:
        return None
    await db.execute("update refresh_tokens set used_at = now() where token_hash = $1", token_hash)
    return row["session_id"], row["spent"]


async def end_session(db: Executor, session_id: UUID) -> None:
    await db.execute("delete from sessions where id = $1", session_id)


# --- invitations and sign-up ---------------------------------------------------------------------


async def insert_invitation(
    db: Executor,
    invitation_id: UUID,
    token_hash: bytes,
    role: Role,
    created_by: UUID,
    expires_at: datetime,
) -> None:
    await db.execute(
        "insert into invitations (id, token_hash, role, created_by, expires_at)"
        " values ($1, $2, $3, $4, $5)",
        invitation_id,
        token_hash,
        role,
        created_by,
        expires_at,
    )


async def open_invitation(db: Executor, token_hash: bytes) -> tuple[UUID, Role] | None:
    """An invitation that can still be used, locked until the commit."""
    row = await db.fetchrow(
        "select id, role from invitations where token_hash = $1 and used_at is null"
        " and expires_at > now() for update",
        token_hash,
    )
    return (row["id"], row["role"]) if row else None


async def offer(db: Executor, token_hash: bytes) -> tuple[str, bool, bool] | None:
    """Who invites, and whether the invitation was used or has ended."""
    row = await db.fetchrow(
        "select coalesce(u.display_name, '') as name, i.used_at is not null as used,"
        " i.expires_at <= now() as expired from invitations i"
        " left join users u on u.id = i.created_by where i.token_hash = $1",
        token_hash,
    )
    return (row["name"], row["used"], row["expired"]) if row else None


async def use_invitation(db: Executor, invitation_id: UUID, user_id: UUID) -> None:
    await db.execute(
        "update invitations set used_at = now(), used_by = $2 where id = $1", invitation_id, user_id
    )


async def list_invitations(db: Executor) -> list[Invitation]:
    rows = await db.fetch(
        "select id, role, created_at, expires_at, used_at from invitations"
        " where expires_at > now() order by created_at desc limit 100"
    )
    return [Invitation(**dict(row)) for row in rows]


async def delete_invitation(db: Executor, invitation_id: UUID) -> bool:
    status = await db.execute(
        "delete from invitations where id = $1 and used_at is null", invitation_id
    )
    return status != "DELETE 0"


async def server_setting(db: Executor, name: str) -> Any:
    """A setting of the whole server, or None."""
    return await db.fetchval("select value from server_settings where name = $1", name)


async def set_server_setting(db: Executor, name: str, value: Any) -> None:
    await db.execute(
        "insert into server_settings (name, value) values ($1, $2)"
        " on conflict (name) do update set value = excluded.value, updated_at = now()",
        name,
        value,
    )


# --- tokens for programs -------------------------------------------------------------------------


async def insert_token(
    db: Executor, token: ApiToken, user_id: UUID, token_hash: bytes, most: int
) -> bool:
    """Keep a token; False when the person has so many already."""
    status = await db.execute(
        "insert into api_tokens (id, user_id, name, token_hash, scopes, created_at, expires_at)"
        " select $1, $2, $3, $4, $5, $6, $7 where (select count(*) from api_tokens"
        " where user_id = $2 and revoked_at is null) < $8",
        token.id, user_id, token.name, token_hash, list(token.scopes), token.created_at,
        token.expires_at, most,
    )  # fmt: skip
    return status != "INSERT 0 0"


async def tokens(db: Executor, user_id: UUID) -> list[ApiToken]:
    """The person's tokens that were not taken back, newest first."""
    rows = await db.fetch(
        "select id, name, scopes, created_at, last_used_at, expires_at from api_tokens"
        " where user_id = $1 and revoked_at is null order by created_at desc, id desc",
        user_id,
    )
    return [ApiToken(**{**dict(row), "scopes": tuple(row["scopes"])}) for row in rows]


async def revoke_token(db: Executor, user_id: UUID, token_id: UUID) -> bool:
    status = await db.execute(
        "update api_tokens set revoked_at = now()"
        " where id = $1 and user_id = $2 and revoked_at is null",
        token_id, user_id,
    )  # fmt: skip
    return status != "UPDATE 0"


async def viewer_by_api_token(db: Executor, token_hash: bytes) -> Viewer | None:
    """Who gave a token away, and for what; noted as used, but not more often than is of use."""
    row = await db.fetchrow(
        "with used as (update api_tokens set last_used_at = now() where token_hash = $1"
        "   and coalesce(last_used_at < now() - interval '1 minute', true))"
        " select u.id as user_id, t.id as session_id, u.email, u.display_name, u.role, u.settings,"
        " t.scopes from api_tokens t join users u on u.id = t.user_id where t.token_hash = $1"
        " and t.revoked_at is null and coalesce(t.expires_at > now(), true)"
        " and u.disabled_at is null",
        token_hash,
    )
    if row is None:
        return None
    scopes = frozenset(row["scopes"])
    # Without the scope, an admin's token is that of anybody.
    role = row["role"] if "admin" in scopes else "user"
    return Viewer(**{**dict(row), "scopes": scopes, "role": role})
