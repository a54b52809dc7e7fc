"""The doors: signing in and out, joining by invitation, one's own settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from aiohttp import web

from seen.accounts.model import (
    DEFAULT_SETTINGS,
    TRIES_BY_ACCOUNT,
    TRIES_BY_ADDRESS,
    Session,
    User,
    device_of,
)
from seen.accounts.service import Accounts, Origin
from seen.accounts.token_pages import add_token_pages, token_facts
from seen.core import clock
from seen.core.cookies import clear_session_cookie, set_session_cookie, set_theme_cookie
from seen.core.errors import NotHere, SeenError
from seen.core.http import VIEWER, Call
from seen.core.pages import (
    HOME,
    NO_FAULTS,
    Faults,
    Pages,
    Renderer,
    faults_of,
    local_path,
    read_form,
    see_other,
)
from seen.core.rates import RateLimits
from seen.core.viewer import Viewer
from seen.core.wording import capital, since

SETTINGS = "/app/settings"
_SECTIONS = {
    "appearance": "Appearance",
    "playback": "Playback",
    "account": "Account",
    "sessions": "Sessions",
    "tokens": "API tokens",
}
# Sections whose pages are another room's.
_ELSEWHERE = {"privacy": "Privacy", "import": "Import & export"}
_SCALES = [
    ("stars", "Stars, with halves"),
    ("ten", "1 to 10"),
    ("hundred", "0 to 100"),
    ("thumbs", "Thumbs up or down"),
]
_LANGUAGES = {
    "": "As the file says", "en": "English", "de": "German", "fr": "French", "es": "Spanish",
    "it": "Italian", "pt": "Portuguese", "nl": "Dutch", "pl": "Polish", "sv": "Swedish",
    "da": "Danish", "no": "Norwegian", "fi": "Finnish", "cs": "Czech", "tr": "Turkish",
    "ru": "Russian", "uk": "Ukrainian", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi",
    "ja": "Japanese", "ko": "Korean", "zh": "Chinese",
}  # fmt: skip


class LoginForm(msgspec.Struct):
    """What a person signs in with, and where they wanted to go."""

    email: str
    password: str
    next: str = ""


class JoinForm(msgspec.Struct):
    """An account to make."""

    email: str
    password: str
    name: str = ""


class ScaleForm(msgspec.Struct):
    """The scale a person sees ratings on."""

    scale: Literal["stars", "ten", "hundred", "thumbs"]


class ThemeForm(msgspec.Struct):
    """A theme."""

    theme: Literal["dark", "light", "system"]


class PlaybackForm(msgspec.Struct):
    """How things play. An unchecked box is not in the form."""

    watched_percent: int
    subtitle_language: str = ""
    autoplay_next: bool = False


class NameForm(msgspec.Struct):
    """What others see."""

    name: str


class PasswordForm(msgspec.Struct):
    """The password as it is and as it is to be."""

    current: str
    password: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place where somebody is signed in."""

    id: UUID
    device: str
    icon: str
    where: str
    when: str
    current: bool
    revoke_action: str


def origin_of(call: Call) -> Origin:
    """Where a browser signs in from."""
    return Origin(call.request.headers.get("User-Agent", ""), call.request.remote or "")


async def sign_in(accounts: Accounts, call: Call, user: User, target: str) -> web.Response:
    """Go on to a page with a new session."""
    token = await accounts.open_browser_session(user, origin_of(call))
    response = see_other(target)
    set_session_cookie(call.request, response, token)
    theme = str(user.settings.get("theme", DEFAULT_SETTINGS["theme"]))
    set_theme_cookie(call.request, response, theme)
    return response


def pages(accounts: Accounts, rates: RateLimits, render: Renderer) -> Pages:
    """The room's pages."""
    found = Pages()
    _add_door(found, accounts, rates, render)
    _add_invitation(found, accounts, rates, render)
    _add_settings(found, accounts, rates, render)

    async def show_tokens(call: Call, faults: Faults, secret: str) -> web.Response:
        return await _settings_page(accounts, render, call, "tokens", faults, secret)

    add_token_pages(found, accounts.tokens, show_tokens)
    return found


