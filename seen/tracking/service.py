"""What a person does with titles: watch, leave, come back, mark."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from seen.catalog.model import Summary
from seen.core import clock
from seen.core.cache import PREFIX, Cache
from seen.core.db import Connection, Database
from seen.core.errors import Invalid, NotHere
from seen.core.events import Event, Events
from seen.core.viewer import Viewer
from seen.plugin.models import Card, MediaKind
from seen.tracking import store
from seen.tracking.model import (
    Mark,
    NextEpisode,
    ProgressRow,
    Verdict,
    WatchRules,
    card_of,
    is_same_viewing,
    judge,
)


@dataclass(frozen=True, slots=True)
class Viewing:
    """A player's report. Seconds; ``ended`` when it played to the end."""

    media_id: UUID
    episode_id: UUID | None
    position_seconds: float
    duration_seconds: float
    ended: bool = False


def cache_keys(user_id: UUID) -> tuple[str, str]:
    """What is to be built again when a person's progress changes."""
    return f"{PREFIX}continue-watching:{user_id}", f"{PREFIX}dashboard:{user_id}"


class Tracking:
    """Progress and watched marks of people."""

    def __init__(self, db: Database, cache: Cache, events: Events) -> None:
        self._db = db
        self._cache = cache
        self._events = events

    async def record_progress(self, viewer: Viewer, viewing: Viewing) -> Verdict:
        """Remember where somebody is and answer with what that position means.

        Raises NotHere for a title or an episode that does not exist, Invalid when a show comes
        without its episode.
        """
        verdict = judge(
            viewing.position_seconds,
            viewing.duration_seconds,
            WatchRules.of(viewer.settings),
            ended=viewing.ended,
        )
        async with self._change(viewer, viewing.media_id) as connection:
            await self._check(connection, viewing.media_id, viewing.episode_id)
            if verdict == "in_progress":
                await store.upsert_progress(
                    connection,
                    viewer.user_id,
                    viewing.media_id,
                    viewing.episode_id,
                    min(viewing.position_seconds, viewing.duration_seconds),
                    viewing.duration_seconds,
                )
            elif verdict == "watched":
                await self._finish(connection, viewer, viewing)
        return verdict

    async def _finish(self, connection: Connection, viewer: Viewer, viewing: Viewing) -> None:
        last = await store.last_watched(
            connection, viewer.user_id, viewing.media_id, viewing.episode_id
        )
        if not is_same_viewing(last, clock.now(), viewing.duration_seconds):
            await store.insert_watched(
                connection, viewer.user_id, viewing.media_id, [viewing.episode_id], "player"
            )
        await store.delete_progress(
            connection, viewer.user_id, viewing.media_id, viewing.episode_id
        )

    async def _check(self, connection: Connection, media_id: UUID, episode_id: UUID | None) -> None:
        kind = await store.media_type(connection, media_id)
        if kind is None:
            raise NotHere("There is no such title.")
        if kind == MediaKind.SHOW and episode_id is None:
            raise Invalid("Say which episode of the show it is.", code="episode_needed")
        if episode_id is not None and not await store.episode_belongs(
            connection, media_id, episode_id
        ):
            raise NotHere("The title has no such episode.")

    async def mark_watched(
        self,
        viewer: Viewer,
        media_id: UUID,
        *,
        episode_id: UUID | None = None,
        season: int | None = None,
    ) -> int:
        """Mark a movie, an episode or the aired part of a season seen; answers with how many."""
        async with self._change(viewer, media_id) as connection:
            targets = await self._targets(connection, media_id, episode_id, season)
            seen = await store.watched_episodes(connection, viewer.user_id, media_id)
            fresh = [each for each in targets if each not in seen]
            await store.insert_watched(connection, viewer.user_id, media_id, fresh, "hand")
            for each in targets:
                await store.delete_progress(connection, viewer.user_id, media_id, each)
        return len(fresh)

    async def unmark_watched(
        self,
        viewer: Viewer,
        media_id: UUID,
        *,
        episode_id: UUID | None = None,
        season: int | None = None,
    ) -> int:
        """Take marks back; answers with how many rows that were."""
        async with self._change(viewer, media_id) as connection:
            targets = await self._targets(connection, media_id, episode_id, season)
            episodes = [each for each in targets if each is not None]
            taken = await store.delete_watched(
                connection, viewer.user_id, media_id, episodes or None
            )
        return taken

    async def _targets(
        self, connection: Connection, media_id: UUID, episode_id: UUID | None, season: int | None
    ) -> Sequence[UUID | None]:
        if season is not None:
            if await store.media_type(connection, media_id) != MediaKind.SHOW:
                raise NotHere("There is no such show.")
            return await store.episodes_of_season(connection, media_id, season)
        await self._check(connection, media_id, episode_id)
        return [episode_id]

    async def set_watch_later(self, viewer: Viewer, media_id: UUID, wanted: bool) -> bool:
        """Put a title on top of the viewer's list, or take it off; whether that changed anything.

        Raises NotHere for an unknown title.
        """
        async with self._change(viewer, media_id) as connection:
            if wanted:
                await self._check_title(connection, media_id)
                return await store.add_watch_later(connection, viewer.user_id, media_id)
            return await store.remove_watch_later(connection, viewer.user_id, media_id)

    async def _check_title(self, connection: Connection, media_id: UUID) -> None:
        if await store.media_type(connection, media_id) is None:
            raise NotHere("There is no such title.")

    async def watch_later(
        self, viewer: Viewer, limit: int, after: float | None = None
    ) -> list[tuple[UUID, float]]:
        """The viewer's list from the top: titles with the rank that leads on from each."""
        return await store.watch_later(self._db, viewer.user_id, limit, after)

    async def dismiss(self, viewer: Viewer, media_id: UUID) -> None:
        """Hide a title from continue watching until it is played again; the position stays."""
        async with self._change(viewer, media_id) as connection:
            if not await store.dismiss(connection, viewer.user_id, media_id):
                raise NotHere("This title is not in progress.")

    @asynccontextmanager
    async def _change(self, viewer: Viewer, media_id: UUID) -> AsyncIterator[Connection]:
        """A transaction that tells others with its commit; caches are dropped after it, since a
        reader in between would keep the old state."""
        async with self._db.transaction() as connection:
            yield connection
            await self._events.emit(
                Event("progress", subject=str(media_id), user_id=str(viewer.user_id)), connection
            )
        await self._cache.delete(*cache_keys(viewer.user_id))

    async def move(
        self, connection: Connection, twin: UUID, media_id: UUID, episodes: Mapping[UUID, UUID]
    ) -> None:
        """Hand everybody's history of one title to another that turned out to be the same.

        ``episodes`` pairs the episodes of the two. Where both know a position, the later one
        stays; every viewing stays.
        """
        await store.move_history(connection, twin, media_id, episodes)
        await self._events.emit(Event("reconnected"), connection)

    # --- reading -----------------------------------------------------------------------------

    async def progress(self, viewer: Viewer, media_id: UUID) -> list[ProgressRow]:
        """Where the viewer is in a title."""
        return await store.progress_of(self._db, viewer.user_id, media_id)

    async def recent(
        self, viewer: Viewer, limit: int, before: datetime | None = None
    ) -> list[ProgressRow]:
        """Everything in progress, last played first."""
        return await store.recent_progress(self._db, viewer.user_id, limit, before)

    async def continue_watching(self, user_id: UUID, limit: int) -> list[ProgressRow]:
        """One row a title in progress that was not dismissed."""
        return await store.continue_watching(self._db, user_id, limit)

    async def next_up(self, user_id: UUID, limit: int) -> list[NextEpisode]:
        """The next episode of every show that is not itself half watched."""
        return await store.next_up(self._db, user_id, limit)

    async def watched(self, viewer: Viewer, media_id: UUID) -> dict[UUID | None, datetime]:
        """What was seen of a title and when last; the key None stands for the movie itself."""
        return await store.watched_episodes(self._db, viewer.user_id, media_id)

    async def marks(self, user_id: UUID, media_ids: Sequence[UUID]) -> dict[UUID, Mark]:
        """The person's marks on some titles, in one query."""
        return {each.media_id: each for each in await store.marks(self._db, user_id, media_ids)}

    async def cards(self, user_id: UUID, summaries: Sequence[Summary]) -> list[Card]:
        """Cards with the person's marks, in the order given."""
        marks = await self.marks(user_id, [each.id for each in summaries])
        return [card_of(each, marks.get(each.id) or Mark(each.id)) for each in summaries]
