"""``/api/v1/admin/plugins``: what an admin sees and changes, and what nobody else may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from seen.admin.api import routes
from seen.admin.service import PluginAdmin
from seen.core.db import Database
from seen.core.errors import SeenError
from seen.core.events import Events
from seen.core.http import VIEWER, problem_response
from seen.core.jobs import JobEngine
from seen.core.viewer import Viewer
from seen.downloads.administration import DownloadAdmin
from tests.host.workshop import HEAD, HOOK, PROVIDER, MakeHost, Workshop

FIELDS = """
[[field]]
name = "api_key"
type = "secret"
required = true
[[field]]
name = "size"
type = "choice"
choices = {s = "Small", l = "Large"}
default = "s"
"""
KEYED = HEAD + PROVIDER + """
    async def start(self):
        if self.ctx.config["api_key"] == "refused":
            raise NotReady("The service said no")
""" + HOOK  # fmt: skip

Client = TestClient[web.Request, web.Application]
PLUGINS = "/api/v1/admin/plugins"


@web.middleware
async def border(request: web.Request, handler: Any) -> web.StreamResponse:
    """Who asks is written in a header; errors become problem documents."""
    role = request.headers.get("X-Role")
    if role in ("user", "admin"):
        request[VIEWER] = Viewer(uuid4(), uuid4(), "ann@example.org", "Ann",
                                 "admin" if role == "admin" else "user")  # fmt: skip
    try:
        answer: web.StreamResponse = await handler(request)
    except SeenError as error:
        return problem_response(error)
    return answer


@pytest.fixture
async def client(
    workshop: Workshop, make_host: MakeHost, database: Database, events: Events
) -> AsyncIterator[Client]:
    workshop.plugin("keyed", KEYED, fields=FIELDS)
    workshop.plugin("noimport", "import foo")
    host = await make_host()
    await host.settled(5)
    app = web.Application(middlewares=[border])
    plugins = PluginAdmin(host, DownloadAdmin(database, events))
    for route in routes(plugins, JobEngine(database, events)).routes:
        app.router.add_route(route.method, route.path, route.serve)
    async with TestClient(TestServer(app), headers={"X-Role": "admin"}) as made:
        yield made


async def change(client: Client, body: object, plugin: str = "keyed") -> tuple[int, Any]:
    response = await client.patch(f"{PLUGINS}/{plugin}", json=body)
    return response.status, await response.json()


async def test_the_list_names_states_reasons_and_fields_but_no_secret(client: Client) -> None:
    assert (await change(client, {"config": {"api_key": "hush-hush"}}))[0] == 200
    response = await client.get(PLUGINS)
    text = await response.text()
    assert "hush-hush" not in text
    plugins = {each["id"]: each for each in (await response.json())["plugins"]}
    assert plugins["noimport"]["state"] == "broken"
    assert plugins["noimport"]["reason"].startswith("Cannot be imported: No module named 'foo'")
    keyed = plugins["keyed"]
    assert (keyed["state"], keyed["health"], keyed["enabled"]) == ("running", "healthy", True)
    assert keyed["processes"][0]["process"] == "test"
    assert keyed["objects"][0]["capability"] == "metadata_providers"
    key, size = keyed["fields"]
    assert (key["type"], key["secret"], key["value"], key["isSet"]) == ("secret", True, None, True)
    assert key["variable"] == "SEEN_KEYED_API_KEY"
    assert (size["type"], size["value"], size["choices"]) == (
        "choice", "s", {"s": "Small", "l": "Large"})  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"config": {"size": "xl"}}, 422, "invalid", "config.size"),
        ({"config": {"colour": "red"}}, 422, "invalid", "config.colour"),
        ({"config": {"api_key": None}}, 422, "invalid", "config.api_key"),
        ({"config": {"api_key": "a\x00b"}}, 422, "invalid", "config.api_key"),
        ({"config": {"api_key": "x" * 20_000}}, 422, "invalid", "config.api_key"),
        ({"config": {"api_key": "refused"}}, 409, "trial_failed", None),
        ({"config": {"api_key": ["a"]}}, 422, "invalid", "config[...]"),
        ({"position": -1}, 422, "invalid", "position"),
        ({"enabled": "yes"}, 422, "invalid", "enabled"),
        ({"reason": "mine"}, 422, "invalid", ""),
    ],
)
async def test_what_cannot_work_is_refused_with_the_field_and_changes_nothing(
    client: Client, body: object, status: int, code: str, field: str | None
) -> None:
    assert (await change(client, {"config": {"api_key": "good"}}))[0] == 200
    got, problem = await change(client, body)
    assert (got, problem["code"]) == (status, code), problem
    if field is not None:
        assert [each["field"] for each in problem["errors"]] == [field]
    view = (await change(client, {}))[1]
    assert (view["state"], view["enabled"], view["fields"][1]["value"]) == ("running", True, "s")


async def test_a_trial_that_fails_says_why(client: Client) -> None:
    _, problem = await change(client, {"config": {"api_key": "refused"}})
    assert problem["detail"] == (
        "The plugin does not start with these values, so the old ones are kept: "
        "The service said no."
    )


async def test_switching_and_moving_show_in_the_answer(client: Client) -> None:
    status, off = await change(client, {"enabled": False, "config": {"api_key": "k", "size": "l"}})
    assert (status, off["enabled"], off["state"]) == (200, False, "disabled")
    assert off["fields"][1]["value"] == "l"
    assert (await change(client, {"enabled": True}))[1]["state"] == "running"
    await change(client, {"position": 0}, "noimport")
    listed = await (await client.get(PLUGINS)).json()
    assert [each["id"] for each in listed["plugins"]] == ["noimport", "keyed"]


async def test_health_is_asked_on_request(client: Client) -> None:
    response = await client.post(f"{PLUGINS}/keyed/health")
    assert (await response.json())["reason"] == "Needs Api key"
    await change(client, {"config": {"api_key": "k"}})
    response = await client.post(f"{PLUGINS}/keyed/health")
    assert (await response.json())["health"] == "healthy"


@pytest.mark.parametrize(("role", "status"), [("user", 403), ("nobody", 401)])
async def test_only_admins_come_in(client: Client, role: str, status: int) -> None:
    headers = {"X-Role": role}
    for method, path in (
        ("GET", PLUGINS), ("PATCH", f"{PLUGINS}/keyed"), ("POST", f"{PLUGINS}/keyed/health"),
    ):  # fmt: skip
        response = await client.request(method, path, headers=headers, json={"enabled": False})
        assert response.status == status


@pytest.mark.parametrize("name", ["nobody", "..", "a%00b", "x" * 300])
async def test_a_plugin_that_is_not_there_is_not_found(client: Client, name: str) -> None:
    for method, path in (("PATCH", name), ("POST", f"{name}/health")):
        response = await client.request(method, f"{PLUGINS}/{path}", json={"enabled": False})
        assert response.status in (404, 405)
