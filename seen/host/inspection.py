"""Looks at plugins from the outside: what a running server says of them, else a short trial."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seen.core.cache import ProcessCache
from seen.core.db import Database
from seen.core.settings import Settings
from seen.core.upstream import read_upstream
from seen.host import store
from seen.host.capabilities import KINDS
from seen.host.configuration import resolve
from seen.host.context import Surroundings
from seen.host.discovery import Found, discover
from seen.host.errors import TrialFailed
from seen.host.instance import Status
from seen.host.life import ImportTurn, Life
from seen.host.limits import Limits
from seen.host.plan import Plan, default_positions
from seen.host.store import Desired, Observed
from seen.host.trial import try_values
from seen.host.vault import Vault
from seen.host.views import PluginView, plugin_view, view_of

# Nobody at a terminal waits longer than this for one plugin.
PATIENCE = Limits(start=8.0, stop=1.0, health=5.0)


async def inspect_plugins(
    settings: Settings, environ: Mapping[str, str], *, db: Database | None = None,
    vault: Vault | None = None, limits: Limits = PATIENCE,
) -> tuple[PluginView, ...]:  # fmt: skip
    """Every plugin with its state and reason.

    Where processes that live have told of a plugin in ``db``, theirs is the word; any other
    plugin that should run is started on trial here, all at the same time.
    """
    found = await asyncio.to_thread(discover)
    wanted = await store.instances(db) if db else []
    known = {each.id for each in wanted}
    positions = default_positions(found)
    fresh = [Desired(n, n, True, positions[n], {}, 0) for n in found if n not in known]
    rows = await store.statuses(db) if db else []
    trials = _Trials(settings, environ, db, vault, limits)
    ordered = sorted([*wanted, *fresh], key=lambda each: (each.position, each.id))
    return tuple(
        await asyncio.gather(
            *(
                trials.view(
                    each, found.get(each.plugin), [r for r in rows if r.instance_id == each.id]
                )
                for each in ordered
            )
        )
    )


class _Trials:
    def __init__(
        self, settings: Settings, environ: Mapping[str, str], db: Database | None,
        vault: Vault | None, limits: Limits,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._environ = environ
        self._db = db
        self._vault = vault
        self._limits = limits
        self._turn = ImportTurn(limits)

    async def view(self, desired: Desired, found: Found | None, rows: list[Observed]) -> PluginView:
        resolved = None
        if found is not None and found.manifest is not None:
            resolved = resolve(
                found.manifest, desired.id, desired.config, self._environ, self._vault
            )
        plan = Plan(desired, found, resolved, self._settings.safe_mode)
        if rows or plan.verdict() is not None or found is None or resolved is None:
            return plugin_view(plan, None, rows)
        status = await self._try(found, desired.id, resolved.values)
        return view_of(
            found, desired.id, status, name=found.name, enabled=desired.enabled,
            position=desired.position, revision=desired.revision,
            fields=plugin_view(plan, None).fields,
        )  # fmt: skip

    async def _try(self, found: Found, instance_id: str, values: Mapping[str, Any]) -> Status:
        surroundings = Surroundings(
            asyncio.get_running_loop(), ProcessCache(), self._settings.data_dir,
            tuple(self._settings.egress_allow), read_upstream(self._settings.egress_proxy),
            self._db, self._vault,
        )  # fmt: skip

        def make(values: Mapping[str, Any], folder: Path) -> Life:
            return Life(found, instance_id, values, surroundings, tuple(KINDS), self._limits,
                        self._turn, folder)  # fmt: skip

        try:
            health = await try_values(make, values)
        except TrialFailed as error:
            return Status(error.state, error.reason)
        return Status("running", health.message, health.state)
