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
        widgets.Row(ctx, "upcoming_releases", "Coming up", "upcoming"),
        widgets.RecentlyAdded(ctx),
        widgets.Row(ctx, "watch_later", "Watch later", "watch_later"),
        widgets.Row(ctx, "recommendations", "For you", "recommended"),
        widgets.Row(ctx, "backlog", "From your backlog", "backlog"),
        widgets.Row(ctx, "trending", "Trending", "trending", topic="catalog"),
        widgets.Row(ctx, "recently_watched", "Recently watched", "recently_watched"),
        widgets.Row(ctx, "recently_played", "Recently played", "recently_played"),
    ]
