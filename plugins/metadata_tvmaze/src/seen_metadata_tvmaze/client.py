"""Asks TVmaze."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from yarl import URL

from seen.plugin import NotFound, PluginContext, PluginError, Unavailable
from seen.plugin.reading import Json
from seen.plugin.service import Answer, Budget, Got, JsonService, Question

PER_SECOND = 1.9
"""The service takes 20 calls in 10 seconds; calls that left evenly may arrive unevenly."""
MOST_OPEN = 4
SEARCH_SECONDS = 6 * 3600.0
"""For how long an answer to a search is good: a library asks the same for each of its folders."""
_SHOW = re.compile(r"/shows/([1-9][0-9]{0,9})/?$", re.ASCII)


class TvmazeClient(JsonService):
    """Raises NotFound, RateLimited or Unavailable, or PluginError for a question that the service
    refuses."""

    def __init__(self, ctx: PluginContext, base_url: str) -> None:
        budget = Budget("tvmaze", PER_SECOND, MOST_OPEN)
        super().__init__(ctx, "TVmaze", budget, _refusal, base_url)

    async def found(self, words: str) -> list[Json]:
        """What the service finds for some words."""
        return await self.listed("/search/shows", {"q": words}, SEARCH_SECONDS)

    async def listed(
        self, path: str, params: Mapping[str, str] | None = None, fresh: float | None = None
    ) -> list[Json]:
        """The objects of a list such as ``/schedule``, kept for whoever asks next."""
        got = await self.get(Question(path, params or {}, expect=list, fresh=fresh))
        return [each for each in got.value if isinstance(each, dict)]

    async def show(
        self, known: str, embedded: Sequence[str] = (), etag: str = "", keep: bool = False
    ) -> Got:
        """A show by its number, with what is ``embedded`` in its page."""
        params = {"embed[]": embedded} if embedded else {}
        return await self.get(Question(f"/shows/{known}", params, keep=keep), etag)

    async def updates(self, since: str = "") -> dict[str, int]:
        """When shows changed last, by number; ``since`` is "day", "week", "month" or all."""
        got = await self.get(Question("/updates/shows", {"since": since}, keep=False))
        return {
            known: at
            for known, at in got.value.items()
            if known.isascii() and known.isdecimal() and isinstance(at, int)
        }

    async def looked_up(self, source: str, value: str) -> str:
        """The number of the show with an id elsewhere, or "". The answer is a redirect, which is
        read and not followed: the next request needs a turn of its own."""
        url = URL(f"{self._base}/lookup/shows").extend_query({source: value})
        try:
            return await self.ask("GET", url, _number_of, headers=self._headers, follow=False)
        except (NotFound, _Nothing):
            return ""


class _Nothing(PluginError):
    """Nothing is there, and that is all there is: a look-up that found nothing says so."""


def _number_of(answer: Answer) -> str:
    found = _SHOW.search(URL(answer.headers.get("Location", "")).path)
    if answer.status not in (301, 302, 303, 307, 308) or found is None:
        raise Unavailable("TVmaze gave an answer that cannot be read")
    return found[1]


def _refusal(answer: Answer) -> PluginError:
    if answer.status == 404:
        said = answer.json()
        # Whatever stands between may say 404 as well; only the service's own word counts.
        if isinstance(said, dict) and said.get("status") == 404:
            return NotFound("TVmaze does not have this")
        if answer.body in (b"", b"null"):
            return _Nothing("TVmaze gave an empty answer")
        return Unavailable("TVmaze gave an answer that cannot be read")
    return PluginError(f"TVmaze refused the question: status {answer.status}")
