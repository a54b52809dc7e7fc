"""Plugins as admin pages and the command line show them. Nothing secret is in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from seen.host.configuration import Resolved, variable_of
from seen.host.discovery import Found
from seen.host.errors import State
from seen.host.instance import Instance, Status
from seen.host.plan import Plan
from seen.host.store import Observed
from seen.plugin.config import Field, Value

# What deserves attention most comes first, where processes see different things.
_GRAVITY: tuple[State, ...] = (
    "blocked", "broken", "incompatible", "failed", "skipped", "needs_setup", "starting",
    "running", "disabled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field and what it is set to. ``value`` is None for a secret and where nothing is set;
    ``variable`` names what would set it in the environment; ``from_environment`` says it does."""

    field: Field
    value: Value | None
    is_set: bool
    variable: str
    from_environment: bool


@dataclass(frozen=True, slots=True)
class ObjectView:
    """A running object of this process and how calls to it went."""

    id: str
    capability: str
    features: tuple[str, ...]
    calls: int
    faults: int
    last_fault: str
    last_fault_at: datetime | None
    rests_for: float


@dataclass(frozen=True, slots=True)
class ProcessView:
    """What one process sees."""

    process: str
    state: State
    reason: str
    health: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PluginView:
    """A plugin instance. ``state`` and ``reason`` are those of the process that is worst off."""

    id: str
    name: str
    title: str
    description: str
    version: str
    distribution: str
    bundled: bool
    installed: bool
    icon: str
    attribution: str
    homepage: str
    provides: tuple[str, ...]
    enabled: bool
    position: int
    revision: int
    state: State
    reason: str
    health: str
    fields: tuple[FieldView, ...] = ()
    objects: tuple[ObjectView, ...] = ()
    processes: tuple[ProcessView, ...] = ()


def plugin_view(
    plan: Plan, instance: Instance | None, rows: Iterable[Observed] = (), process: str = ""
) -> PluginView:
    """Put together what is known of an instance: ``rows`` is what processes stored of it, among
    them this ``process``, whose ``instance`` knows better."""
    found, desired = plan.found, plan.desired
    if instance is not None:
        rows = [_renewed(row, instance) if row.process == process else row for row in rows]
    rows = tuple(rows)
    return view_of(
        found, desired.id, _worst(plan, instance, rows), name=desired.plugin,
        enabled=desired.enabled, position=desired.position, revision=desired.revision,
        fields=_fields(plan.resolved, found, desired.id), objects=_objects(instance),
        processes=tuple(
            ProcessView(row.process, row.state, row.reason, row.health, row.updated_at)
            for row in rows
        ),
    )  # fmt: skip


def _renewed(row: Observed, instance: Instance) -> Observed:
    status = instance.status
    return replace(row, state=status.state, reason=status.reason, health=status.health)


def view_of(
    found: Found | None, instance_id: str, status: Status, *, name: str, enabled: bool = True,
    position: int = 0, revision: int = 0, fields: tuple[FieldView, ...] = (),
    objects: tuple[ObjectView, ...] = (), processes: tuple[ProcessView, ...] = (),
) -> PluginView:  # fmt: skip
    """A view from its parts."""
    manifest = found.manifest if found else None
    return PluginView(
        id=instance_id, name=name, title=found.title if found else name,
        description=manifest.description if manifest else "",
        version=found.version if found else "",
        distribution=found.distribution if found else "",
        bundled=found.bundled if found else False, installed=found is not None,
        icon=manifest.icon if manifest else "",
        attribution=manifest.attribution if manifest else "",
        homepage=manifest.homepage if manifest else "",
        provides=manifest.provides if manifest else (), enabled=enabled, position=position,
        revision=revision, state=status.state, reason=status.reason, health=status.health,
        fields=fields, objects=objects, processes=processes,
    )  # fmt: skip


def _worst(plan: Plan, instance: Instance | None, rows: tuple[Observed, ...]) -> Status:
    """The gravest status of those that know of the last change."""
    fresh = [row for row in rows if row.revision == plan.desired.revision]
    statuses = [Status(row.state, row.reason, row.health) for row in fresh]
    if instance is not None:
        statuses.append(instance.status)
    if not statuses:
        verdict = plan.verdict()
        statuses.append(Status(*verdict) if verdict else Status("starting"))
    return min(statuses, key=lambda each: _GRAVITY.index(each.state))


def _fields(
    resolved: Resolved | None, found: Found | None, instance_id: str
) -> tuple[FieldView, ...]:
    if resolved is None or found is None or found.manifest is None:
        return ()
    return tuple(
        _field(each, resolved.values, resolved.variables.get(each.name, ""), instance_id)
        for each in found.manifest.fields
    )


def _field(field: Field, values: Mapping[str, Value], variable: str, instance_id: str) -> FieldView:
    value = values.get(field.name, "")
    return FieldView(
        field=field, value=None if field.secret or value == "" else value, is_set=value != "",
        variable=variable or variable_of(instance_id, field.name),
        from_environment=bool(variable),
    )  # fmt: skip


def _objects(instance: Instance | None) -> tuple[ObjectView, ...]:
    life = instance.serving if instance else None
    handles = [member.handle for member in life.members] if life else []
    return tuple(
        ObjectView(
            handle.id,
            handle.capability,
            tuple(sorted(handle.features)),
            handle.account.calls,
            handle.account.faults,
            handle.account.last_fault,
            handle.account.last_fault_at,
            round(handle.rests_for, 1),
        )
        for handle in handles
    )
