"""The way to everything an admin looks after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from aiohttp import web

from seen.accounts.service import Accounts
from seen.admin.pages.folders import ROOTS, folder_status
from seen.admin.pages.jobs import JOBS
from seen.admin.pages.people import PEOPLE
from seen.admin.pages.plugins import PLUGINS, status_of, tone_of
from seen.admin.service import PluginAdmin
from seen.core.http import Call
from seen.core.jobs import JobEngine, JobState, Run
from seen.core.pages import Pages, Renderer
from seen.core.wording import counted, joined
from seen.downloads.pages.settings import SETTINGS as DOWNLOADS
from seen.host import PluginView
from seen.library.model.records import Root
from seen.library.service import Library

Tone = Literal["", "ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Door:
    """A page with its state in a sentence."""

    icon: str
    label: str
    text: str
    href: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs an admin."""

    text: str
    href: str
    label: str


def pages(
    accounts: Accounts,
    library: Library,
    plugins: PluginAdmin,
    jobs: JobEngine,
    render: Renderer,
) -> Pages:
    """``/app/admin``."""
    found = Pages()

    @found.get("/app/admin", access="admin")
    async def overview(call: Call) -> web.StreamResponse:
        roots = await library.roots()
        views = await plugins.plugins()
        users = await accounts.users()
        invitations = [each for each in await accounts.invitations() if each.used_at is None]
        counts = await library.counts()
        people = counted(len(users), "account")
        if invitations:
            people += f", {counted(len(invitations), 'invitation')} open"
        review = counts["review"]
        return await render.page(
            call,
            "admin/admin.html",
            active="/app/admin",
            doors=[
                _folder_door(roots),
                _plugin_door(views),
                Door("users", "People", people, PEOPLE),
                _download_door((await plugins.download_preferences()).roots, roots),
                _job_door(await jobs.states()),
                Door(
                    "scan-search",
                    "Review",
                    f"{counted(review, 'file')} without a sure match" if review else "All sorted",
                    "/app/library/review",
                    "warn" if review else "ok",
                ),
            ],
            trouble=_trouble(roots, views, await library.last_scan()),
        )

    return found


def _folder_door(roots: Sequence[Root]) -> Door:
    if not roots:
        return Door("folder", "Library folders", "None yet", ROOTS, "warn")
    offline = sum(1 for each in roots if each.state != "online")
    text = counted(len(roots), "folder")
    if offline:
        return Door("folder", "Library folders", f"{text}, {offline} offline", ROOTS, "warn")
    return Door("folder", "Library folders", f"{text}, all there", ROOTS, "ok")


def _plugin_door(views: Sequence[PluginView]) -> Door:
    on = sum(1 for each in views if each.enabled)
    unwell = sum(1 for each in views if tone_of(each) in ("warn", "bad"))
    if unwell:
        return Door("puzzle", "Plugins", f"{on} on, {unwell} need a look", PLUGINS, "warn")
    return Door("puzzle", "Plugins", f"{on} on, all healthy", PLUGINS, "ok")


def _download_door(chosen: Mapping[str, UUID], roots: Sequence[Root]) -> Door:
    paths = [each.path for each in roots if each.id in chosen.values()]
    if not paths:
        text = "No folder for finished downloads yet"
        return Door("download", "Downloads", text, DOWNLOADS, "warn")
    return Door("download", "Downloads", f"Finished ones go to {joined(paths)}", DOWNLOADS, "ok")


def _job_door(states: Sequence[JobState]) -> Door:
    failed = [each.title for each in states if each.last and each.last.state == "failed"]
    if failed:
        return Door("activity", "Background work", f"{joined(failed)} failed", JOBS, "warn")
    busy = [each.title for each in states if each.last and each.last.state == "running"]
    text = f"{joined(busy)} under way" if busy else "All done, all on time"
    return Door("activity", "Background work", text, JOBS, "ok")


def _trouble(roots: Sequence[Root], views: Sequence[PluginView], scan: Run | None) -> list[Trouble]:
    """What is broken; a plugin that merely waits for a key is not."""
    found = [
        Trouble(f"{each.path}: {folder_status(each)}", ROOTS, "Look")
        for each in roots
        if each.state != "online"
    ]
    found += [
        Trouble(f"{each.title}: {status_of(each)}.", PLUGINS, "Look")
        for each in views
        if tone_of(each) == "bad"
    ]
    if scan is not None and scan.state == "failed":
        found.append(Trouble(f"The last scan failed: {scan.error}", ROOTS, "Scan again"))
    return found
