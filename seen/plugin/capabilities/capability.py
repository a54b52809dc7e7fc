"""What every object that a hook returns has in common."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Protocol

from seen.plugin.models import Health


class Capability(Protocol):
    """The life of a plugin's object: started once, asked for its health, stopped once.

    ``id`` MUST be unique among the plugin's objects and stay the same for ever: it is stored.
    ``features`` names the methods that do something; the host never calls one that is not listed.
    """

    @property
    def id(self) -> str: ...
    @property
    def features(self) -> AbstractSet[str]: ...

    async def start(self) -> None:
        """Get ready, within 30 s. MUST raise a PluginError that says what is missing, or nothing.

        MUST NOT fail because a service is unreachable for the moment: that is for ``health``.
        """
        ...

    async def health(self) -> Health:
        """Say how things stand, within 10 s. MUST NOT raise for a foreseen trouble."""
        ...

    async def stop(self) -> None:
        """Let go of everything. MUST be harmless when called twice or without a start."""
        ...
