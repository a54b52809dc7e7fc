"""What admins decide about downloads: folders, names, quotas, and which engine is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import msgspec

from seen.core.db import Database
from seen.core.errors import Conflict, Invalid, NotHere
from seen.core.events import Event, Events
from seen.core.wording import counted
from seen.downloads import store
from seen.downloads.ledger import CHANGED
from seen.downloads.model.naming import checked_template
from seen.downloads.model.preferences import Preferences, read_preferences

InFlight = Literal["drain", "move", "refuse"]
"""What becomes of downloads under way when their engine is switched off: they end there first,
another engine goes on with them, or the engine stays on."""


@dataclass(frozen=True, slots=True)
class EngineLoad:
    """How many downloads a plugin's engines have under way, and how it is being left: "drain",
    "move", or "" when it stays."""

    downloads: int = 0
    leaving: str = ""


class DownloadAdmin:
    """Callers have made sure that the viewer is an admin."""

    def __init__(self, db: Database, events: Events) -> None:
        self._db = db
        self._events = events

    async def preferences(self) -> Preferences:
        """Where finished downloads go, and the usual quota."""
        return read_preferences(await store.preferences(self._db))

    async def set_preferences(self, changes: Mapping[str, Any]) -> Preferences:
        """Change some of the preferences, named as in Preferences. Raises Invalid."""
        async with self._db.transaction() as connection:
            old = read_preferences(await store.preferences(connection))
            new = msgspec.structs.replace(old, **changes)
            checked_template(new.movie_name, "movie")
            checked_template(new.show_name, "show")
            for kind, root_id in new.roots.items():
                if kind not in ("", "movie", "show", "game"):
                    raise Invalid(f"There is no kind of title called {kind}.")
                if not await store.has_root(connection, root_id):
                    raise Invalid(
                        "There is no such library folder.",
                        errors=[{"field": "roots", "message": "There is no such library folder."}],
                    )
            await store.set_preferences(connection, msgspec.to_builtins(new))
            await store.forget_blocked(connection)
            await self._events.emit(Event(CHANGED), connection)
        return new

    async def quotas(self) -> dict[UUID, tuple[int | None, int | None]]:
        """Unfinished downloads and bytes of those people who have figures of their own; None is
        as usual."""
        return await store.quotas(self._db)

    async def set_quota(self, user_id: UUID, jobs: int | None, amount: int | None) -> None:
        """Give a person figures of their own; None is as usual. Raises NotHere."""
        if not await store.set_quota(self._db, user_id, jobs, amount):
            raise NotHere("There is no such person.")

    # --- engines -----------------------------------------------------------------------------

    async def in_flight(self, instance_id: str) -> int:
        """How many downloads a plugin's engines have under way."""
        return await store.jobs_of_engine(self._db, instance_id)

    async def loads(self) -> Mapping[str, EngineLoad]:
        """The plugins with downloads under way, and those that are being left."""
        found = await store.engine_loads(self._db)
        return {instance_id: EngineLoad(*load) for instance_id, load in found.items()}

    async def leave(self, instance_id: str, way: InFlight) -> bool:
        """Prepare to switch a plugin off. True when it can be done at once, False when a worker
        does it as soon as no download is under way with it any more.

        Raises Conflict when downloads are under way and the engine is to stay on then.
        """
        jobs = await self.in_flight(instance_id)
        if jobs == 0:
            await store.set_staying(self._db, instance_id)
            return True
        if way == "refuse":
            raise Conflict(
                f"{counted(jobs, 'download')} under way with it: let them finish first, or move "
                "them to another engine.", code="downloads_in_flight", downloads=jobs,
            )  # fmt: skip
        async with self._db.transaction() as connection:
            await store.set_leaving(connection, instance_id, way)
            await self._events.emit(Event(CHANGED), connection)
        return False

    async def stay(self, instance_id: str) -> None:
        """A plugin is to be used again."""
        async with self._db.transaction() as connection:
            if await store.set_staying(connection, instance_id):
                await self._events.emit(Event(CHANGED), connection)
