"""Shows from TVmaze."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen_metadata_tvmaze.provider import TvmazeProvider


@hookimpl
def seen_metadata_providers(ctx: PluginContext) -> Iterable[TvmazeProvider]:
    """The one provider of this plugin."""
    return [TvmazeProvider(ctx)]
