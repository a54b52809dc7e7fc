"""Torrents and magnet links with libtorrent, inside the server's process."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen_engine_libtorrent.engine import LibtorrentEngine


@hookimpl
def seen_download_engines(ctx: PluginContext) -> Iterable[LibtorrentEngine]:
    """The one engine of this plugin."""
    return [LibtorrentEngine(ctx)]
