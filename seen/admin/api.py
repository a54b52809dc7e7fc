"""``/api/v1/admin/plugins`` and ``/api/v1/admin/jobs``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, cast
from uuid import UUID

import msgspec

from seen.admin.service import PluginAdmin
from seen.core.http import Answer, Api, Body, Call
from seen.core.jobs import JobEngine, JobState
from seen.downloads.administration import EngineLoad, InFlight
from seen.host import FieldView, ObjectView, PluginView
from seen.plugin.config import Choice, Int

Leaving = Literal["", "drain", "move"]
_Value = str | int | bool | None


class FieldAnswer(Answer):
    """A field of a plugin. ``value`` is null for secrets, which are never shown again;
    ``variable`` is the environment variable that sets the field, or would."""

    name: str
    label: str
    help: str
    type: str
    required: bool
    secret: bool
    value: str | int | bool | None
    is_set: bool
    from_environment: bool
    variable: str
    choices: dict[str, str]
    minimum: int | None
    maximum: int | None


class ObjectAnswer(Answer):
    """A running object of a plugin in the process that answers, and how calls to it went."""

    id: str
    capability: str
    features: list[str]
    calls: int
    faults: int
    last_fault: str
    last_fault_at: datetime | None
    rests_for_seconds: float


class ProcessAnswer(Answer):
    """What one process of the server sees of a plugin."""

    process: str
    state: str
    reason: str
    health: str
    updated_at: datetime


class PluginAnswer(Answer):
    """A plugin. ``state`` is one of disabled, starting, running, needs_setup, incompatible,
    broken, failed, blocked, skipped; ``reason`` is a sentence or empty. ``downloads`` counts those
    under way with it; ``leaving`` says what happens to them before it is switched off."""

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
    provides: list[str]
    enabled: bool
    position: int
    state: str
    reason: str
    health: str
    fields: list[FieldAnswer]
    objects: list[ObjectAnswer]
    processes: list[ProcessAnswer]
    downloads: int
    leaving: Leaving


class PluginList(Answer):
    """All plugins in the admin's order."""

    plugins: list[PluginAnswer]


class PluginChange(Body):
    """What to change; only what is named changes.

    In ``config`` a field that is not named keeps its value, and so does a secret given as "";
    null takes a value away. ``position`` counts from 0 in the order of all plugins. ``inFlight``
    goes with ``enabled`` false for an engine that has downloads under way: "drain" lets them end
    there first, "move" hands them to another engine with the bytes they have, "refuse" changes
    nothing.
    """

    enabled: bool | msgspec.UnsetType = msgspec.UNSET
    in_flight: InFlight = "refuse"
    config: dict[str, _Value] | msgspec.UnsetType = msgspec.UNSET
    position: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | msgspec.UnsetType = msgspec.UNSET


class JobAnswer(Answer):
    """A background job. ``said`` is what its last run came to, or is doing."""

    name: str
    title: str
    state: Literal["never", "queued", "running", "done", "failed"]
    said: str
    done: int
    total: int
    finished_at: datetime | None
    next_at: datetime | None


class JobList(Answer):
    """All jobs."""

    jobs: list[JobAnswer]


class JobRun(Answer):
    """The run that was queued."""

    run_id: UUID


def _field(view: FieldView) -> FieldAnswer:
    field = view.field
    return FieldAnswer(
        name=field.name, label=field.label, help=field.help, type=type(field).__name__.lower(),
        required=field.required, secret=field.secret, value=view.value, is_set=view.is_set,
        from_environment=view.from_environment, variable=view.variable,
        choices=dict(field.choices) if isinstance(field, Choice) else {},
        minimum=field.minimum if isinstance(field, Int) else None,
        maximum=field.maximum if isinstance(field, Int) else None,
    )  # fmt: skip


def _object(view: ObjectView) -> ObjectAnswer:
    return ObjectAnswer(
        view.id, view.capability, list(view.features), view.calls, view.faults, view.last_fault,
        view.last_fault_at, view.rests_for,
    )  # fmt: skip


def plugin_answer(view: PluginView, loads: Mapping[str, EngineLoad]) -> PluginAnswer:
    """A plugin as JSON shows it."""
    load = loads.get(view.id, EngineLoad())
    return PluginAnswer(
        id=view.id, name=view.name, title=view.title, description=view.description,
        version=view.version, distribution=view.distribution, bundled=view.bundled,
        installed=view.installed, icon=view.icon, attribution=view.attribution,
        homepage=view.homepage, provides=list(view.provides), enabled=view.enabled,
        position=view.position, state=view.state, reason=view.reason, health=view.health,
        fields=[_field(each) for each in view.fields],
        objects=[_object(each) for each in view.objects],
        processes=[
            ProcessAnswer(each.process, each.state, each.reason, each.health, each.updated_at)
            for each in view.processes
        ],
        downloads=load.downloads, leaving=cast(Leaving, load.leaving),
    )  # fmt: skip


def routes(admin: PluginAdmin, jobs: JobEngine) -> Api:
    """The room's routes."""
    api = Api("admin")

    @api.get("/admin/plugins", access="admin")
    async def plugins(call: Call) -> PluginList:
        """All plugins with their state, and for each that does not run a reason."""
        loads = await admin.loads()
        return PluginList([plugin_answer(view, loads) for view in await admin.plugins()])

    @api.patch(
        "/admin/plugins/{plugin_id}", access="admin",
        also={409: "It does not start with these values, or has downloads under way"},
    )  # fmt: skip
    async def change(call: Call, plugin_id: str, body: PluginChange) -> PluginAnswer:
        """Configure, switch or move a plugin. New values are tried before they are stored."""
        view = await admin.plugin(plugin_id)
        if body.config is not msgspec.UNSET:
            view = await admin.configure(call.viewer, plugin_id, body.config)
        if body.enabled is not msgspec.UNSET:
            view = await admin.switch(call.viewer, plugin_id, body.enabled, body.in_flight)
        if body.position is not msgspec.UNSET:
            view = await admin.move(call.viewer, plugin_id, body.position)
        return plugin_answer(view, await admin.loads())

    @api.post("/admin/plugins/{plugin_id}/health", access="admin")
    async def health(call: Call, plugin_id: str) -> PluginAnswer:
        """Ask a plugin how it is now. One that does not run is tried again first."""
        return plugin_answer(await admin.check_health(plugin_id), await admin.loads())

    @api.get("/admin/jobs", access="admin")
    async def states(call: Call) -> JobList:
        """Every background job with its last run and the time of its next."""
        return JobList([_job_answer(each) for each in await jobs.states()])

    @api.post("/admin/jobs/{name}/run", access="admin", status=202)
    async def run(call: Call, name: Annotated[str, msgspec.Meta(max_length=80)]) -> JobRun:
        """Run a job now, for everything it looks after; one that waits already is not doubled."""
        return JobRun(await jobs.run_now(name))

    return api


def _job_answer(state: JobState) -> JobAnswer:
    last = state.last
    return JobAnswer(
        state.name,
        state.title,
        last.state if last else "never",
        (last.error or last.result or last.message) if last else "",
        last.done if last else 0,
        last.total if last else 0,
        last.finished_at if last else None,
        state.next_at,
    )