def _add_door(pages: Pages, accounts: Accounts, rates: RateLimits, render: Renderer) -> None:
    async def form(call: Call, email: str, target: str, faults: Faults) -> web.Response:
        return await render.bare(
            call,
            "accounts/login.html",
            status=faults.status if faults is not NO_FAULTS else 200,
            greeting=_greeting(clock.now().astimezone()),
            email=email,
            error=faults.sentence,
            next=target,
            help="Lost access? An admin of this server can set a new password.",
            demo_note="",
        )

    @pages.get("/app/login", access="anyone")
    async def login(call: Call) -> web.StreamResponse:
        target = call.request.query.get("next", "")
        if call.request.get(VIEWER) is not None:
            return see_other(local_path(target))
        return await form(call, "", local_path(target, ""), NO_FAULTS)

    @pages.post("/app/login", access="anyone")
    async def enter(call: Call) -> web.StreamResponse:
        given = await read_form(call, LoginForm)
        try:
            await rates.spend(TRIES_BY_ADDRESS, "login", call.request.remote or "")
            await rates.spend(TRIES_BY_ACCOUNT, "account", given.email.strip().casefold()[:254])
            user = await accounts.check(given.email, given.password)
        except SeenError as error:
            return await form(call, given.email, local_path(given.next, ""), faults_of(error))
        return await sign_in(accounts, call, user, local_path(given.next))

    @pages.post("/app/logout", access="anyone")
    async def leave(call: Call) -> web.StreamResponse:
        viewer: Viewer | None = call.request.get(VIEWER)
        if viewer is not None:
            await accounts.end_session(viewer, viewer.session_id)
        response = see_other("/app/login")
        clear_session_cookie(response)
        return response


def _add_invitation(pages: Pages, accounts: Accounts, rates: RateLimits, render: Renderer) -> None:
    async def form(call: Call, given: JoinForm, faults: Faults) -> web.Response:
        token = call.request.match_info["token"]
        offer = await accounts.offer(token)
        return await render.bare(
            call,
            "accounts/register.html",
            status=faults.status if faults is not NO_FAULTS else 200,
            invitation={
                "token": token,
                "from_name": offer.from_name,
                "valid": not offer.reason,
                "reason": offer.reason,
            },
            values=given,
            errors=faults.fields,
            error=faults.sentence,
        )

    @pages.get("/app/register/{token}", access="anyone")
    async def invited(call: Call) -> web.StreamResponse:
        return await form(call, JoinForm("", ""), NO_FAULTS)

    @pages.post("/app/register/{token}", access="anyone")
    async def join(call: Call) -> web.StreamResponse:
        given = await read_form(call, JoinForm)
        try:
            await rates.spend(TRIES_BY_ADDRESS, "register", call.request.remote or "")
            user = await accounts.register(
                given.email, given.password, given.name, call.request.match_info["token"]
            )
        except SeenError as error:
            return await form(call, given, faults_of(error))
        return await sign_in(accounts, call, user, HOME)


