"""What people do with titles: one file for each thing they keep, one journal for all of it."""

from seen.tracking.service.acting import Acting, Acts, Undone, finished_act
from seen.tracking.service.tracks import Tracks
from seen.tracking.service.watching import Tracking, Viewing

__all__ = ["Acting", "Acts", "Tracking", "Tracks", "Undone", "Viewing", "finished_act"]
