"""Reads file names and looks into media files."""

from __future__ import annotations

from collections.abc import Iterable

from seen.plugin import PluginContext, hookimpl
from seen_scanner_guessit.scanner import NameScanner


@hookimpl
def seen_scanners(ctx: PluginContext) -> Iterable[NameScanner]:
    """The one scanner of this plugin."""
    return [NameScanner(ctx)]
