"""Who may come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from aiohttp import web

from seen.accounts.model import Invitation, User
from seen.accounts.service import Accounts
from seen.core import clock
from seen.core.http import Call
from seen.core.pages import Pages, Renderer, read_form, see_other
from seen.core.viewer import Role, Viewer
from seen.core.wording import capital, since, until

PEOPLE = "/app/admin/users"


class RoleForm(msgspec.Struct):
    """What an account may do."""

    role: Role


class ActiveForm(msgspec.Struct):
    """Whether an account may sign in."""

    active: bool


@dataclass(frozen=True, slots=True)
class Person:
    """An account."""

    id: str
    name: str
    email: str
    initial: str
    role: Role
    seen_when: str
    is_self: bool
    active: bool
    role_action: str
    active_action: str


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that can still be used."""

    id: str
    note: str
    revoke_action: str


def pages(accounts: Accounts, render: Renderer) -> Pages:
    """``/app/admin/users``."""
    found = Pages()

    async def show(call: Call, fresh_link: str = "") -> web.Response:
        seen = await accounts.last_seen()
        invitations = [each for each in await accounts.invitations() if each.used_at is None]
        return await render.page(
            call,
            "admin/users.html",
            active="/app/admin",
            users=[_person(each, call.viewer, seen) for each in await accounts.users()],
            invitations=[_open(each) for each in invitations],
            fresh_link=fresh_link,
        )

    @found.get(PEOPLE, access="admin")
    async def listing(call: Call) -> web.StreamResponse:
        return await show(call)

    @found.post(PEOPLE + "/invitations", access="admin")
    async def invite(call: Call) -> web.StreamResponse:
        token = await accounts.invite(call.viewer, (await read_form(call, RoleForm)).role)
        # Shown here and never again: only its hash is kept.
        return await show(call, f"{call.request.scheme}://{call.request.host}/app/register/{token}")

    @found.post(PEOPLE + "/invitations/{id}/withdraw", access="admin")
    async def withdraw(call: Call) -> web.StreamResponse:
        await accounts.withdraw(call.path_id("id"))
        return see_other(PEOPLE)

    @found.post(PEOPLE + "/{id}/role", access="admin")
    async def role(call: Call) -> web.StreamResponse:
        await accounts.set_role(call.path_id("id"), (await read_form(call, RoleForm)).role)
        return see_other(PEOPLE)

    @found.post(PEOPLE + "/{id}/active", access="admin")
    async def active(call: Call) -> web.StreamResponse:
        wanted = (await read_form(call, ActiveForm)).active
        await accounts.set_disabled(call.path_id("id"), not wanted)
        return see_other(PEOPLE)

    return found


def _person(user: User, viewer: Viewer, seen: Mapping[UUID, datetime]) -> Person:
    base = f"{PEOPLE}/{user.id}"
    last = seen.get(user.id)
    when = f"Last here {since(last, clock.now())}" if last else "Not signed in anywhere"
    return Person(
        id=str(user.id),
        name=user.display_name,
        email=user.email,
        initial=user.display_name[:1].upper() or "?",
        role=user.role,
        seen_when="Active now" if user.id == viewer.user_id else when,
        is_self=user.id == viewer.user_id,
        active=user.disabled_at is None,
        role_action=f"{base}/role",
        active_action=f"{base}/active",
    )


def _open(invitation: Invitation) -> OpenInvitation:
    whom = "an admin" if invitation.role == "admin" else "a user"
    return OpenInvitation(
        str(invitation.id),
        capital(f"for {whom}, ends {until(invitation.expires_at, clock.now())}"),
        f"{PEOPLE}/invitations/{invitation.id}/withdraw",
    )
