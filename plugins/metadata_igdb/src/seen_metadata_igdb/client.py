"""Asks IGDB: queries in, rows out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from yarl import URL

from seen.plugin import AuthFailed, Health, PluginContext, PluginError, Unavailable
from seen.plugin.reading import Json, plain
from seen.plugin.service import Answer, Budget, Service
from seen_metadata_igdb.apicalypse import Query, several
from seen_metadata_igdb.token import Tokens

R = TypeVar("R")
PER_SECOND = 3
"""The service takes 4; requests that left evenly arrive unevenly where machines are busy."""
MOST_OPEN = 8
_INVALID_FIELD = re.compile(r"Invalid field name: '([\w.]+)'")


class IgdbClient:
    """Raises AuthFailed, RateLimited or Unavailable, or PluginError for a query that the service
    refuses."""

    def __init__(self, ctx: PluginContext, base_url: str, client_id: str, tokens: Tokens) -> None:
        self._log = ctx.log
        self._base = base_url.rstrip("/")
        self._client_id = client_id
        self._tokens = tokens
        self._service = Service(ctx, "IGDB", Budget("igdb", PER_SECOND, MOST_OPEN), _refusal)
        # Fields that the service took out; it refuses a query that names one.
        self._without: set[str] = set()

    @property
    def health(self) -> Health:
        """How the last request went."""
        return self._service.health

    async def rows(self, endpoint: str, query: Query) -> list[Json]:
        """What an endpoint such as "games" has."""
        return await self._asked(endpoint, query.text, _rows)

    async def several(self, queries: Mapping[str, tuple[str, Query]]) -> dict[str, list[Json]]:
        """Many queries with one request, their rows by the queries' names."""
        found = await self._asked("multiquery", lambda gone: several(queries, gone), _results)
        return {name: found.get(name, []) for name in queries}

    async def _asked(
        self, endpoint: str, text: Callable[[set[str]], str], read: Callable[[Answer], R]
    ) -> R:
        """Ask; once more with another token, and without a field that there is no more."""
        token = await self._tokens.get()
        for renewed in (False, True):
            try:
                return await self._known_fields(endpoint, text, read, token)
            except _TokenRefused:
                if not renewed:
                    token = await self._tokens.get(dead=token)
        raise AuthFailed("IGDB refuses the client ID")

    async def _known_fields(
        self, endpoint: str, text: Callable[[set[str]], str], read: Callable[[Answer], R],
        token: str,
    ) -> R:  # fmt: skip
        while True:
            try:
                return await self._post(endpoint, text(self._without), read, token)
            except _InvalidField as error:
                if error.field in self._without:
                    raise
                self._log.warning("field_is_gone", field=error.field)
                self._without.add(error.field)

    async def _post(self, endpoint: str, body: str, read: Callable[[Answer], R], token: str) -> R:
        headers = {
            "Accept": "application/json", "Content-Type": "text/plain",
            "Client-ID": self._client_id, "Authorization": f"Bearer {token}",
        }  # fmt: skip
        url = URL(f"{self._base}/{endpoint}")
        return await self._service.ask("POST", url, read, headers=headers, data=body)


class _TokenRefused(AuthFailed):
    """The token is dead, or not of this application."""


class _InvalidField(PluginError):
    """There is no such field (any more)."""

    def __init__(self, field: str) -> None:
        super().__init__(f"IGDB has no field {field}")
        self.field = field


def _refusal(answer: Answer) -> PluginError:
    """The gateway answers with an object, the service with a list, and a 404 is plain text."""
    if answer.status == 401:
        return _TokenRefused("IGDB refused the token")
    found = answer.json()
    if not isinstance(found, list) or not found or not isinstance(found[0], dict):
        return Unavailable(f"IGDB gave an answer that cannot be read (status {answer.status})")
    cause = plain(found[0].get("cause"))
    if invalid := _INVALID_FIELD.search(cause):
        return _InvalidField(invalid[1])
    return PluginError(f"IGDB refused the question: {plain(found[0].get('title'))} {cause}".strip())


def _rows(answer: Answer) -> list[Json]:
    found = answer.json()
    if not isinstance(found, list):
        raise Unavailable("IGDB gave an answer that cannot be read")
    return [each for each in found if isinstance(each, dict)]


def _results(answer: Answer) -> dict[str, list[Json]]:
    results: dict[str, list[Json]] = {}
    for each in _rows(answer):
        name, rows = each.get("name"), each.get("result")
        if isinstance(name, str) and isinstance(rows, list):
            results[name] = [row for row in rows if isinstance(row, dict)]
    return results
