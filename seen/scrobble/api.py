"""``/api/v1/scrobble``: what other players send their webhooks to."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.multipart import BodyPartReader

from seen.accounts.tokens import ApiTokens
from seen.core.errors import Forbidden, Malformed, NotHere, SignInNeeded, TooLarge
from seen.core.http import VIEWER, Answer, Api, Call, Query
from seen.core.viewer import Viewer
from seen.scrobble.model import PLAYERS, NotUnderstood, Player, read
from seen.scrobble.service import Scrobbles

_LONGEST = 1024 * 1024
# Plex sends a picture along, which is passed over.
_LONGEST_PICTURE = 16 * 1024 * 1024
_MOST_PARTS = 10
_FIELDS = ("payload", "data")
_SCOPE = "scrobble"


class ScrobbleQuery(Query):
    """``token`` is for players that cannot send a header. ``account`` is whose watching counts,
    as the other server calls them, where several people use it."""

    token: str = ""
    account: str = ""


class ScrobbleAnswer(Answer):
    """What came of a message; ``reason`` says why nothing was kept."""

    state: Literal["kept", "ignored"]
    reason: str
    media_id: UUID | None


def routes(scrobbles: Scrobbles, tokens: ApiTokens) -> Api:
    """The room's route."""
    api = Api("scrobble")

    @api.post(
        "/scrobble/{player}", access="anyone", accepts="application/json",
        also={401: "No token", 403: "A token without the scope scrobble"},
    )  # fmt: skip
    async def scrobble(call: Call, player: str, query: ScrobbleQuery) -> ScrobbleAnswer:
        """Tell what is watched in plex, jellyfin, emby or kodi, in that player's own words.

        The token, with the scope scrobble, comes as Authorization: Bearer or in the query.
        """
        viewer = await _viewer(call, tokens, query.token)
        known: Player | None = next((each for each in PLAYERS if each == player), None)
        if known is None:
            raise NotHere("There is no such player.")
        try:
            event = read(known, await _body(call))
        except NotUnderstood as error:
            raise Malformed(f"This is nothing that {player} sends.", code="not_json") from error
        if event is None:
            return ScrobbleAnswer("ignored", "This is nothing to keep.", None)
        if query.account and event.account.casefold() != query.account.casefold():
            return ScrobbleAnswer("ignored", "Somebody else watched this.", None)
        found = await scrobbles.take(viewer, event)
        return ScrobbleAnswer("kept" if found.kept else "ignored", found.reason, found.media_id)

    return api


async def _viewer(call: Call, tokens: ApiTokens, token: str) -> Viewer:
    """Whose token it is. Raises SignInNeeded, Forbidden."""
    viewer: Viewer | None = call.request.get(VIEWER)
    if token:
        viewer = await tokens.viewer(token)
    if viewer is None:
        raise SignInNeeded("Send a token with the scope scrobble.")
    if viewer.scopes is not None and _SCOPE not in viewer.scopes:
        raise Forbidden(f"This token lacks the scope {_SCOPE}.", code="scope_missing")
    return viewer


async def _body(call: Call) -> bytes:
    """The JSON, bare or in a form. Raises Malformed, TooLarge."""
    if not call.request.content_type.startswith("multipart/"):
        data = bytearray()
        async for chunk in call.request.content.iter_chunked(65_536):
            data += chunk
            if len(data) > _LONGEST:
                raise TooLarge(f"A message may have {_LONGEST // 1024} kB at most.")
        return bytes(data)
    try:
        reader = await call.request.multipart()
        for _ in range(_MOST_PARTS):
            part = await reader.next()
            if not isinstance(part, BodyPartReader):
                break
            wanted = part.name in _FIELDS
            data = await _part(part, _LONGEST if wanted else _LONGEST_PICTURE)
            if wanted:
                return bytes(data)
    except (HttpProcessingError, ValueError, AssertionError, RuntimeError, LookupError) as error:
        raise Malformed("The form cannot be read.") from error
    raise Malformed("The form has no field payload and no field data.")


async def _part(part: BodyPartReader, limit: int) -> bytearray:
    data, size = bytearray(), 0
    while chunk := await part.read_chunk(65_536):
        size += len(chunk)
        if size > limit:
            raise TooLarge("The form is larger than a message may be.")
        if limit == _LONGEST:
            data += chunk
    return data
