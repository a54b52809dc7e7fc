"""The cookies of browsers: who is signed in, and how light the page was last time."""

from __future__ import annotations

from aiohttp import web

SESSION = "seen_session"
THEME = "seen_theme"
ACT = "seen_act"
THEMES = ("dark", "light", "system")
_SESSION_SECONDS = 30 * 24 * 3600
_THEME_SECONDS = 365 * 24 * 3600
_ACT_SECONDS = 60


def set_session_cookie(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Give a browser its session."""
    _set(request, response, SESSION, token, _SESSION_SECONDS)


def clear_session_cookie(response: web.StreamResponse) -> None:
    """Take the session back."""
    response.del_cookie(SESSION, path="/")


def set_theme_cookie(request: web.Request, response: web.StreamResponse, theme: str) -> None:
    """Let the pages in front of the door have the theme that was chosen behind it."""
    _set(request, response, THEME, theme, _THEME_SECONDS)


def kept_theme(request: web.Request) -> str:
    """The theme this browser had last; dark where it had none."""
    kept = request.cookies.get(THEME, "")
    return kept if kept in THEMES else "dark"


def set_act_cookie(request: web.Request, response: web.StreamResponse, act: str) -> None:
    """Let the next page say what has just been done."""
    _set(request, response, ACT, act, _ACT_SECONDS)


def clear_act_cookie(response: web.StreamResponse) -> None:
    """It has been said."""
    response.del_cookie(ACT, path="/")


def _set(
    request: web.Request, response: web.StreamResponse, name: str, value: str, seconds: int
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.scheme == "https",
    )
