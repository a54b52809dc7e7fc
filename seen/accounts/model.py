"""What an account is, and the rules that need no database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from seen.core.errors import Invalid
from seen.core.viewer import Role

SESSION_LIFETIME = timedelta(days=30)
ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=30)
INVITATION_LIFETIME = timedelta(days=7)
PASSWORD_MIN, PASSWORD_MAX = 10, 200
# Guessing passwords is slow from one address and slow for one account.
TRIES_BY_ADDRESS = "20 per minute"
TRIES_BY_ACCOUNT = "10 per 5 minute"

_EMAIL = re.compile(r"[^\s@<>\"',;]{1,64}@[^\s@<>\"',;]{1,180}")

# What a person may choose, with the value that holds until then.
RATING_SCALES = ("stars", "ten", "hundred", "thumbs")
DEFAULT_SETTINGS: dict[str, Any] = {
    "theme": "dark",
    "autoplayNext": True,
    "watchedPercent": 92,
    "startedPercent": 5,
    "resumeMinimumSeconds": 10,
    "subtitleLanguage": "",
    "ratingScale": "stars",
    # Whether what plays is kept, and whether the household may look at the person's numbers.
    "keepHistory": True,
    "shareStatistics": False,
    # Widgets in the person's order, and those that are not shown; others follow in their own.
    "dashboardOrder": [],
    "dashboardHidden": [],
}


@dataclass(frozen=True, slots=True)
class User:
    """An account without its password."""

    id: UUID
    email: str
    display_name: str
    role: Role
    settings: dict[str, Any]
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """A place where somebody is signed in."""

    id: UUID
    kind: str
    user_agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that lets one person sign up. The link's secret is shown once, when it is made."""

    id: UUID
    role: Role
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody with an invitation link reads. ``reason`` says why it does not work."""

    from_name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """What a browser says it is, in short. ``kind`` is monitor, smartphone or tv."""

    name: str
    kind: str


_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("SMART-TV", "a TV"), ("Tizen", "a TV"), ("Web0S", "a TV"), ("iPhone", "iPhone"),
    ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "a Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_of(user_agent: str) -> Device:
    """A browser and its system ("Firefox on Linux"), else the program's own name."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    kind = {"a TV": "tv", "iPhone": "smartphone", "Android": "smartphone"}.get(system, "monitor")
    own = user_agent.partition("/")[0].strip()[:60] or "An unknown device"
    if browser and system:
        return Device(f"{browser} on {system}", kind)
    return Device(browser or own, kind)


def check_email(email: str) -> str:
    """The address without spaces around it. Raises Invalid when it cannot be one."""
    text = email.strip()
    if len(text) > 254 or not _EMAIL.fullmatch(text) or not text.isprintable():
        raise Invalid(
            "The email address does not look right.",
            errors=[{"field": "email", "message": "This is not an email address"}],
        )
    return text


def check_password(password: str, email: str = "") -> str:
    """The password itself. Raises Invalid when it is too short, too long or the email."""
    reason = ""
    if len(password) < PASSWORD_MIN:
        reason = f"Use {PASSWORD_MIN} characters or more"
    elif len(password) > PASSWORD_MAX:
        reason = f"Use {PASSWORD_MAX} characters at most"
    elif email and password.casefold() == email.casefold():
        reason = "Use something else than your email address"
    if reason:
        raise Invalid(f"{reason}.", errors=[{"field": "password", "message": reason}])
    return password


def merge_settings(stored: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The person's settings after a change. Raises Invalid for an unknown name or a bad value."""
    for name, value in changes.items():
        if name not in DEFAULT_SETTINGS:
            raise Invalid(f"There is no setting {name}.")
        if type(value) is not type(DEFAULT_SETTINGS[name]):
            raise Invalid(f"{name} must be like {DEFAULT_SETTINGS[name]!r}.")
    merged = {**stored, **changes}
    if merged.get("theme", DEFAULT_SETTINGS["theme"]) not in ("dark", "light", "system"):
        raise Invalid("The theme must be dark, light or system.")
    if merged.get("ratingScale", "stars") not in RATING_SCALES:
        raise Invalid("The scale must be stars, ten, hundred or thumbs.")
    for name in ("dashboardOrder", "dashboardHidden"):
        listed = merged.get(name, [])
        if len(listed) > 200 or not all(isinstance(it, str) and len(it) <= 200 for it in listed):
            raise Invalid(f"{name} is a list of at most 200 names of widgets.")
    started = merged.get("startedPercent", DEFAULT_SETTINGS["startedPercent"])
    watched = merged.get("watchedPercent", DEFAULT_SETTINGS["watchedPercent"])
    if not 0 <= started < watched <= 100:
        raise Invalid("Started must be below watched, and both from 0 to 100 percent.")
    if not 0 <= merged.get("resumeMinimumSeconds", 10) <= 3600:
        raise Invalid("The minimum length must be from 0 to 3600 seconds.")
    return merged


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token that somebody gave to a program, without its secret. ``expires_at`` None is never."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
