"""Games from IGDB."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen_metadata_igdb.provider import IgdbProvider


@hookimpl
def seen_metadata_providers(ctx: PluginContext) -> Iterable[IgdbProvider]:
    """The one provider of this plugin."""
    return [IgdbProvider(ctx)]
