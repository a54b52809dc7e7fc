"""Accounts: who gets in, who becomes admin, what ends a session."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from seen.accounts.service import Origin
from seen.compose import Server
from seen.core.errors import Conflict, Forbidden, Invalid, SeenError, SignInNeeded
from tests.conftest import PASSWORD, Person, sign_in


async def test_fifty_sign_ups_at_once_make_exactly_one_admin(server: Server) -> None:
    async def claim(number: int) -> Any:
        try:
            return await server.accounts.create_first_admin(f"p{number}@example.org", PASSWORD)
        except SeenError as error:
            return error

    results = await asyncio.gather(*(claim(number) for number in range(50)))
    made = [each for each in results if not isinstance(each, SeenError)]
    assert len(made) == 1
    assert made[0].role == "admin"
    assert all(isinstance(each, Conflict) for each in results if each is not made[0])
    assert len(await server.accounts.users()) == 1


async def test_sign_up_is_closed_once_there_is_an_admin(server: Server, admin: Person) -> None:
    with pytest.raises(Forbidden):
        await server.accounts.register("late@example.org", PASSWORD, "", "")
    await server.accounts.set_sign_up_open(True)
    late = await server.accounts.register("late@example.org", PASSWORD, "", "")
    assert late.role == "user"


async def test_an_invitation_works_once(server: Server, admin: Person) -> None:
    secret = await server.accounts.invite(admin.viewer, "user")
    await server.accounts.register("one@example.org", PASSWORD, "", secret)
    with pytest.raises(Forbidden):
        await server.accounts.register("two@example.org", PASSWORD, "", secret)


async def test_nobody_becomes_admin_by_asking_for_it(admin: Person) -> None:
    status, problem = await admin.call(
        "POST", "/auth/register",
        json={"email": "x@example.org", "password": PASSWORD, "role": "admin"},
    )  # fmt: skip
    assert status == 422
    assert problem["code"] == "invalid"


@pytest.mark.parametrize("email", ["", "x", "a@", "@b", "a b@c.d", "a@b\nc", "<a>@b.c", "a" * 260])
async def test_an_address_that_cannot_be_one_is_refused(server: Server, email: str) -> None:
    with pytest.raises(Invalid):
        await server.accounts.create_first_admin(email, PASSWORD)


async def test_short_passwords_are_refused(server: Server) -> None:
    with pytest.raises(Invalid, match="10 characters"):
        await server.accounts.create_first_admin("a@example.org", "short")


async def test_a_wrong_password_and_an_unknown_address_look_the_same(
    server: Server, admin: Person
) -> None:
    said = []
    for email in ("admin@example.org", "nobody@example.org"):
        with pytest.raises(SignInNeeded) as caught:
            await server.accounts.check(email, "not the password")
        said.append((caught.value.code, caught.value.detail))
    assert said[0] == said[1]


async def test_a_spent_refresh_token_ends_the_whole_session(server: Server, admin: Person) -> None:
    user = await server.accounts.check("admin@example.org", PASSWORD)
    first = await server.accounts.open_api_session(user, Origin())
    second = await server.accounts.refresh(first.refresh_token)
    assert await server.accounts.viewer_by_access_token(second.access_token) is not None
    with pytest.raises(SignInNeeded):
        await server.accounts.refresh(first.refresh_token)
    with pytest.raises(SignInNeeded):
        await server.accounts.refresh(second.refresh_token)
    assert await server.accounts.viewer_by_access_token(second.access_token) is None


async def test_a_role_change_ends_every_session(
    server: Server, admin: Person, user: Person
) -> None:
    assert (await user.call("GET", "/auth/me"))[0] == 200
    await server.accounts.set_role(user.viewer.user_id, "admin")
    assert (await user.call("GET", "/auth/me"))[0] == 401


async def test_a_session_ends_at_once_when_it_is_revoked(server: Server, user: Person) -> None:
    other = await sign_in(server, user.client, "user@example.org")
    assert (await other.call("GET", "/auth/me"))[0] == 200
    await server.accounts.end_session(user.viewer, other.viewer.session_id)
    assert (await other.call("GET", "/auth/me"))[0] == 401
    assert (await user.call("GET", "/auth/me"))[0] == 200


async def test_nobody_ends_the_session_of_somebody_else(admin: Person, user: Person) -> None:
    status, _ = await user.call("DELETE", f"/auth/sessions/{admin.viewer.session_id}")
    assert status == 404
    assert (await admin.call("GET", "/auth/me"))[0] == 200


async def test_the_last_admin_stays_one(server: Server, admin: Person) -> None:
    with pytest.raises(Conflict):
        await server.accounts.set_role(admin.viewer.user_id, "user")
    with pytest.raises(Conflict):
        await server.accounts.set_disabled(admin.viewer.user_id, True)


async def test_a_new_password_ends_the_other_sessions(server: Server, user: Person) -> None:
    other = await sign_in(server, user.client, "user@example.org")
    await server.accounts.change_password(user.viewer, PASSWORD, "another password")
    assert (await other.call("GET", "/auth/me"))[0] == 401
    assert (await user.call("GET", "/auth/me"))[0] == 200
    with pytest.raises(SignInNeeded):
        await server.accounts.check("user@example.org", PASSWORD)


async def test_guessing_passwords_is_stopped_with_a_time_to_come_back(admin: Person) -> None:
    statuses = []
    for _ in range(12):
        status, problem = await admin.call(
            "POST", "/auth/login", json={"email": "admin@example.org", "password": "wrong guess"}
        )
        statuses.append(status)
    assert statuses[:10] == [401] * 10
    assert statuses[-1] == 429
    assert "Try again in" in problem["detail"]


async def test_settings_are_checked_and_kept(user: Person) -> None:
    status, settings = await user.call("PATCH", "/settings", json={"theme": "light"})
    assert (status, settings["theme"], settings["watchedPercent"]) == (200, "light", 92)
    status, _ = await user.call("PATCH", "/settings", json={"watchedPercent": 3})
    assert status == 422
    assert (await user.call("GET", "/settings"))[1]["theme"] == "light"
