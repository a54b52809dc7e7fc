"""One title with all that four rooms know of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from seen.catalog.service import Catalog
from seen.core.errors import NotHere
from seen.core.viewer import Viewer
from seen.discover.model import Whole
from seen.discover.service import Discover
from seen.library.service import Library
from seen.playback.service import Playback
from seen.playback.standing import Standing, standing
from seen.plugin.models import MediaKind
from seen.tracking.model.states import PlaySession
from seen.tracking.service import Tracks

Hurry = Callable[[UUID], Awaitable[bool]]
"""Asks for a title of which little is known; whether there is anything to wait for."""


_SESSIONS = 5


class Titles:
    """Puts titles together, in a constant number of queries."""

    def __init__(
        self,
        discover: Discover,
        catalog: Catalog,
        tracks: Tracks,
        library: Library,
        playback: Playback,
        hurry: Hurry,
    ) -> None:
        self._discover = discover
        self._catalog = catalog
        self._tracks = tracks
        self._library = library
        self._playback = playback
        self._hurry = hurry

    async def whole(self, viewer: Viewer, media_id: UUID, kind: MediaKind | None = None) -> Whole:
        """A title, of one kind where that is given. Raises NotHere.

        Nobody waits for a provider: what is known is answered, what is missing is asked for in the
        background.
        """
        at = await standing(
            self._catalog, self._tracks.watching, self._library, self._playback, viewer, media_id
        )
        if kind is not None and at.title.kind is not kind:
            raise NotHere("There is no such title.")
        relations = await self._catalog.related(media_id)
        ids = [media_id, *dict.fromkeys(other for _, other in relations)]
        cards = {UUID(each.id): each for each in await self._discover.cards_of(viewer, ids)}
        return Whole(
            at,
            cards[media_id],
            tuple((relation, cards[other]) for relation, other in relations if other in cards),
            await self._hurry(media_id),
            await self._tracks.opinions.relation(viewer, media_id),
            await self._tracks.opinions.ratings_of(viewer, media_id),
            tuple(await self._sessions(viewer, at)),
        )

    async def _sessions(self, viewer: Viewer, at: Standing) -> list[PlaySession]:
        if at.title.kind is not MediaKind.GAME:
            return []
        return await self._tracks.states.sessions(viewer, _SESSIONS, media_id=at.title.id)
