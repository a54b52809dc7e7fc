"""How long and how much the host puts up with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """All in seconds unless the name says otherwise. Tests turn them down."""

    start: float = 30.0
    stop: float = 5.0
    drain: float = 3.0
    # For all plugins together, so that a server told to end does so in time.
    stop_all: float = 10.0
    # How long an admin's change may keep its answer waiting for what comes of it.
    settle: float = 5.0
    health: float = 10.0
    health_every: float = 60.0
    # The least pause between looks at an object whose calls begin to fail or to succeed.
    notice_every: float = 2.0
    reconcile_every: float = 30.0
    # A loop that has not answered a ping for this long is called blocked.
    silence: float = 5.0
    ping_every: float = 1.0
    # How long one plugin's import may keep the next one waiting.
    import_turn: float = 2.0
    first_retry: float = 15.0
    last_retry: float = 600.0
    # How long a killed process may seem to live on.
    dying: float = 2.0
    calls_at_once: int = 8
    faults_in_a_row: int = 5
    first_rest: float = 30.0
    last_rest: float = 300.0
    blocking_threads: int = 4
