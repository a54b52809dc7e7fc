"""The errors a plugin raises on purpose.

The host tells them apart from accidents: a message given here is shown to people as it is, so it
says what is wrong and what to do. Any other exception is shown as the plugin's fault, by name.
"""

from __future__ import annotations


class PluginError(Exception):
    """Something the plugin foresaw went wrong."""


class ConfigError(PluginError):
    """A configured value cannot work. ``field`` names it, so the form can point at it."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class NotReady(PluginError):
    """The plugin cannot work yet (no key, service starting). Asking again later may help."""


class AuthFailed(PluginError):
    """The service refused the credentials. Asking again with the same ones will not help."""


class RateLimited(PluginError):
    """The service asks for a pause. ``retry_after`` is in seconds, or None where it did not say."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(PluginError):
    """The service did not answer, or not with anything of use. Asking later may help.

    It says nothing about what was asked for: never take it for :class:`NotFound`.
    """


class NotFound(PluginError):
    """The thing asked for does not exist at the service (any more)."""


class Unsupported(PluginError):
    """The plugin cannot do this at all. It should not list the feature either."""
