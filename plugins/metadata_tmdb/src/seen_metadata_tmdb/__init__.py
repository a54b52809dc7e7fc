"""Movies and shows from TMDB."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen_metadata_tmdb.provider import TmdbProvider


@hookimpl
def seen_metadata_providers(ctx: PluginContext) -> Iterable[TmdbProvider]:
    """The one provider of this plugin."""
    return [TmdbProvider(ctx)]
