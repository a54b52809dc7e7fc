"""Downloads over HTTP."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen_engine_http.engine import HttpEngine


@hookimpl
def seen_download_engines(ctx: PluginContext) -> Iterable[HttpEngine]:
    """The one engine of this plugin."""
    return [HttpEngine(ctx)]
