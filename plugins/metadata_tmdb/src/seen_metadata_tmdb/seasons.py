"""Reads seasons many at a time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from seen.plugin import NotFound, Unavailable
from seen.plugin.models import Episode
from seen.plugin.reading import Json, part
from seen_metadata_tmdb.client import TmdbClient
from seen_metadata_tmdb.details import episodes
from seen_metadata_tmdb.rows import Lookup

AT_ONCE = 20
"""Parts the service appends to one answer, at most."""
MEMO_SECONDS = 300.0
MEMO_SIZE = 64

_Block = Mapping[int, tuple[Episode, ...]]


class SeasonReader:
    """Asks for seasons 0-19, 20-39 and so on in one question each, and keeps the last few."""

    def __init__(self, client: TmdbClient) -> None:
        self._client = client
        self._memo: dict[tuple[str, int, str], tuple[float, _Block]] = {}

    def forget(self) -> None:
        self._memo.clear()

    async def episodes(
        self, path: str, season: int, language: str, lookup: Lookup
    ) -> Sequence[Episode]:
        """The episodes of one season of the show at ``path`` ("/tv/1399")."""
        block = await self._block(path, season // AT_ONCE * AT_ONCE, language, lookup)
        found = block.get(season)
        if found is None:
            return ()
        if language.startswith("en") or not found or any(each.overview for each in found):
            return found
        english = await self._block(path, season // AT_ONCE * AT_ONCE, "en-US", lookup)
        return _with_text(found, english.get(season, ()))

    async def _block(self, path: str, first: int, language: str, lookup: Lookup) -> _Block:
        key = (path, first, language)
        kept = self._memo.get(key)
        if kept and time.monotonic() - kept[0] < MEMO_SECONDS:
            return kept[1]
        block = await self._read(path, first, language, lookup)
        if len(self._memo) >= MEMO_SIZE:
            self._memo.pop(next(iter(self._memo)))
        self._memo[key] = (time.monotonic(), block)
        return block

    async def _read(self, path: str, first: int, language: str, lookup: Lookup) -> _Block:
        numbers = range(first, first + AT_ONCE)
        appended = ",".join(f"season/{each}" for each in numbers)
        try:
            answer = await self._client.at(
                path, {"language": language, "append_to_response": appended}
            )
        except NotFound:
            return {}
        except Unavailable:
            # a show with very many guests may be too large to come at once
            answer = {}
            for each in numbers:
                answer[f"season/{each}"] = await self._alone(path, each, language)
        found = {each: episodes(part(answer, f"season/{each}"), each, lookup)
                 for each in numbers if part(answer, f"season/{each}")}  # fmt: skip
        return _counted(found) if first == 0 else found

    async def _alone(self, path: str, season: int, language: str) -> Json:
        try:
            return await self._client.at(f"{path}/season/{season}", {"language": language})
        except NotFound:
            return {}


def _counted(block: _Block) -> _Block:
    """The block with numbers counted through all regular seasons, as long as none is missing.

    Some shows go on counting from season to season by themselves; their numbers are taken over.
    """
    made: dict[int, tuple[Episode, ...]] = dict(block)
    count = 0
    for season in range(1, AT_ONCE):
        found = block.get(season)
        if not found:
            break
        goes_on = count > 0 and found[0].number == count + 1
        made[season] = tuple(
            replace(each, absolute_number=each.number if goes_on else count + each.number)
            for each in found
        )
        count = max(each.absolute_number or 0 for each in made[season])
    return made


def _with_text(found: Sequence[Episode], english: Sequence[Episode]) -> tuple[Episode, ...]:
    """The episodes with English texts where they have none of their own."""
    by_number = {each.number: each for each in english}
    made = []
    for each in found:
        other = by_number.get(each.number)
        made.append(replace(each, title=other.title or each.title, overview=other.overview)
                    if other else each)  # fmt: skip
    return tuple(made)
