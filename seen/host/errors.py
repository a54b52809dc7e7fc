"""What can go wrong with a plugin, told apart, each with a sentence for people."""

from __future__ import annotations

from typing import Literal

from seen.plugin.errors import PluginError

State = Literal[
    "disabled", "starting", "running", "needs_setup", "incompatible", "broken", "failed",
    "blocked", "skipped",
]  # fmt: skip


class PluginFault(PluginError):
    """The plugin did something it must not do. The message names the plugin and the deed.

    A caller that handles PluginError handles this too.
    """


class TimedOut(PluginFault):
    """The plugin did not answer in time."""


class Resting(PluginFault):
    """The plugin failed too often in a row and is left alone for a while."""


class SwitchedOff(PluginFault):
    """The plugin was switched off, changed or stopped since the handle was given out."""


class Overdue(Exception):
    """Work on a plugin's loop did not end within its time (not the plugin's own TimeoutError)."""


class WrongAnswer(Exception):
    """A plugin's method answered with something the contract does not allow."""


class Stray(Exception):
    """A plugin raised something that would end a thread or a process (SystemExit and the like)."""


class ManifestError(Exception):
    """``plugin.toml`` cannot be used. The message is one sentence."""


class StartFailed(Exception):
    """An instance could not be brought up.

    ``again`` says whether the same try may go better later.
    """

    def __init__(self, state: State, reason: str, *, again: bool = False, field: str = "") -> None:
        super().__init__(reason)
        self.state: State = state
        self.reason = reason
        self.again = again
        self.field = field


class TrialFailed(Exception):
    """New values did not survive a trial start; the old ones are kept. ``field`` may be ""."""

    def __init__(self, reason: str, field: str = "", state: State = "failed") -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.state: State = state


class UnknownPlugin(LookupError):
    """There is no plugin instance with this id."""
