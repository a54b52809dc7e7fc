"""Reads games, one or many at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from seen.plugin import NotFound, PluginError, Unavailable
from seen.plugin.models import (
    ExternalRef,
    KnownTitle,
    Refreshed,
    SearchHit,
    TimeToBeat,
    TitleDetails,
)
from seen.plugin.reading import Json, integer, rows
from seen_metadata_igdb import fields
from seen_metadata_igdb.apicalypse import Query, any_of
from seen_metadata_igdb.client import IgdbClient
from seen_metadata_igdb.games import (
    GAME,
    SOURCE,
    Pictures,
    details,
    hits,
    time_to_beat,
    validator,
)

MOST_EDITIONS = 20


def id_of(ref: ExternalRef) -> int:
    """The service's number for a game. Raises NotFound for what cannot be one."""
    known = re.fullmatch(r"[1-9][0-9]{0,11}", ref.id, re.ASCII)
    if ref.source != SOURCE or ref.kind is not GAME or not known:
        raise NotFound("IGDB does not have this")
    return int(ref.id)


class GameReader:
    """Raises what the client raises."""

    def __init__(self, client: IgdbClient, pictures: Pictures) -> None:
        self._client = client
        self._pictures = pictures

    async def details(self, ref: ExternalRef) -> TitleDetails:
        """All about a game, with one request."""
        known = id_of(ref)
        found = await self._client.several({
            "game": ("games", Query(fields.GAME, f"id = {known}", limit=1)),
            "editions": ("games", Query(fields.CARD, f"version_parent = {known}",
                                        limit=MOST_EDITIONS)),
            "times": ("game_time_to_beats", _times(f"game_id = {known}")),
        })  # fmt: skip
        for row in found["game"]:
            whole = {**row, "editions": found["editions"]}
            made = details(whole, self._pictures, _by_game(found["times"]).get(known))
            if made and made.ref == ref:
                return made
        if found["game"]:
            raise Unavailable("IGDB gave an answer that cannot be read")
        raise NotFound("IGDB does not have this")

    async def whole(self, found: Sequence[Json]) -> tuple[TitleDetails, ...]:
        """The rows of a query for all fields as details, with how long they take."""
        numbers = [number for row in found if (number := integer(row, "id"))]
        times = await self._times(numbers)
        made = (details(row, self._pictures, times.get(integer(row, "id") or 0)) for row in found)
        return tuple({each.ref: each for each in made if each}.values())

    async def similar(self, ref: ExternalRef) -> Sequence[SearchHit]:
        """Games that the service calls similar."""
        wanted = tuple(f"similar_games.{each}" for each in fields.CARD)
        found = await self._client.rows("games", Query(wanted, f"id = {id_of(ref)}", limit=1))
        return hits([each for row in found for each in rows(row, "similar_games")], self._pictures)

    async def refresh(self, known: Sequence[KnownTitle]) -> Sequence[Refreshed]:
        """What became of games: one request for when they changed, one for those that did."""
        asked = {int(each.ref.id): each for each in known if _is_game(each.ref)}
        if not asked:
            return ()
        changed_at = await self._validators(list(asked))
        missing = [each for each in asked if each not in changed_at]
        if missing:
            # An answer may have been cut short; what is missing twice is gone.
            changed_at |= await self._validators(missing)
        answers = [
            Refreshed(each.ref, "unchanged" if number in changed_at else "gone")
            for number, each in asked.items()
            if number not in changed_at or changed_at[number] == each.validator
        ]
        changed = [n for n, at in changed_at.items() if n in asked and at != asked[n].validator]
        try:
            return (*answers, *(await self._changed(changed)))
        except PluginError:
            if not answers:
                raise
            return tuple(answers)

    async def _changed(self, numbers: Sequence[int]) -> list[Refreshed]:
        if not numbers:
            return []
        found = await self._client.rows("games", Query(fields.GAME, f"id = {any_of(numbers)}"))
        made = await self.whole(found)
        wanted = {str(each) for each in numbers}
        return [Refreshed(each.ref, "changed", each) for each in made if each.ref.id in wanted]

    async def _validators(self, numbers: Sequence[int]) -> dict[int, str]:
        query = Query(("updated_at",), f"id = {any_of(numbers)}")
        found = await self._client.rows("games", query)
        return {number: validator(row) for row in found if (number := integer(row, "id"))}

    async def _times(self, numbers: Sequence[int]) -> dict[int, TimeToBeat]:
        """A page without them is better than none."""
        if not numbers:
            return {}
        try:
            query = _times(f"game_id = {any_of(numbers)}")
            return _by_game(await self._client.rows("game_time_to_beats", query))
        except PluginError:
            return {}


def _is_game(ref: ExternalRef) -> bool:
    try:
        return bool(id_of(ref))
    except NotFound:
        return False


def _times(where: str) -> Query:
    return Query(("game_id", "hastily", "normally", "completely"), where)


def _by_game(found: Sequence[Json]) -> dict[int, TimeToBeat]:
    made = ((integer(row, "game_id"), time_to_beat(row)) for row in found)
    return {game: times for game, times in made if game and times}
