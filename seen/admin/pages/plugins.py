"""The plugins by what they do, with their state in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from aiohttp import web

from seen.admin.pages.forms import FormField, form_fields, form_values
from seen.admin.service import PluginAdmin
from seen.artwork.model import accent
from seen.core.errors import Conflict, SeenError
from seen.core.http import Call
from seen.core.pages import (
    NO_FAULTS,
    Faults,
    Pages,
    Renderer,
    faults_of,
    read_fields,
    read_form,
    see_other,
)
from seen.core.wording import capital, counted
from seen.downloads.administration import EngineLoad, InFlight
from seen.host import PluginView

PLUGINS = "/app/admin/plugins"
Tone = Literal["ok", "warn", "bad", "off"]

# What a capability is called on the page, and what its order means ("" where it means nothing).
_GROUPS = {
    "metadata_providers": ("Metadata", "The first that knows a title describes it"),
    "scanners": ("Scanners", "The first that can read a file is asked"),
    "download_engines": ("Download engines", "The first healthy one that can do it takes a job"),
    "recommenders": ("Recommenders", ""),
    "widgets": ("Dashboard", "In this order on the dashboard"),
    "importers": ("Import", "In this order on the page for imports"),
}
_OTHERS = ("others", "Others")
_ICONS = {
    "metadata_providers": "film",
    "scanners": "scan-search",
    "download_engines": "download",
    "recommenders": "sparkles",
    "widgets": "layout-dashboard",
    "importers": "file-up",
}
_TONES: dict[str, Tone] = {
    "running": "ok", "starting": "warn", "needs_setup": "warn", "skipped": "warn",
    "disabled": "off", "blocked": "bad", "broken": "bad", "incompatible": "bad", "failed": "bad",
}  # fmt: skip


_WELL = ("", "healthy")
NO_LOAD = EngineLoad()


class SwitchForm(msgspec.Struct):
    """On or off, and what becomes of downloads under way."""

    enabled: bool
    in_flight: InFlight = "refuse"


@dataclass(frozen=True, slots=True)
class PluginRow:
    """A plugin."""

    id: str
    name: str
    version: str
    description: str
    icon: str
    art: str
    enabled: bool
    status: str
    tone: Tone
    first: bool
    toggle_action: str
    up_action: str | None
    down_action: str | None
    fields: list[FormField]
    setup_action: str | None
    setup_open: bool
    error: str
    question: str


@dataclass(frozen=True, slots=True)
class Group:
    """Plugins that do the same kind of work."""

    id: str
    label: str
    note: str
    ordered: bool
    plugins: list[PluginRow]


@dataclass(frozen=True, slots=True)
class Trial:
    """What somebody typed for a plugin, and what is wrong with it."""

    plugin: str = ""
    given: dict[str, str] = field(default_factory=dict)
    faults: Faults = NO_FAULTS
    question: str = ""


def pages(plugins: PluginAdmin, render: Renderer) -> Pages:
    """``/app/admin/plugins``."""
    found = Pages()

    async def show(call: Call, trial: Trial) -> web.Response:
        return await render.page(
            call,
            "admin/plugins.html",
            status=trial.faults.status if trial.plugin and not trial.question else 200,
            active=PLUGINS,
            groups=_groups(await plugins.plugins(), await plugins.loads(), trial),
        )

    @found.get(PLUGINS, access="admin")
    async def listing(call: Call) -> web.StreamResponse:
        return await show(call, Trial())

    @found.post(PLUGINS + "/{id}/switch", access="admin")
    async def switch(call: Call) -> web.StreamResponse:
        form = await read_form(call, SwitchForm)
        plugin_id = call.request.match_info["id"]
        try:
            await plugins.switch(call.viewer, plugin_id, form.enabled, form.in_flight)
        except Conflict as error:
            return await show(call, Trial(plugin_id, question=error.detail))
        return see_other(PLUGINS)

    @found.post(PLUGINS + "/{id}/{direction:up|down}", access="admin")
    async def move(call: Call) -> web.StreamResponse:
        step = -1 if call.request.match_info["direction"] == "up" else 1
        await _swap(plugins, call, call.request.match_info["id"], step)
        return see_other(PLUGINS)

    @found.post(PLUGINS + "/{id}/setup", access="admin")
    async def set_up(call: Call) -> web.StreamResponse:
        plugin_id = call.request.match_info["id"]
        given = await read_fields(call)
        view = await plugins.plugin(plugin_id)
        try:
            await plugins.configure(call.viewer, plugin_id, form_values(view.fields, given))
        except SeenError as error:
            return await show(call, Trial(plugin_id, given, faults_of(error)))
        return see_other(f"{PLUGINS}#{group_of(view)}")

    return found


async def _swap(plugins: PluginAdmin, call: Call, plugin_id: str, step: int) -> None:
    """Put a plugin where its neighbour of the same kind stands."""
    every = await plugins.plugins()
    moved = await plugins.plugin(plugin_id)
    group = [each.id for each in every if group_of(each) == group_of(moved)]
    at = group.index(plugin_id) + step
    if 0 <= at < len(group):
        place = [each.id for each in every].index(group[at])
        await plugins.move(call.viewer, plugin_id, place)


def group_of(view: PluginView) -> str:
    """The capability under which a plugin is listed."""
    return next((each for each in view.provides if each in _GROUPS), _OTHERS[0])


def _groups(
    views: Sequence[PluginView], loads: Mapping[str, EngineLoad], trial: Trial
) -> list[Group]:
    groups = []
    for id_, (label, note) in [*_GROUPS.items(), (_OTHERS[0], (_OTHERS[1], ""))]:
        members = [each for each in views if group_of(each) == id_]
        if not members:
            continue
        ordered = bool(note) and len(members) > 1
        rows = [
            _row(each, loads, trial, ordered, at == 0, at == len(members) - 1)
            for at, each in enumerate(members)
        ]
        groups.append(Group(id_, label, note if ordered else "", ordered, rows))
    return groups


def _row(
    view: PluginView, loads: Mapping[str, EngineLoad], trial: Trial, ordered: bool, first: bool,
    last: bool,
) -> PluginRow:  # fmt: skip
    base = f"{PLUGINS}/{view.id}"
    load = loads.get(view.id, NO_LOAD)
    tried = trial.plugin == view.id
    faults = trial.faults if tried else NO_FAULTS
    fields = form_fields(view.fields, faults, trial.given if tried else None)
    return PluginRow(
        id=view.id,
        name=view.title,
        version=view.version,
        description=view.description,
        icon=_ICONS.get(group_of(view), "puzzle"),
        art=accent(view.name),
        enabled=view.enabled and not load.leaving,
        status=status_of(view, load),
        tone="warn" if load.leaving else tone_of(view),
        first=ordered and first and view.state == "running",
        toggle_action=f"{base}/switch",
        up_action=f"{base}/up" if ordered and not first else None,
        down_action=f"{base}/down" if ordered and not last else None,
        fields=fields,
        setup_action=f"{base}/setup" if fields else None,
        setup_open=tried and not trial.question,
        error=faults.sentence,
        question=trial.question if tried else "",
    )


def status_of(view: PluginView, load: EngineLoad = NO_LOAD) -> str:
    """A plugin's state as a sentence without its full stop."""
    reason = capital(view.reason.rstrip("."))
    if load.leaving:
        doing = "Moving" if load.leaving == "move" else "Finishing"
        return f"{doing} {counted(load.downloads, 'download')}, then off"
    if view.state == "disabled":
        return "Off"
    if view.state == "running":
        return _running(view, load)
    if view.state == "starting":
        return "Starting"
    words = {
        "needs_setup": "Needs to be set up",
        "skipped": "Left out at this start",
        "incompatible": "Does not fit this version of the server",
        "blocked": "Blocked",
        "broken": "Cannot be loaded",
        "failed": "Does not start",
    }[view.state]
    return reason or words


def _running(view: PluginView, load: EngineLoad) -> str:
    resting = next((each for each in view.objects if each.rests_for > 0), None)
    if resting is not None:
        why = resting.last_fault.rstrip(".") or "It failed too often"
        return f"{capital(why)}. Asked again in {round(resting.rests_for)} s"
    if reason := view.reason.rstrip("."):
        return capital(reason)
    if view.health not in _WELL:
        return "Works, but something is not right"
    if load.downloads:
        return f"Healthy · {load.downloads} active"
    calls = sum(each.calls for each in view.objects)
    faults = sum(each.faults for each in view.objects)
    if faults:
        return f"Healthy · {counted(calls, 'call')}, {faults} failed"
    return f"Healthy · {counted(calls, 'call')}" if calls else "Healthy"


def tone_of(view: PluginView) -> Tone:
    """The colour that repeats what the status says."""
    if view.state == "running" and (
        view.health not in _WELL or any(each.rests_for > 0 for each in view.objects)
    ):
        return "warn"
    return _TONES[view.state]
