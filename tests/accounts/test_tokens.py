"""A token does what it is for and nothing else, and ends when it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from seen.compose import Server
from seen.core.scopes import SCOPES
from tests.conftest import Person
from tests.titles import add_movie


async def made(person: Person, scopes: Sequence[str], **more: Any) -> tuple[Person, str]:
    """The person as a program with a token, and the token's id."""
    given = {"name": "Script", "scopes": list(scopes), **more}
    status, body = await person.call("POST", "/tokens", json=given)
    assert status == 201, body
    return replace(person, token=body["token"]), body["id"]


async def test_a_token_is_shown_once_and_ends_at_once(server: Server, user: Person) -> None:
    program, known = await made(user, ["read"], days=30)
    assert program.token.startswith("seen_")
    status, body = await program.call("GET", "/auth/me")
    assert (status, body["email"]) == (200, "user@example.org")
    status, listed = await user.call("GET", "/tokens")
    assert status == 200 and program.token not in str(listed)
    assert listed[0]["lastUsedAt"] and listed[0]["expiresAt"] and listed[0]["scopes"] == ["read"]
    stored = await server.db.fetchval("select token_hash from api_tokens")
    assert program.token.encode() not in stored
    assert (await user.call("DELETE", f"/tokens/{known}"))[0] == 204
    assert (await program.call("GET", "/auth/me"))[0] == 401
    assert (await user.call("GET", "/tokens"))[1] == []


async def test_a_token_that_has_ended_or_whose_owner_is_locked_out_is_nobodys(
    server: Server, user: Person
) -> None:
    program, _ = await made(user, ["read"], days=1)
    await server.db.execute("update api_tokens set expires_at = now() - interval '1 second'")
    assert (await program.call("GET", "/auth/me"))[0] == 401
    other, _ = await made(user, ["read"])
    assert (await other.call("GET", "/auth/me"))[0] == 200
    await server.accounts.set_disabled(user.viewer.user_id, True)
    assert (await other.call("GET", "/auth/me"))[0] == 401


async def test_every_route_needs_its_scope(server: Server, admin: Person) -> None:
    status, document = await admin.call("GET", "/openapi.json")
    assert status == 200
    programs = {scope: (await made(admin, [scope]))[0] for scope in SCOPES}
    some = "00000000-0000-7000-8000-000000000000"
    tried = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "x-scope" not in operation:
                continue
            where = path.removeprefix("/api/v1").replace("{", "").replace("}", "")
            where = "/".join(some if "id" in each else each for each in where.split("/"))
            for scope, program in programs.items():
                if scope == operation["x-scope"]:
                    continue
                status, body = await program.call(method.upper(), where)
                assert status == 403 and body["code"] == "scope_missing", (method, path, scope)
                tried += 1
    assert tried > 200


async def test_a_scope_opens_what_it_names(server: Server, user: Person) -> None:
    movie = await add_movie(server)
    reader, _ = await made(user, ["read"])
    tracker, _ = await made(user, ["track"])
    given = {"mediaId": str(movie), "rating": 80}
    assert (await reader.call("POST", "/ratings", json=given))[0] == 403
    assert (await tracker.call("POST", "/ratings", json=given))[0] in (200, 201, 204)
    assert (await tracker.call("GET", "/ratings"))[0] == 403
    assert (await reader.call("GET", "/ratings"))[0] == 200


async def test_no_token_reaches_pages_passwords_sessions_or_tokens(user: Person) -> None:
    program, known = await made(user, SCOPES[:-1])
    for method, path in (
        ("GET", "/tokens"), ("DELETE", f"/tokens/{known}"), ("GET", "/auth/sessions"),
        ("POST", "/auth/logout"),
    ):  # fmt: skip
        assert (await program.call(method, path))[0] == 403, path
    async with program.client.get("/app/settings", headers=program.headers) as answer:
        assert answer.status == 403


async def test_only_an_admin_gives_away_what_admins_may(user: Person, admin: Person) -> None:
    given = {"name": "Script", "scopes": ["admin"]}
    assert (await user.call("POST", "/tokens", json=given))[0] == 422
    reader, _ = await made(admin, ["read"])
    assert (await reader.call("GET", "/admin/plugins"))[0] == 403
    both, _ = await made(admin, ["admin"])
    assert (await both.call("GET", "/admin/plugins"))[0] == 200


@pytest.mark.parametrize(
    "given",
    [
        {"name": "", "scopes": ["read"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": "x", "scopes": ["read"], "days": 0},
    ],
)
async def test_a_token_without_sense_is_refused(user: Person, given: dict[str, Any]) -> None:
    assert (await user.call("POST", "/tokens", json=given))[0] == 422


async def test_tokens_of_others_cannot_be_taken_back(user: Person, other_user: Person) -> None:
    program, known = await made(user, ["read"])
    assert (await other_user.call("DELETE", f"/tokens/{known}"))[0] == 404
    assert (await program.call("GET", "/auth/me"))[0] == 200


async def test_a_token_that_asks_too_often_is_told_to_wait(user: Person) -> None:
    program, _ = await made(user, ["read"])
    statuses = [(await program.call("GET", "/auth/me"))[0] for _ in range(1201)]
    assert statuses[0] == 200 and statuses[-1] == 429
