"""The first run: an admin, folders, metadata, and a look at what is found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from aiohttp import web

from seen.accounts.model import TRIES_BY_ADDRESS, User
from seen.accounts.pages import sign_in
from seen.accounts.service import Accounts
from seen.admin.pages.folders import SUGGESTION, path_errors
from seen.admin.pages.forms import FormField, form_fields, form_values
from seen.admin.service import PluginAdmin
from seen.core.errors import Forbidden, SeenError
from seen.core.http import VIEWER, Call
from seen.core.pages import (
    HOME,
    NO_FAULTS,
    Faults,
    Pages,
    Renderer,
    faults_of,
    read_fields,
    read_form,
    see_other,
)
from seen.core.rates import RateLimits
from seen.core.viewer import Viewer
from seen.core.wording import counted
from seen.host import FieldView, PluginView
from seen.library.model.records import Root
from seen.library.service import Library

SETUP = "/app/setup"
Step = Literal["admin", "folders", "metadata", "done"]
StartDemo = Callable[[], Awaitable[object]]


class AdminForm(msgspec.Struct):
    """The first account."""

    name: str = ""
    email: str = ""
    password: str = ""


class FolderForm(msgspec.Struct):
    """A folder to add."""

    path: str = ""


@dataclass(frozen=True, slots=True)
class FolderLine:
    """A folder that was added."""

    path: str
    note: str
    ok: bool
    remove_action: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A metadata plugin that works better with a key."""

    id: str
    name: str
    help: str
    help_href: str
    fields: list[FormField]
    ready: bool
    status: str


class SetUp:
    """The steps. The first belongs to whoever comes first, the others to that admin."""

    def __init__(
        self,
        accounts: Accounts,
        library: Library,
        plugins: PluginAdmin,
        rates: RateLimits,
        start_demo: StartDemo,
        render: Renderer,
    ) -> None:
        self.accounts = accounts
        self.library = library
        self.plugins = plugins
        self.rates = rates
        self.start_demo = start_demo
        self.render = render

    async def begin(self, call: Call) -> web.StreamResponse:
        """Where the first run goes on."""
        if not await self.accounts.is_claimed():
            return await self.admin_step(call, AdminForm(), NO_FAULTS)
        viewer: Viewer | None = call.request.get(VIEWER)
        if viewer is None:
            return see_other("/app/login")
        return see_other(f"{SETUP}/folders" if viewer.is_admin else HOME)

    async def admin_step(self, call: Call, given: AdminForm, faults: Faults) -> web.Response:
        values = {"name": given.name, "email": given.email}
        return await self._show(
            call, "admin", faults,
            error=faults.sentence,
            admin={"values": values, "errors": faults.fields, "demo": True},
        )  # fmt: skip

    async def claim(self, call: Call, then: Callable[[User], Awaitable[str]]) -> web.StreamResponse:
        """Make the first admin, do what comes ``then`` and go on to where it says."""
        given = await read_form(call, AdminForm)
        try:
            await self.rates.spend(TRIES_BY_ADDRESS, "register", call.request.remote or "")
            user = await self.accounts.create_first_admin(given.email, given.password, given.name)
        except SeenError as error:
            if error.code == "already_claimed":
                return see_other("/app/login")
            return await self.admin_step(call, given, faults_of(error))
        return await sign_in(self.accounts, call, user, await then(user))

    async def demo(self, call: Call) -> web.StreamResponse:
        """Fill the library with the demo; before there is an admin, make one on the way."""

        async def start(_: User) -> str:
            await self.start_demo()
            return HOME

        viewer: Viewer | None = call.request.get(VIEWER)
        if not await self.accounts.is_claimed():
            return await self.claim(call, start)
        if viewer is None or not viewer.is_admin:
            raise Forbidden("Only an admin may start the demo.")
        await self.start_demo()
        return see_other(HOME)

    async def folders_step(self, call: Call, faults: Faults = NO_FAULTS) -> web.Response:
        roots = [_line(each) for each in await self.library.roots()]
        return await self._show(
            call, "folders", faults,
            error="",
            folders={
                "roots": roots,
                "suggestion": SUGGESTION,
                "error": path_errors(faults)["path"],
                "demo": not roots,
            },
        )  # fmt: skip

    async def metadata_step(
        self,
        call: Call,
        faults: Faults = NO_FAULTS,
        tried: str = "",
        given: dict[str, str] | None = None,
    ) -> web.StreamResponse:
        views = [each for each in await self.plugins.plugins() if _asks_for_key(each)]
        if not views:
            return await self.finish()
        providers = [
            _provider(each, faults if each.id == tried else NO_FAULTS, given) for each in views
        ]
        return await self._show(
            call, "metadata", faults, error=faults.sentence, metadata={"providers": providers}
        )

    async def metadata(self, call: Call) -> web.StreamResponse:
        """Try a key and keep it, or go on without one."""
        given = await read_fields(call)
        if "skip" in given:
            return await self.finish()
        plugin_id = given.get("provider", "")
        view = await self.plugins.plugin(plugin_id)
        values = form_values(_credentials(view), given)
        values = {name: value for name, value in values.items() if value}
        try:
            if values:
                await self.plugins.configure(call.viewer, plugin_id, values)
        except SeenError as error:
            return await self.metadata_step(call, faults_of(error), plugin_id, given)
        return await self.finish()

    async def finish(self) -> web.Response:
        """Begin to look through the folders, now that everybody who can name files is there."""
        if await self.library.roots():
            await self.library.rescan()
        return see_other(f"{SETUP}/done")

    async def done_step(self, call: Call) -> web.Response:
        roots = await self.library.roots()
        doing = await self.library.doing()
        sentence = "Add a folder whenever you like; everything in it appears by itself."
        if roots:
            sentence = "Your folders are being read. You can start looking around."
            if doing is None:
                sentence = _found(await self.library.counts())
        return await self._show(
            call, "done", NO_FAULTS, error="", done={"sentence": sentence, "scanning": doing}
        )

    async def _show(self, call: Call, step: Step, faults: Faults, **variables: Any) -> web.Response:
        return await self.render.bare(
            call,
            "accounts/setup.html",
            status=200 if faults is NO_FAULTS else faults.status,
            step=step,
            events="/app/events" if step == "done" else None,
            **variables,
        )


