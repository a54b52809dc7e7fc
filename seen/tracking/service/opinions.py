"""What people think of titles: ratings, favourites, notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from seen.core.db import Database
from seen.core.errors import NotHere
from seen.core.viewer import Viewer
from seen.plugin.models import MediaKind
from seen.tracking.model.opinions import (
    NamedPart,
    Note,
    Part,
    Rating,
    RatingPlace,
    scale_of,
    shown_rating,
)
from seen.tracking.model.relation import Relation
from seen.tracking.service.acting import Acts, single
from seen.tracking.store import opinions as store
from seen.tracking.store import relation


class Opinions:
    """The viewer's ratings, favourites and notes."""

    def __init__(self, db: Database, acts: Acts) -> None:
        self._db = db
        self._acts = acts

    async def rate(self, viewer: Viewer, part: Part, rating: int) -> None:
        """Rate a title, a season or an episode, 0 to 100. Raises NotHere for what is not there."""
        shown = shown_rating(rating, scale_of(viewer.settings))
        async with self._acts.act(viewer, "rated", part.media_id, rating=shown) as acting:
            acting.facts["part"] = _known(await store.named(acting.connection, part)).short
            await store.rate(acting.connection, viewer.user_id, part, rating)

    async def unrate(self, viewer: Viewer, part: Part) -> None:
        """Take a rating back. Raises NotHere where there is none."""
        async with self._acts.act(viewer, "unrated", part.media_id) as acting:
            acting.facts["part"] = _known(await store.named(acting.connection, part)).short
            await store.unrate(acting.connection, viewer.user_id, part)
        if not acting.changed:
            raise NotHere("You have not rated this.")

    async def named(self, part: Part) -> NamedPart:
        """A title, a season or an episode with its name. Raises NotHere."""
        return _known(await store.named(self._db, part))

    async def ratings(
        self,
        viewer: Viewer,
        limit: int,
        before: RatingPlace | None = None,
        *,
        kind: MediaKind | None = None,
        at_least: int = 0,
    ) -> list[Rating]:
        """The viewer's ratings, the last first."""
        return await store.ratings(
            self._db, viewer.user_id, kind.value if kind else None, at_least, limit, before
        )

    async def ratings_of(self, viewer: Viewer, media_id: UUID) -> dict[Part, Rating]:
        """The viewer's ratings of a title and its parts."""
        found = await store.ratings_of(self._db, viewer.user_id, media_id)
        return {each.part: each for each in found}

    async def favor(self, viewer: Viewer, media_ids: Sequence[UUID]) -> None:
        """Make titles favourites. Raises NotHere for an unknown title."""
        async with self._acts.act(
            viewer, "favorite_added", single(media_ids), count=len(media_ids)
        ) as acting:
            if len(await store.known(acting.connection, media_ids)) < len(set(media_ids)):
                raise NotHere("There is no such title.")
            await store.favor(acting.connection, viewer.user_id, media_ids)

    async def unfavor(self, viewer: Viewer, media_ids: Sequence[UUID]) -> None:
        """Titles are favourites no longer."""
        async with self._acts.act(
            viewer, "favorite_removed", single(media_ids), count=len(media_ids)
        ) as acting:
            await store.unfavor(acting.connection, viewer.user_id, media_ids)

    async def favorites(
        self,
        viewer: Viewer,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        *,
        kind: MediaKind | None = None,
    ) -> list[tuple[UUID, datetime]]:
        """The viewer's favourites, the last first."""
        return await store.favorites(
            self._db, viewer.user_id, kind.value if kind else None, limit, before
        )

    async def is_favorite(self, viewer: Viewer, media_id: UUID) -> bool:
        """Whether a title is a favourite of the viewer."""
        return await store.is_favorite(self._db, viewer.user_id, media_id)

    async def write_note(self, viewer: Viewer, media_id: UUID, body: str) -> None:
        """Keep a note on a title; an empty one removes it. Raises NotHere for an unknown title."""
        text = body.strip()
        async with self._acts.act(viewer, "noted" if text else "note_removed", media_id) as acting:
            if not await store.known(acting.connection, [media_id]):
                raise NotHere("There is no such title.")
            if text:
                await store.write_note(acting.connection, viewer.user_id, media_id, text)
            else:
                await store.remove_note(acting.connection, viewer.user_id, media_id)

    async def note(self, viewer: Viewer, media_id: UUID) -> Note | None:
        """The viewer's note on a title."""
        return await store.note(self._db, viewer.user_id, media_id)

    async def relation(self, viewer: Viewer, media_id: UUID) -> Relation:
        """All that the viewer keeps of a title."""
        return await relation.relation(self._db, viewer.user_id, media_id)


def _known(part: NamedPart | None) -> NamedPart:
    if part is None:
        raise NotHere("There is no such title, season or episode.")
    return part
