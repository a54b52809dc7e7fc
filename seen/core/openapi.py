"""The OpenAPI 3.1 document, made from the same facts that serve the requests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from seen import __version__
from seen.core.http import Problem, Route

_REF = "#/components/schemas/{name}"
_PROBLEM = "application/problem+json"
_STATUS_TEXT = {
    400: "The request could not be read",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "There is no such thing, or it is not yours",
    409: "Not possible in the present state",
    413: "The body is too large",
    415: "The content type is not one this route takes",
    422: "A value breaks a rule",
    429: "Too many tries; Retry-After says when to come back",
    503: "Something the server needs does not answer",
}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The whole document as plain data."""
    listed = sorted(routes, key=lambda route: (route.path, route.method))
    types = _types(listed)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    by_type = dict(zip(map(_key, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, by_type)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "/seen/",
            "version": __version__,
            "description": "Movies, shows and games of your own: library, player and tracker.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "session": {"type": "apiKey", "in": "cookie", "name": "seen_session"},
            },
        },
    }


def _key(kind: Any) -> str:
    return repr(kind)


def _types(routes: list[Route]) -> list[Any]:
    found: dict[str, Any] = {_key(Problem): Problem}
    for route in routes:
        for kind in (route.body, route.query, *route.path_types.values()):
            if kind is not None:
                found[_key(kind)] = kind
        if route.answer is not None and route.produces is None:
            found[_key(route.answer)] = route.answer
    return list(found.values())


def _operation(route: Route, by_type: dict[str, Any]) -> dict[str, Any]:
    summary, _, rest = route.summary.partition("\n")
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "tags": [route.tag],
        "summary": summary,
        "parameters": [*_path_parameters(route, by_type), *_query_parameters(route)],
        "responses": _responses(route, by_type),
    }
    if rest.strip():
        operation["description"] = re.sub(r"\s*\n\s*", " ", rest.strip())
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": by_type[_key(route.body)]}},
        }
    elif route.accepts is not None:
        schema = {"type": "string", "format": "binary"}
        operation["requestBody"] = {
            "required": True, "content": {route.accepts: {"schema": schema}}
        }  # fmt: skip
    if route.access != "anyone":
        operation["security"] = [{"token": []}, {"session": []}]
        operation["x-scope"] = route.scope or "none"
    if route.access == "admin":
        operation["x-role"] = "admin"
    return operation


def _operation_id(route: Route) -> str:
    words = re.findall(r"[a-z]+", route.path.removeprefix("/api/v1").lower())
    return "_".join([route.method.lower(), *words])


def _path_parameters(route: Route, by_type: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": by_type[_key(kind)]}
        for name, kind in route.path_types.items()
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    _, components = msgspec.json.schema_components([route.query], ref_template=_REF)
    shape = components[route.query.__name__]
    required = set(shape.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in shape["properties"].items()
    ]


def _responses(route: Route, by_type: dict[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done" if route.status == 204 else "The answer"}
    if route.produces is not None:
        good["content"] = {route.produces: {"schema": {"type": "string", "format": "binary"}}}
    elif route.answer is not None:
        good["content"] = {"application/json": {"schema": by_type[_key(route.answer)]}}
    responses = {str(route.status): good}
    for status in _statuses(route):
        text = route.also.get(status) or _STATUS_TEXT.get(status, "See the problem document")
        responses[str(status)] = {"description": text}
        if status >= 400:
            responses[str(status)]["content"] = {_PROBLEM: {"schema": by_type[_key(Problem)]}}
        elif status == 206:
            responses[str(status)]["content"] = good.get("content", {})
    return responses


def _statuses(route: Route) -> list[int]:
    found = {429, 503, *route.also}
    if route.access != "anyone":
        found |= {401, 403}
    if route.path_types:
        found |= {404}
    if any(kind not in (UUID, str, int) for kind in route.path_types.values()):
        found |= {400}
    if route.query is not None:
        found |= {422}
    if route.body is not None or route.accepts is not None:
        found |= {400, 401, 403, 404, 409, 413, 422}
    return sorted(found)
