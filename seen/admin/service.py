"""What admins do with plugins."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

from seen.core.errors import Conflict, Invalid, NotHere
from seen.core.viewer import Viewer
from seen.downloads.administration import DownloadAdmin, EngineLoad, InFlight
from seen.downloads.model.preferences import Preferences
from seen.host import PluginHost, PluginView, TrialFailed, UnknownPlugin
from seen.plugin.errors import ConfigError

# More text than any key or address has.
_LONGEST_VALUE = 10_000


class PluginAdmin:
    """The use cases of the plugins page. Callers have made sure that the viewer is an admin."""

    def __init__(self, host: PluginHost, downloads: DownloadAdmin) -> None:
        self._host = host
        self._downloads = downloads

    async def plugins(self) -> tuple[PluginView, ...]:
        """All plugins in order."""
        return await self._host.overview()

    async def plugin(self, instance_id: str) -> PluginView:
        """One plugin. Raises NotHere."""
        with _told():
            return await self._host.view(instance_id)

    async def configure(
        self, viewer: Viewer, instance_id: str, values: Mapping[str, Any]
    ) -> PluginView:
        """Try new values and store them.

        Raises NotHere, Invalid (which names the field) or Conflict (the plugin does not start with
        them; the old ones are kept).
        """
        for name, value in values.items():
            if isinstance(value, str) and ("\x00" in value or len(value) > _LONGEST_VALUE):
                raise _invalid("This value cannot be stored", name)
        with _told():
            return await self._host.configure(instance_id, values, by=viewer.email)

    async def download_preferences(self) -> Preferences:
        """Where finished downloads go."""
        return await self._downloads.preferences()

    async def loads(self) -> Mapping[str, EngineLoad]:
        """Which plugins have downloads under way."""
        return await self._downloads.loads()

    async def switch(
        self, viewer: Viewer, instance_id: str, enabled: bool, in_flight: InFlight = "refuse"
    ) -> PluginView:
        """Switch a plugin on or off; on also tries a failed or skipped one again.

        ``in_flight`` says what becomes of downloads under way with it: until they have ended or
        moved it stays on and takes no new ones. Raises Conflict where it is to refuse then.
        """
        with _told():
            if enabled:
                await self._downloads.stay(instance_id)
            elif not await self._downloads.leave(instance_id, in_flight):
                return await self._host.view(instance_id)
            return await self._host.set_enabled(instance_id, enabled, by=viewer.email)

    async def move(self, viewer: Viewer, instance_id: str, index: int) -> PluginView:
        """Put a plugin at a place, counted from 0, in the order of all."""
        with _told():
            await self._host.move(instance_id, index, by=viewer.email)
            return await self._host.view(instance_id)

    async def check_health(self, instance_id: str) -> PluginView:
        """Ask a plugin how it is; one that does not run is tried again first."""
        with _told():
            return await self._host.check_health(instance_id)


@contextmanager
def _told() -> Any:
    """Say the host's refusals in the words of the HTTP border."""
    try:
        yield
    except UnknownPlugin as error:
        raise NotHere("There is no such plugin.") from error
    except ConfigError as error:
        raise _invalid(str(error), error.field) from error
    except TrialFailed as error:
        if error.field:
            raise _invalid(error.reason, error.field) from error
        raise Conflict(
            f"The plugin does not start with these values, so the old ones are kept: "
            f"{error.reason}.", code="trial_failed",
        ) from error  # fmt: skip


def _invalid(message: str, field: str) -> Invalid:
    sentence = message.rstrip(".") + "."
    return Invalid(sentence, errors=[{"field": f"config.{field}", "message": sentence}])
