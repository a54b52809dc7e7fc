"""What a person does with titles: watch, leave, come back, mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from seen.catalog.model import Summary
from seen.core import clock
from seen.core.db import Connection, Database
from seen.core.errors import Invalid, NotHere
from seen.core.events import Event, Events
from seen.core.viewer import Viewer
from seen.plugin.models import Card, MediaKind
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
from seen.tracking.service.acting import Acts
from seen.tracking.store import watching as store


@dataclass(frozen=True, slots=True)
class Viewing:
    """A player's report. Seconds; ``ended`` when it played to the end; ``source`` is whether the
    player is ours or another one that scrobbles."""

    media_id: UUID
    episode_id: UUID | None
    position_seconds: float
    duration_seconds: float
    ended: bool = False
    source: Literal["player", "scrobble"] = "player"


class Tracking:
    """Progress and watched marks of people."""

    def __init__(self, db: Database, events: Events, acts: Acts) -> None:
        self._db = db
        self._events = events
        self._acts = acts

    async def record_progress(self, viewer: Viewer, viewing: Viewing) -> Verdict:
        """Remember where somebody is and answer with what that position means. Of those who want
        no history of what they play nothing is kept.

        Raises NotHere for a title or an episode that does not exist, Invalid when a show comes
        without its episode.
        """
        rules = WatchRules.of(viewer.settings)
        verdict = judge(
            viewing.position_seconds, viewing.duration_seconds, rules, ended=viewing.ended
        )
        if not rules.keep:
            return verdict
        if verdict == "watched":
            kind = "finished" if viewing.source == "player" else "scrobbled"
            async with self._acts.act(viewer, kind, viewing.media_id) as acting:
                await self._check(acting.connection, viewing.media_id, viewing.episode_id)
                await store.take_up(acting.connection, viewer.user_id, viewing.media_id)
                await self._finish(acting.connection, viewer, viewing)
            return verdict
        async with self._acts.change(viewer, viewing.media_id) as connection:
            await self._check(connection, viewing.media_id, viewing.episode_id)
            if verdict == "in_progress":
                await store.take_up(connection, viewer.user_id, viewing.media_id)
                await store.upsert_progress(
                    connection,
                    viewer.user_id,
                    viewing.media_id,
                    viewing.episode_id,
                    min(viewing.position_seconds, viewing.duration_seconds),
                    viewing.duration_seconds,
                )
        return verdict

    async def _finish(self, connection: Connection, viewer: Viewer, viewing: Viewing) -> None:
        last = await store.last_watched(
            connection, viewer.user_id, viewing.media_id, viewing.episode_id
        )
        if not is_same_viewing(last, clock.now(), viewing.duration_seconds):
            await store.insert_watched(
                connection, viewer.user_id, viewing.media_id, [viewing.episode_id], viewing.source
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
        watched_at: datetime | None = None,
        again: bool = False,
    ) -> int:
        """Mark a movie, an episode, the aired part of a season or that of a whole show seen;
        answers with how many marks are new. ``again`` counts what was seen once more.

        Raises NotHere for what does not exist.
        """
        async with self._acts.act(viewer, "watched", media_id) as acting:
            connection = acting.connection
            targets = await self._targets(connection, media_id, episode_id, season)
            seen = await store.watched_episodes(connection, viewer.user_id, media_id)
            fresh = [each for each in targets if again or each not in seen]
            await store.insert_watched(
                connection, viewer.user_id, media_id, fresh, "hand", watched_at
            )
            await store.delete_progress_of(connection, viewer.user_id, media_id, targets)
            acting.facts["part"] = await self._part(connection, episode_id, season)
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
        async with self._acts.act(viewer, "unwatched", media_id) as acting:
            connection = acting.connection
            targets = await self._targets(connection, media_id, episode_id, season)
            episodes = [each for each in targets if each is not None]
            taken = await store.delete_watched(
                connection, viewer.user_id, media_id, episodes or None
            )
            acting.facts["part"] = await self._part(connection, episode_id, season)
        return taken

    async def _part(
        self, connection: Connection, episode_id: UUID | None, season: int | None
    ) -> str:
        """Which part of a show is meant, for its sentence."""
        if season is not None:
            return f"season {season}" if season else "the specials"
        if episode_id is not None:
            return await store.episode_place(connection, episode_id)
        return ""

    async def _targets(
        self, connection: Connection, media_id: UUID, episode_id: UUID | None, season: int | None
    ) -> Sequence[UUID | None]:
        kind = await store.media_type(connection, media_id)
        if kind is None or (season is not None and kind != MediaKind.SHOW):
            raise NotHere("There is no such title.")
        if kind == MediaKind.SHOW and episode_id is None:
            return await store.aired_episodes(connection, media_id, season)
        await self._check(connection, media_id, episode_id)
        return [episode_id]

    async def dismiss(self, viewer: Viewer, media_id: UUID) -> None:
        """Hide a title from continue watching until it is played again; the position stays."""
        async with self._acts.act(viewer, "dismissed", media_id) as acting:
            if not await store.dismiss(acting.connection, viewer.user_id, media_id):
                raise NotHere("This title is not in progress.")

    async def forget_progress(
        self, viewer: Viewer, media_id: UUID, episode_id: UUID | None = None
    ) -> None:
        """Forget where the viewer is in a movie or an episode. Raises NotHere where that is
        nowhere."""
        async with self._acts.act(viewer, "progress_removed", media_id) as acting:
            await store.delete_progress(acting.connection, viewer.user_id, media_id, episode_id)
        if not acting.changed:
            raise NotHere("This title is not in progress.")

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
