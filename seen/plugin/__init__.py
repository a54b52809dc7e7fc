"""All that a plugin may import.

A plugin is a pip-installable package with an entry point in the group ``seen.plugins`` and a
``plugin.toml`` beside its code. Everything here follows semantic versioning under
:data:`API_VERSION`; whatever lies outside ``seen.plugin`` may change without notice.
"""

from seen.plugin.context import PluginContext
from seen.plugin.errors import (
    AuthFailed,
    ConfigError,
    NotFound,
    NotReady,
    PluginError,
    RateLimited,
    Unavailable,
    Unsupported,
)
from seen.plugin.hookspecs import hookimpl
from seen.plugin.models import Health, MediaKind

API_VERSION = "1.0"
ENTRY_POINT_GROUP = "seen.plugins"

__all__ = [
    "API_VERSION",
    "ENTRY_POINT_GROUP",
    "AuthFailed",
    "ConfigError",
    "Health",
    "MediaKind",
    "NotFound",
    "NotReady",
    "PluginContext",
    "PluginError",
    "RateLimited",
    "Unavailable",
    "Unsupported",
    "hookimpl",
]
