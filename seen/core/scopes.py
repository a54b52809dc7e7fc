"""What a token for a program may be used for, decided for every route by one rule."""

from __future__ import annotations

from typing import Literal, get_args

Scope = Literal["read", "track", "download", "scrobble", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
NO_TOKEN = ""
"""What no token may do: one's password, sessions and tokens, and pages, are for people."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_WRITING: dict[str, Scope] = {
    "tracking": "track",
    "imports": "track",
    "downloads": "download",
    "scrobble": "scrobble",
}
# Of one's own account a program may know whose it is, and how things are shown.
_OWN = frozenset({"/auth/me", "/settings"})


def scope_of(method: str, path: str, tag: str, for_admins: bool) -> str:
    """The scope that a token needs for a route. ``path`` is below the API's base.

    A room that nobody thought of here may be read and no more.
    """
    if for_admins:
        return "admin"
    if method in _READING:
        return "read" if tag != "accounts" or path in _OWN else NO_TOKEN
    return _WRITING.get(tag, NO_TOKEN)
