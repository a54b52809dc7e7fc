"""Asks TMDB: its addresses, its key and its ways of saying no."""

from __future__ import annotations

from collections.abc import Mapping

from seen.plugin import AuthFailed, NotFound, PluginContext, PluginError, Unavailable
from seen.plugin.reading import Json, plain
from seen.plugin.service import Answer, Budget, Got, JsonService, Question

MOST_OPEN = 20
"""Connections that the service likes from one address, at most."""
_NO_KEY = (3, 7, 14, 35)
_NOT_THERE = (6, 34)


class TmdbClient(JsonService):
    """Raises AuthFailed, NotFound, RateLimited or Unavailable, or PluginError for a question that
    the service refuses."""

    def __init__(self, ctx: PluginContext, base_url: str, key: str, per_second: int) -> None:
        bearer = len(key) > 64 or "." in key
        super().__init__(
            ctx, "TMDB", Budget("tmdb", per_second, MOST_OPEN), _refusal, base_url,
            headers={"Authorization": f"Bearer {key}"} if bearer else {},
            secret={} if bearer else {"api_key": key},
        )  # fmt: skip

    async def at(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """The object at a path such as ``/search/movie``, kept for whoever asks next."""
        found: Json = (await self.get(Question(path, params or {}))).value
        return found

    async def title(self, path: str, params: Mapping[str, str], known: str = "") -> Got:
        """A title's page. It is large and its reader keeps what it needs, so it is not kept."""
        return await self.get(Question(path, params, keep=False), known)


def _refusal(answer: Answer) -> PluginError:
    said = answer.json()
    said = said if isinstance(said, dict) else {}
    message = plain(said.get("status_message"))
    code = said.get("status_code")
    if answer.status == 401 or code in _NO_KEY:
        return AuthFailed("TMDB refused the key")
    if answer.status == 404:
        # Whatever stands between may say 404 as well; only the service's own word counts.
        if code in _NOT_THERE:
            return NotFound(message or "TMDB does not have this")
        return Unavailable("TMDB gave an answer that cannot be read")
    return PluginError(f"TMDB refused the question: {message or f'status {answer.status}'}")
