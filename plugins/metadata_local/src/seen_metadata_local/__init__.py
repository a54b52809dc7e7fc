"""Metadata from what lies beside the media."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen_metadata_local.provider import LocalProvider


@hookimpl
def seen_metadata_providers(ctx: PluginContext) -> Iterable[LocalProvider]:
    """The one provider of this plugin."""
    return [LocalProvider(ctx)]
