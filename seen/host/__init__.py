"""Runs plugins, each behind a guard, and trusts none of them."""

from seen.host.bridge import bridged
from seen.host.configuration import check_environment
from seen.host.errors import (
    PluginFault,
    Resting,
    SwitchedOff,
    TimedOut,
    TrialFailed,
    UnknownPlugin,
)
from seen.host.host import PluginHost
from seen.host.inspection import inspect_plugins
from seen.host.limits import Limits
from seen.host.registry import Handle
from seen.host.views import FieldView, ObjectView, PluginView, ProcessView

__all__ = [
    "FieldView",
    "Handle",
    "Limits",
    "ObjectView",
    "PluginFault",
    "PluginHost",
    "PluginView",
    "ProcessView",
    "Resting",
    "SwitchedOff",
    "TimedOut",
    "TrialFailed",
    "UnknownPlugin",
    "bridged",
    "check_environment",
    "inspect_plugins",
]
