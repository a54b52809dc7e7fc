"""The states of a download and the ways between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Status = Literal[
    "queued", "preparing", "downloading", "stalled", "retrying", "completed", "failed", "cancelled",
]  # fmt: skip
STATUSES: tuple[Status, ...] = (
    "queued", "preparing", "downloading", "stalled", "retrying", "completed", "failed", "cancelled",
)  # fmt: skip
ImportState = Literal["waiting", "importing", "imported", "blocked"]

MOST_RETRIES = 3

WAYS: Mapping[Status, frozenset[Status]] = {
    "queued": frozenset({"preparing", "cancelled"}),
    "preparing": frozenset({"downloading", "retrying", "failed", "cancelled"}),
    "downloading": frozenset({"completed", "stalled", "failed", "cancelled"}),
    "stalled": frozenset({"retrying", "cancelled"}),
    "retrying": frozenset({"preparing", "cancelled"}),
    "completed": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
}
"""Where a download may go by itself, and by being cancelled."""

WAYS_BY_HAND: Mapping[Status, frozenset[Status]] = {"failed": frozenset({"retrying"})}
"""Where a person's word leads besides: a failed download may be tried once more."""

TERMINAL: frozenset[Status] = frozenset({"completed", "failed", "cancelled"})
UNFINISHED: frozenset[Status] = frozenset(STATUSES) - TERMINAL
WITH_SLOT: frozenset[Status] = frozenset({"preparing", "downloading"})
"""What occupies one of the places in which downloads run at the same time."""
WAITING: frozenset[Status] = frozenset({"queued", "retrying"})
"""What the dispatcher takes from."""


class IllegalMove(Exception):
    """There is no way from one state to the other."""

    def __init__(self, here: Status, there: Status) -> None:
        super().__init__(f"a download that is {here} cannot become {there}")


def check_move(here: Status, there: Status, *, by_hand: bool = False) -> None:
    """Raise IllegalMove unless there is a way. Staying is none."""
    ways = WAYS[here] | (WAYS_BY_HAND.get(here, frozenset()) if by_hand else frozenset())
    if there not in ways:
        raise IllegalMove(here, there)
