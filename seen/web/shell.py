"""What stands around every page: navigation, search, profile, and how a page is put together."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp import web
from jinja2 import Environment

from seen.accounts.model import DEFAULT_SETTINGS
from seen.artwork.model import accent, lettering
from seen.core import clock
from seen.core.cookies import ACT, clear_act_cookie, kept_theme
from seen.core.errors import SeenError
from seen.core.http import VIEWER, Call
from seen.core.viewer import Viewer
from seen.downloads.service import Downloads
from seen.library.service import Library
from seen.tracking.pages import undo_path
from seen.tracking.service import Acts

# The wall behind the sign-in: invented titles, drawn.
_WALL = (
    ("Northline", "Emberfall", "Low Sun", "Salt and Static"),
    ("Orbital Garden", "Kestrel", "Vanta", "Lumen Street"),
    ("Meridian", "Afterglow", "Tidewater", "Hollow Coast"),
    ("Driftwood", "Glasshouse", "Saltmarch", "Night Ferry"),
    ("The Long Quiet", "Farlight", "Paper Lanterns", "Second Shift"),
)


@dataclass(slots=True)
class NavItem:
    """A place to go. ``live`` puts its count in the accent colour."""

    icon: str
    label: str
    href: str
    count: int | None = None
    active: bool = False
    live: bool = False


@dataclass(slots=True)
class NavGroup:
    """Places that belong together."""

    label: str
    items: list[NavItem] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


class Shell:
    """Renders templates, with or without the shell. Implements ``seen.core.pages.Renderer``."""

    def __init__(
        self,
        environment: Environment,
        library: Library,
        downloads: Downloads,
        acts: Acts,
        disk: Callable[[], Path | None],
    ) -> None:
        self._environment = environment
        self._library = library
        self._downloads = downloads
        self._acts = acts
        self._disk = disk

    async def page(
        self, call: Call, template: str, *, status: int = 200, active: str = "", **variables: Any
    ) -> web.Response:
        """A page inside the shell."""
        viewer = call.viewer
        running = await self._downloads.running(viewer.user_id)
        groups = navigation(viewer, await self._library.counts(), running.jobs, active)
        items = {item.href: item for group in groups for item in group.items}
        around = {
            "theme": theme_of(call.request),
            "nav": groups,
            "tabs": [items[href] for href in _TABS if href in items],
            "user": {
                "name": viewer.display_name,
                "email": viewer.email,
                "initial": viewer.display_name[:1].upper() or "?",
                "is_admin": viewer.is_admin,
            },
            "search": {
                "action": "/app/search",
                "suggestions": "/app/search/suggestions",
                "query": call.request.query.get("q", ""),
            },
            "ring": {"count": running.jobs, "percent": running.percent, "href": "/app/downloads"},
            "storage": _storage(self._disk()),
            "notices": await self._notices(call),
            "events": "/app/events",
        }
        response = self._html(template, {**around, **variables}, status)
        if ACT in call.request.cookies:
            clear_act_cookie(response)
        return response

    async def _notices(self, call: Call) -> list[dict[str, str]]:
        """What the viewer has just done, with a way to take it back."""
        try:
            act_id = UUID(call.request.cookies.get(ACT, ""))
        except ValueError:
            return []
        act = await self._acts.one(call.viewer, act_id)
        if act is None:
            return []
        undo = undo_path(act.id) if act.can_be_undone(clock.now()) else ""
        return [{"text": act.sentence, "tone": "ok", "undo": undo}]

    async def bare(
        self, call: Call, template: str, *, status: int = 200, **variables: Any
    ) -> web.Response:
        """A page or a part of one without the shell."""
        around = {"theme": theme_of(call.request), "wall": _wall()}
        return self._html(template, {**around, **variables}, status)

    def is_part(self, call: Call) -> bool:
        """Whether a script asks for a part of a page."""
        return call.request.headers.get("HX-Request") == "true"

    async def failure(self, request: web.Request, error: SeenError) -> web.Response:
        """An error as a page, inside the shell when somebody is signed in."""
        facts = {
            "code": error.status,
            "heading": error.title,
            "text": error.detail,
            "action": {"label": "Go home", "href": "/app/dashboard"},
        }
        call = Call(request)
        if request.get(VIEWER) is not None and error.status < 500:
            return await self.page(call, "web/error.html", status=error.status, error=facts)
        return await self.bare(call, "web/error_bare.html", status=error.status, error=facts)

    def _html(self, template: str, variables: dict[str, Any], status: int) -> web.Response:
        text = self._environment.get_template(template).render(variables)
        return web.Response(
            text=text,
            content_type="text/html",
            status=status,
            headers={"Cache-Control": "no-store"},
        )


def theme_of(request: web.Request) -> str:
    """The viewer's theme; before signing in, the one this browser had last."""
    viewer = request.get(VIEWER)
    if viewer is not None:
        return str(viewer.settings.get("theme", DEFAULT_SETTINGS["theme"]))
    return kept_theme(request)


_TABS = ("/app/dashboard", "/app/discover", "/app/movies", "/app/downloads", "/app/library")


def navigation(viewer: Viewer, counts: dict[str, int], running: int, active: str) -> list[NavGroup]:
    """The places this viewer can go to; ``running`` downloads are under way."""
    groups = [
        NavGroup(
            "",
            [
                NavItem("house", "Home", "/app/dashboard"),
                NavItem("compass", "Discover", "/app/discover"),
            ],
        ),
        NavGroup(
            "Library",
            [
                NavItem("film", "Movies", "/app/movies", counts["movies"] or None),
                NavItem("tv", "Shows", "/app/shows", counts["shows"] or None),
                NavItem("gamepad-2", "Games", "/app/games"),
                NavItem("layers", "Collections", "/app/collections"),
                NavItem("bookmark", "Watch later", "/app/watch-later"),
                NavItem("check", "Seen", "/app/watched"),
                NavItem("heart", "Favourites", "/app/favourites"),
                NavItem("history", "History", "/app/history"),
                NavItem("chart-column", "Statistics", "/app/statistics"),
                NavItem("library", "Library", "/app/library"),
            ],
        ),
        NavGroup(
            "Server",
            [NavItem("download", "Downloads", "/app/downloads", running or None, live=True)],
        ),
    ]
    if viewer.is_admin:
        groups[2].items += [
            NavItem("scan-search", "Review", "/app/library/review", counts["review"] or None),
            NavItem("puzzle", "Plugins", "/app/admin/plugins"),
            NavItem("shield", "Admin", "/app/admin"),
        ]
    groups[2].items.append(NavItem("settings", "Settings", "/app/settings"))
    for group in groups:
        for item in group.items:
            item.active = item.href == active
    return groups


def _storage(folder: Path | None) -> dict[str, Any] | None:
    """How full the disk with the media is."""
    if folder is None:
        return None
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    used, total = usage.total - usage.free, usage.total
    unit, name = (1e12, "TB") if total >= 1e12 else (1e9, "GB")
    return {"text": f"{used / unit:.1f} of {total / unit:.1f} {name} used", "share": used / total}


def _wall() -> list[list[dict[str, str]]]:
    return [
        [
            {
                "poster": f"/app/wall/{title.lower().replace(' ', '-')}.svg",
                "title": title,
                "lettering": lettering(title),
                "art": accent(title),
            }
            for title in column
        ]
        for column in _WALL
    ]


def wall_titles() -> dict[str, str]:
    """The invented titles of the wall by the name in their address."""
    return {title.lower().replace(" ", "-"): title for column in _WALL for title in column}
