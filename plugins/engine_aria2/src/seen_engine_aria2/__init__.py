"""Downloads with aria2."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen_engine_aria2.engine import Aria2Engine


@hookimpl
def seen_download_engines(ctx: PluginContext) -> Iterable[Aria2Engine]:
    """The one engine of this plugin."""
    return [Aria2Engine(ctx)]
