"""Collections: titles gathered by hand, by a rule, or by the series they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from seen.core.db import Connection, Database
from seen.core.errors import NotHere
from seen.core.ids import new_id
from seen.core.viewer import Viewer
from seen.tracking.model.collections import Collection, CollectionKind, Filter, Franchise
from seen.tracking.service.acting import Acts, single
from seen.tracking.store import collections as store
from seen.tracking.store import opinions

_MOST = 500
_GONE = "There is no such collection of yours."


class Collections:
    """The viewer's collections, and those that others share."""

    def __init__(self, db: Database, acts: Acts) -> None:
        self._db = db
        self._acts = acts

    async def listed(self, viewer: Viewer) -> list[Collection]:
        """The viewer's own, the last made first, then what others share; 500 at most."""
        return await store.listed(self._db, viewer.user_id, _MOST)

    async def one(self, viewer: Viewer, collection_id: UUID) -> Collection:
        """A collection the viewer may see. Raises NotHere."""
        found = await store.one(self._db, viewer.user_id, collection_id)
        if found is None:
            raise NotHere("There is no such collection.")
        return found

    async def items(
        self, viewer: Viewer, collection_id: UUID, limit: int, after: float | None = None
    ) -> list[tuple[UUID, float]]:
        """Titles of a manual collection in order, each with the rank that leads on from it."""
        return await store.items(self._db, viewer.user_id, collection_id, limit, after)

    async def holding(self, viewer: Viewer, media_id: UUID) -> set[UUID]:
        """Those of the viewer's collections that hold a title."""
        return await store.holding(self._db, viewer.user_id, media_id)

    async def make(
        self,
        viewer: Viewer,
        name: str,
        *,
        kind: CollectionKind = "manual",
        description: str = "",
        rule: Filter | None = None,
        shared: bool = False,
        media_ids: Sequence[UUID] = (),
    ) -> UUID:
        """Make a collection, with titles in it if some are named.

        Raises NotHere for an unknown title.
        """
        collection_id = new_id()
        async with self._acts.act(viewer, "collection_made", name=name) as acting:
            await store.insert(
                acting.connection,
                viewer.user_id,
                collection_id,
                kind,
                name,
                description,
                rule or Filter(),
                shared,
            )
            await _check(acting.connection, media_ids)
            await store.add(acting.connection, collection_id, media_ids)
        return collection_id

    async def change(self, viewer: Viewer, collection_id: UUID, **facts: Any) -> None:
        """Change ``name``, ``description``, ``shared``, ``filter`` or ``cover_id``. Raises NotHere
        for an unknown cover, or unless it is the viewer's own."""
        async with self._acts.act(viewer, "collection_changed") as acting:
            if facts.get("cover_id") is not None:
                await _check(acting.connection, [facts["cover_id"]])
            name = await store.update(acting.connection, viewer.user_id, collection_id, facts)
            acting.facts["name"] = _known(name)

    async def remove(self, viewer: Viewer, collection_id: UUID) -> None:
        """Delete a collection; its titles stay what they are. Raises NotHere unless it is the
        viewer's own."""
        async with self._acts.act(viewer, "collection_removed") as acting:
            name = await store.delete(acting.connection, viewer.user_id, collection_id)
            acting.facts["name"] = _known(name)

    async def add(self, viewer: Viewer, collection_id: UUID, media_ids: Sequence[UUID]) -> int:
        """Put titles at the end of a manual collection; how many are new. Raises NotHere for an
        unknown title, or unless the collection is the viewer's own."""
        async with self._acts.act(viewer, "collection_added", single(media_ids)) as acting:
            name = await store.manual_name(acting.connection, viewer.user_id, collection_id)
            acting.facts["name"] = _known(name)
            await _check(acting.connection, media_ids)
            added = await store.add(acting.connection, collection_id, media_ids)
            acting.facts["count"] = added
        return added

    async def take(self, viewer: Viewer, collection_id: UUID, media_ids: Sequence[UUID]) -> int:
        """Take titles out of a manual collection; how many were in it. Raises NotHere unless the
        collection is the viewer's own."""
        async with self._acts.act(viewer, "collection_taken", single(media_ids)) as acting:
            name = await store.manual_name(acting.connection, viewer.user_id, collection_id)
            acting.facts["name"] = _known(name)
            taken = await store.take(acting.connection, collection_id, media_ids)
            acting.facts["count"] = taken
        return taken

    async def move(
        self, viewer: Viewer, collection_id: UUID, media_id: UUID, before: UUID | None
    ) -> None:
        """Put a title right before another one, or at the end. Raises NotHere for what is not in
        the viewer's own collection."""
        async with self._acts.act(viewer, "collection_moved", media_id) as acting:
            name = await store.manual_name(acting.connection, viewer.user_id, collection_id)
            acting.facts["name"] = _known(name)
            order = await store.order(acting.connection, collection_id)
            if media_id not in order or (before is not None and before not in order):
                raise NotHere("This title is not in the collection.")
            if before != media_id:
                order.remove(media_id)
                order.insert(len(order) if before is None else order.index(before), media_id)
                await store.set_order(acting.connection, collection_id, order)

    async def franchises(self, viewer: Viewer) -> list[Franchise]:
        """Series of which the viewer keeps or has several titles, the largest first."""
        return await store.franchises(self._db, viewer.user_id, _MOST)

    async def franchise(self, name: str) -> list[UUID]:
        """The titles of a series in the order they came out. Raises NotHere for an unknown one."""
        found = await store.franchise(self._db, name, _MOST)
        if not found:
            raise NotHere("There is no such series.")
        return found


def _known(name: str | None) -> str:
    if name is None:
        raise NotHere(_GONE)
    return name


async def _check(connection: Connection, media_ids: Sequence[UUID]) -> None:
    if len(await opinions.known(connection, media_ids)) < len(set(media_ids)):
        raise NotHere("There is no such title.")
