"""Keeps what somebody watches in another player."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from seen.catalog.lookup import Lookup
from seen.catalog.service import Catalog
from seen.core import clock
from seen.core.db import Database
from seen.core.log import get_log
from seen.core.viewer import Viewer
from seen.host import PluginHost
from seen.plugin.models import MediaKind
from seen.scrobble.model import Event
from seen.tracking.model import WatchRules, is_same_viewing
from seen.tracking.model.opinions import Part
from seen.tracking.service import Viewing
from seen.tracking.service.tracks import Tracks

log = get_log(__name__)
# For players that tell of an end without saying how long it was.
_USUAL_SECONDS = timedelta(hours=2).total_seconds()
# Some players say that it is seen a little before the end, and then where it was stopped.
_NEARLY_ALL = 0.7


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a message. ``reason`` says in a sentence why nothing was kept."""

    kept: bool
    reason: str = ""
    media_id: UUID | None = None


class Scrobbles:
    """Messages of other players."""

    def __init__(self, db: Database, host: PluginHost, catalog: Catalog, tracks: Tracks) -> None:
        self._db = db
        self._host = host
        self._catalog = catalog
        self._tracks = tracks

    async def take(self, viewer: Viewer, event: Event) -> Outcome:
        """Keep what a player tells: a position, a viewing that ended, a rating."""
        wanted = event.wanted()
        if not event.is_sane or not (wanted.folded or wanted.ids):
            return Outcome(False, "It is not said which movie or episode this is.")
        lookup = Lookup(self._db, self._host, self._catalog)
        media_id = await lookup.here(wanted) or await lookup.elsewhere(wanted)
        if media_id is None:
            log.info("scrobble: not matched", title=wanted.title, year=wanted.year)
            return Outcome(False, "Nobody here knows this title.")
        episode_id = await self._episode(media_id, event)
        if event.deed == "rate":
            if event.rating is None:
                return Outcome(False, "There is no rating in it.", media_id)
            part = Part(media_id, episode_id=episode_id)
            await self._tracks.opinions.rate(viewer, part, event.rating)
            return Outcome(True, "", media_id)
        return await self._watched(viewer, media_id, episode_id, event)

    async def _watched(
        self, viewer: Viewer, media_id: UUID, episode_id: UUID | None, event: Event
    ) -> Outcome:
        if not WatchRules.of(viewer.settings).keep:
            return Outcome(False, "No history is kept; that is a choice in the settings.", media_id)
        duration = event.duration_seconds or (_USUAL_SECONDS if event.deed == "finish" else 0.0)
        position = min(event.position_seconds, duration)
        seen = await self._tracks.watching.watched(viewer, media_id)
        again = is_same_viewing(seen.get(episode_id), clock.now(), duration)
        if again and event.deed != "finish" and position >= _NEARLY_ALL * duration:
            return Outcome(False, "This viewing is kept already.", media_id)
        viewing = Viewing(
            media_id, episode_id, position, duration, event.deed == "finish", "scrobble"
        )
        verdict = await self._tracks.watching.record_progress(viewer, viewing)
        if verdict == "too_early":
            return Outcome(False, "It has only just begun.", media_id)
        return Outcome(True, "", media_id)

    async def _episode(self, media_id: UUID, event: Event) -> UUID | None:
        """The episode, made here where nobody lists it: somebody has watched it."""
        if event.kind is not MediaKind.SHOW or event.season is None or event.episode is None:
            return None
        found = await self._catalog.ensure_episodes(media_id, event.season, [event.episode])
        return found[0]
