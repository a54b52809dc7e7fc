"""Errors that reach people, as RFC 9457 problem documents with a stable ``code``.

A message says what is wrong and what to do; it never repeats a secret or a stack trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SeenError(Exception):
    """Base of all foreseen errors. ``facts`` are extra members of the problem document."""

    status = 500
    code = "internal"
    title = "Something went wrong on the server"

    def __init__(self, detail: str = "", *, code: str = "", **facts: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        if code:
            self.code = code
        self.facts: Mapping[str, Any] = facts


class Invalid(SeenError):
    """The request cannot be understood or would break a rule."""

    status, code, title = 422, "invalid", "Something in the request is not right"


class Malformed(SeenError):
    """The request is not even well-formed."""

    status, code, title = 400, "malformed", "The request could not be read"


class SignInNeeded(SeenError):
    """Nobody is signed in, or the session has ended."""

    status, code, title = 401, "sign_in_needed", "Sign in first"


class Forbidden(SeenError):
    """Somebody is signed in but may not do this."""

    status, code, title = 403, "forbidden", "You may not do this"


class NotHere(SeenError):
    """There is no such thing, or it belongs to somebody else; both look the same."""

    status, code, title = 404, "not_found", "There is nothing here"


class Conflict(SeenError):
    """The thing is not in a state that allows this."""

    status, code, title = 409, "conflict", "This cannot be done right now"


class TooLarge(SeenError):
    """The body is larger than this route takes."""

    status, code, title = 413, "too_large", "The request is too large"


class TooMany(SeenError):
    """A rate limit was reached; ``retry_after`` is in seconds."""

    status, code, title = 429, "too_many", "Too many tries"

    def __init__(self, detail: str = "", *, retry_after: int) -> None:
        super().__init__(detail or f"Too many tries. Try again in {retry_after} s.")
        self.retry_after = retry_after


class Unavailable(SeenError):
    """Something the server needs does not answer."""

    status, code, title = 503, "unavailable", "The server is not ready for this"


class SettingsError(Exception):
    """A setting cannot work. The message is one sentence that names the variable."""
