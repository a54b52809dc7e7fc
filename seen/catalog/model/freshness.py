"""When a title is asked for again: often while it changes, rarely when it does not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

_STILL_GOING = frozenset(
    {"returning series", "in production", "planned", "post production", "running", "pilot",
     "to be determined", "in development", "rumored", "early access", "alpha", "beta"}
)  # fmt: skip
_LIVELY, _RECENT, _SETTLED = timedelta(days=2), timedelta(days=14), timedelta(days=60)
RETRY = timedelta(minutes=1)
"""How long a title waits whose provider did not answer: until the next run."""
LEASE = timedelta(minutes=10)
"""For how long what somebody is just asking about is not due: longer than any question takes."""


def refresh_after(
    now: datetime, media_id: UUID, release_date: date | None, status: str
) -> datetime:
    """The next time a title is due, spread by its id so that not all come at once.

    What is about to come out, or still goes on, is looked at every other day; what came out
    within two years every two weeks; the rest every two months, well within the half year for
    which services let their answers be kept.
    """
    pause = _pause(now.date(), release_date, status)
    share = media_id.int % 997 / 997
    return now + pause * (0.8 + 0.4 * share)


def _pause(today: date, release_date: date | None, status: str) -> timedelta:
    if status.casefold() in _STILL_GOING:
        return _LIVELY
    if release_date is None:
        return _RECENT
    age = (today - release_date).days
    if age < 60:
        return _LIVELY
    return _RECENT if age < 730 else _SETTLED
