"""The widgets a dashboard starts with."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen.plugin.capabilities import Widget
from seen_widgets_home import widgets


@hookimpl
def seen_widgets(ctx: PluginContext) -> Iterable[Widget]:
    """The widgets of this plugin, in the order in which they stand."""
    return [
        widgets.ContinueWatching(ctx),
        widgets.NextUp(ctx),
        widgets.ActiveDownloads(ctx),
        widgets.PlayingNow(ctx),
        widgets.Upcoming(ctx),
        widgets.RecentlyAdded(ctx),
        widgets.WatchLater(ctx),
        widgets.Recommended(ctx),
        widgets.Backlog(ctx),
        widgets.Trending(ctx),
        widgets.RecentlyWatched(ctx),
        widgets.RecentlyPlayed(ctx),
    ]
