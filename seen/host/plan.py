"""What a process should do with an instance, from all that is known. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from seen.host.capabilities import KINDS
from seen.host.configuration import Resolved
from seen.host.discovery import Found
from seen.host.errors import State
from seen.host.store import Desired, Observed

# How many processes in a row may die while starting a plugin before it is skipped. The bundled
# ones are tried by our own tests, so a death near them is more likely somebody else's.
_PATIENCE = {True: 3, False: 1}


@dataclass(frozen=True, slots=True)
class Plan:
    """``found`` is None for a plugin that is not installed (any more)."""

    desired: Desired
    found: Found | None
    resolved: Resolved | None
    safe_mode: bool = False
    skipped: bool = False

    def verdict(self) -> tuple[State, str] | None:
        """Why the instance does not run, or None when it should."""
        found = self.found
        if not self.desired.enabled:
            return "disabled", ""
        if found is None:
            return "broken", "Is not installed any more"
        if found.state:
            return found.state, found.problem
        if self.safe_mode and not found.bundled:
            return "disabled", "Safe mode loads bundled plugins only"
        if self.skipped:
            return "skipped", (
                "Skipped, because the server died while starting it; "
                "switch it on again to try once more"
            )
        if self.resolved is not None and self.resolved.problem:
            return "needs_setup", self.resolved.problem
        return None

    def restarts(self, newer: Plan, running: bool) -> bool:
        """Whether following ``newer`` means to stop and start, or to try again."""
        if self.verdict() != newer.verdict():
            return True
        if self.resolved and newer.resolved and self.resolved.values != newer.resolved.values:
            return True
        return self.desired.revision != newer.desired.revision and not running


def used_here(found: Found, capabilities: Collection[str]) -> bool:
    """Whether a process that uses these capabilities loads the plugin."""
    if found.manifest is None or not found.manifest.provides:
        return True
    return any(each in capabilities for each in found.manifest.provides)


def default_positions(found: Mapping[str, Found]) -> dict[str, int]:
    """A place for every plugin: by what it provides, then by preference, then by name."""
    ordered = sorted(found.values(), key=lambda each: (_rank(each), each.preference, each.name))
    return {each.name: 1000 * _rank(each) + 10 * n for n, each in enumerate(ordered, 1)}


def _rank(found: Found) -> int:
    provides = found.manifest.provides if found.manifest else ()
    return min((KINDS[each].rank for each in provides), default=len(KINDS) + 1)


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier processes left: instances to skip while they stay at this version and
    revision, and the number of deaths of those that are tried again."""

    skipped: Mapping[str, tuple[str, int]]
    deaths: Mapping[str, int]

    def skips(self, desired: Desired, found: Found | None) -> bool:
        version = found.version if found else ""
        return self.skipped.get(desired.id) == (version, desired.revision)


def judge_past(
    left: Iterable[Observed], alive: Iterable[Observed], found: Mapping[str, Found]
) -> Past:
    """Decide from the rows of dead processes, and of living ones, what is skipped."""
    skipped: dict[str, tuple[str, int]] = {}
    deaths: dict[str, int] = {}
    for row in (*left, *alive):
        if row.state == "skipped":
            skipped[row.instance_id] = (row.version, row.revision)
    for row in left:
        if row.state != "starting":
            continue
        count = row.deaths + 1
        plugin = found.get(row.instance_id)
        if count >= _PATIENCE[plugin is not None and plugin.bundled]:
            skipped[row.instance_id] = (row.version, row.revision)
        else:
            deaths[row.instance_id] = max(count, deaths.get(row.instance_id, 0))
    return Past(skipped, deaths)
