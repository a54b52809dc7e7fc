"""All that a person keeps, in one hand."""

from __future__ import annotations

from dataclasses import dataclass

from seen.core.cache import Cache
from seen.core.db import Database
from seen.core.events import Events
from seen.tracking.service.acting import Acts
from seen.tracking.service.collections import Collections
from seen.tracking.service.history import History
from seen.tracking.service.later import WatchLater
from seen.tracking.service.opinions import Opinions
from seen.tracking.service.states import States
from seen.tracking.service.stats import Statistics
from seen.tracking.service.watching import Tracking


@dataclass(frozen=True, slots=True)
class Tracks:
    """The services of the room; every one writes into the same journal."""

    acts: Acts
    watching: Tracking
    history: History
    later: WatchLater
    opinions: Opinions
    states: States
    collections: Collections
    statistics: Statistics

    @staticmethod
    def over(db: Database, cache: Cache, events: Events) -> Tracks:
        """The services over one database."""
        acts = Acts(db, cache, events)
        return Tracks(
            acts,
            Tracking(db, events, acts),
            History(db, acts),
            WatchLater(db, acts),
            Opinions(db, acts),
            States(db, acts),
            Collections(db, acts),
            Statistics(db, cache),
        )
