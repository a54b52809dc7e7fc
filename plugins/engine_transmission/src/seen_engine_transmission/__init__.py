"""Torrents and magnet links with Transmission."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen_engine_transmission.engine import TransmissionEngine


@hookimpl
def seen_download_engines(ctx: PluginContext) -> Iterable[TransmissionEngine]:
    """The one engine of this plugin."""
    return [TransmissionEngine(ctx)]
