"""A small catalog that comes along."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen_metadata_starter.provider import StarterProvider


@hookimpl
def seen_metadata_providers(ctx: PluginContext) -> Iterable[StarterProvider]:
    """The one provider of this plugin."""
    return [StarterProvider()]
