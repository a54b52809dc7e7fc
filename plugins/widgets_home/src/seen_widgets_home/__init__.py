"""The widgets a dashboard starts with."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen.plugin.capabilities import Widget
from seen_widgets_home.widgets import (
    ActiveDownloads,
    ContinueWatching,
    NextUp,
    RecentlyAdded,
)


@hookimpl
def seen_widgets(ctx: PluginContext) -> Iterable[Widget]:
    """The widgets of this plugin, in the order in which they stand."""
    return [ContinueWatching(ctx), NextUp(ctx), ActiveDownloads(ctx), RecentlyAdded(ctx)]
