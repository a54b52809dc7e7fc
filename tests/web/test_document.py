"""The OpenAPI document says what the server does, and the server does what it says."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from seen.compose import Server
from tests.conftest import Person

Client = TestClient[web.Request, web.Application]
# Whoever is nobody may ask these and nothing else.
OPEN_TO_ALL = {
    ("GET", "/api/v1/health/live"),
    ("GET", "/api/v1/health/ready"),
    ("GET", "/api/v1/openapi.json"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/register"),
}


async def read_document(client: Client) -> dict[str, Any]:
    async with client.get("/api/v1/openapi.json") as answer:
        document: dict[str, Any] = await answer.json()
        return document


async def test_every_route_is_in_the_document_and_nothing_else(
    server: Server, client: Client
) -> None:
    document = await read_document(client)
    described = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    routed = {
        (route.method, route.resource.canonical)
        for route in server.app.router.routes()
        if route.resource is not None
        and route.resource.canonical.startswith("/api/")
        and route.method != "HEAD"
    }
    assert described == routed


async def test_the_document_is_valid_openapi(client: Client) -> None:
    document = await read_document(client)
    validate(document)
    operations = [op for methods in document["paths"].values() for op in methods.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))
    assert all(each["summary"] for each in operations)


async def test_nobody_gets_nothing(client: Client, admin: Person) -> None:
    document = await read_document(client)
    for path, methods in document["paths"].items():
        for method in methods:
            if (method.upper(), path) in OPEN_TO_ALL:
                continue
            address = re.sub(r"\{[^}]+\}", "01a20000-0000-7000-8000-000000000000", path)
            async with client.request(method, address, json={}) as answer:
                assert answer.status == 401, f"{method} {path} answered {answer.status}"


async def test_only_admins_do_what_admins_do(client: Client, user: Person) -> None:
    document = await read_document(client)
    tried = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("x-role") == "admin":
                address = re.sub(r"\{[^}]+\}", "01a20000-0000-7000-8000-000000000000", path)
                async with client.request(method, address, json={}, headers=user.headers) as answer:
                    assert answer.status == 403, f"{method} {path} answered {answer.status}"
                tried += 1
    assert tried > 5


@pytest.mark.timeout(300)
async def test_random_requests_find_no_fault_and_no_undocumented_answer(
    server: Server, admin: Person, tmp_path: Path
) -> None:
    """Schemathesis over a real socket, as the admin."""
    async with TestServer(server.app) as listening:
        fuzzer = await asyncio.create_subprocess_exec(
            Path(sys.executable).parent / "schemathesis", "run",
            str(listening.make_url("/api/v1/openapi.json")),
            "--header", f"Authorization: Bearer {admin.token}",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
            "response_schema_conformance",
            "--exclude-path-regex", "auth/(logout|sessions)",
            "--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--seed", "7",
            "--generation-database", "none", "--no-color", "--request-timeout", "10",
            cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await fuzzer.communicate()
    text = said.decode()
    # Warnings follow the failures, and are long.
    assert fuzzer.returncode == 0, text[max(0, text.find("= FAILURES =")) :][:6000]
    tested = re.search(r"Tested: (\d+)", text)
    assert tested is not None and int(tested[1]) > 20, text[-3000:]