def _add_settings(pages: Pages, accounts: Accounts, rates: RateLimits, render: Renderer) -> None:
    async def show(call: Call, section: str, faults: Faults = NO_FAULTS) -> web.Response:
        return await _settings_page(accounts, render, call, section, faults)

    async def save(
        call: Call, section: str, change: Callable[[], Awaitable[object]]
    ) -> web.Response:
        try:
            await change()
        except SeenError as error:
            return await show(call, section, faults_of(error))
        return see_other(f"{SETTINGS}/{section}?saved=1")

    @pages.get(SETTINGS)
    async def settings(call: Call) -> web.StreamResponse:
        return await show(call, "appearance")

    @pages.get(SETTINGS + "/{section}")
    async def section(call: Call) -> web.StreamResponse:
        name = call.request.match_info["section"]
        if name not in _SECTIONS:
            raise NotHere
        return await show(call, name)

    @pages.post(SETTINGS + "/theme")
    async def theme(call: Call) -> web.StreamResponse:
        chosen = (await read_form(call, ThemeForm)).theme
        await accounts.change_settings(call.viewer, {"theme": chosen})
        response = see_other(SETTINGS)
        set_theme_cookie(call.request, response, chosen)
        return response

    @pages.post(SETTINGS + "/scale")
    async def scale(call: Call) -> web.StreamResponse:
        chosen = (await read_form(call, ScaleForm)).scale
        return await save(
            call,
            "appearance",
            lambda: accounts.change_settings(call.viewer, {"ratingScale": chosen}),
        )

    @pages.post(SETTINGS + "/playback")
    async def playback(call: Call) -> web.StreamResponse:
        given = await read_form(call, PlaybackForm)
        changes = {
            "autoplayNext": given.autoplay_next,
            "watchedPercent": given.watched_percent,
            "subtitleLanguage": given.subtitle_language
            if given.subtitle_language in _LANGUAGES
            else "",
        }
        return await save(call, "playback", lambda: accounts.change_settings(call.viewer, changes))

    @pages.post(SETTINGS + "/account")
    async def account(call: Call) -> web.StreamResponse:
        given = await read_form(call, NameForm)
        return await save(call, "account", lambda: accounts.change_name(call.viewer, given.name))

    @pages.post(SETTINGS + "/password")
    async def password(call: Call) -> web.StreamResponse:
        given = await read_form(call, PasswordForm)

        async def change() -> None:
            await rates.spend(TRIES_BY_ACCOUNT, "account", call.viewer.email.casefold())
            await accounts.change_password(call.viewer, given.current, given.password)

        return await save(call, "account", change)

    @pages.post(SETTINGS + "/sessions/others")
    async def end_others(call: Call) -> web.StreamResponse:
        await accounts.end_other_sessions(call.viewer)
        return see_other(f"{SETTINGS}/sessions")

    @pages.post(SETTINGS + "/sessions/{id}/end")
    async def end_one(call: Call) -> web.StreamResponse:
        await accounts.end_session(call.viewer, call.path_id("id"))
        return see_other(f"{SETTINGS}/sessions")


async def _settings_page(
    accounts: Accounts,
    render: Renderer,
    call: Call,
    section: str,
    faults: Faults,
    secret: str = "",
) -> web.Response:
    viewer = call.viewer
    chosen = {**DEFAULT_SETTINGS, **viewer.settings}
    message: dict[str, str] | None = None
    if faults.sentence:
        message = {"text": faults.sentence, "tone": "bad"}
    elif "saved" in call.request.query:
        message = {"text": "Saved.", "tone": "ok"}
    places = await accounts.sessions(viewer) if section == "sessions" else []
    keys = await accounts.tokens.listed(viewer) if section == "tokens" else []
    return await render.page(
        call,
        "accounts/settings.html",
        status=faults.status if faults is not NO_FAULTS else 200,
        active=SETTINGS,
        section=section,
        sections=settings_sections(section),
        message=message,
        appearance={"theme": chosen["theme"], "scale": chosen["ratingScale"], "scales": _SCALES},
        playback=_playback(chosen),
        account={"name": viewer.display_name, "email": viewer.email, "errors": faults.fields},
        sessions=[_place(each, viewer) for each in places],
        **token_facts(viewer, keys, secret),
    )


def settings_sections(section: str) -> list[dict[str, Any]]:
    """The navigation of the settings, with one section marked."""
    return [
        {"label": label, "href": f"{SETTINGS}/{name}", "active": name == section}
        for name, label in {**_SECTIONS, **_ELSEWHERE}.items()
    ]


def _playback(chosen: dict[str, Any]) -> dict[str, Any]:
    return {
        "autoplay_next": chosen["autoplayNext"],
        "watched_percent": chosen["watchedPercent"],
        "subtitle_language": chosen["subtitleLanguage"],
        "languages": [{"value": code, "label": name} for code, name in _LANGUAGES.items()],
    }


def _place(session: Session, viewer: Viewer) -> Place:
    device = device_of(session.user_agent)
    current = session.id == viewer.session_id
    when = capital(since(session.last_seen_at, clock.now()))
    return Place(
        id=session.id,
        device=device.name if session.kind == "browser" else f"{device.name}, over the API",
        icon=device.kind,
        where=session.address or "An unknown address",
        when="Active now" if current or when == "Just now" else when,
        current=current,
        revoke_action=f"{SETTINGS}/sessions/{session.id}/end",
    )


def _greeting(now: datetime) -> str:
    if 5 <= now.hour < 12:
        return "Good morning."
    return "Good afternoon." if 12 <= now.hour < 18 else "Good evening."