def pages(
    accounts: Accounts,
    library: Library,
    plugins: PluginAdmin,
    rates: RateLimits,
    start_demo: StartDemo,
    render: Renderer,
) -> Pages:
    """``/app/setup``."""
    steps = SetUp(accounts, library, plugins, rates, start_demo, render)
    found = Pages()
    found.get(SETUP, access="anyone")(steps.begin)
    found.post(f"{SETUP}/demo", access="anyone")(steps.demo)
    found.get(f"{SETUP}/folders", access="admin")(steps.folders_step)
    found.get(f"{SETUP}/metadata", access="admin")(steps.metadata_step)
    found.post(f"{SETUP}/metadata", access="admin")(steps.metadata)
    found.get(f"{SETUP}/done", access="admin")(steps.done_step)

    @found.post(f"{SETUP}/admin", access="anyone")
    async def admin(call: Call) -> web.StreamResponse:
        async def go_on(_: User) -> str:
            return f"{SETUP}/folders"

        return await steps.claim(call, go_on)

    @found.post(f"{SETUP}/folders", access="admin")
    async def add(call: Call) -> web.StreamResponse:
        given = await read_form(call, FolderForm)
        try:
            await library.add_root(given.path)
        except SeenError as error:
            return await steps.folders_step(call, faults_of(error))
        return see_other(f"{SETUP}/folders")

    @found.post(f"{SETUP}/folders/continue", access="admin")
    async def go_on(call: Call) -> web.StreamResponse:
        return see_other(f"{SETUP}/metadata")

    @found.post(f"{SETUP}/folders/{{id}}/remove", access="admin")
    async def remove(call: Call) -> web.StreamResponse:
        await library.remove_root(call.path_id("id"))
        return see_other(f"{SETUP}/folders")

    return found


def _line(root: Root) -> FolderLine:
    note = counted(root.file_count, "file") if root.last_scan_at else "Ready to be read"
    ok = root.state == "online"
    return FolderLine(
        root.path, note if ok else root.reason, ok, f"{SETUP}/folders/{root.id}/remove"
    )


def _found(counts: dict[str, int]) -> str:
    parts = f"{counted(counts['movies'], 'movie')} and {counted(counts['shows'], 'show')}"
    if counts["review"]:
        return f"{parts} are ready. {counted(counts['review'], 'file')} wait for your word."
    return f"{parts} are ready."


def _credentials(view: PluginView) -> list[FieldView]:
    """What a plugin cannot work without: its keys, and whatever else is needed."""
    return [each for each in view.fields if each.field.secret or each.field.required]


def _asks_for_key(view: PluginView) -> bool:
    return "metadata_providers" in view.provides and view.enabled and bool(_credentials(view))


def _provider(view: PluginView, faults: Faults, given: dict[str, str] | None) -> Provider:
    needed = _credentials(view)
    ready = view.state == "running" and all(each.is_set for each in needed)
    return Provider(
        id=view.id,
        name=view.title,
        help=view.attribution,
        help_href=view.homepage,
        fields=form_fields(needed, faults, given),
        ready=ready,
        status=f"{view.title} answers." if ready else "",
    )
