"""The hooks. A hook function is synchronous and cheap: it returns objects, and the objects work.

Each is called once per enabled instance with that instance's context.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from seen.plugin.capabilities import (
        DownloadEngine,
        Importer,
        MetadataProvider,
        Recommender,
        Scanner,
        Widget,
    )
    from seen.plugin.context import PluginContext

PROJECT = "seen"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def seen_metadata_providers(ctx: PluginContext) -> Iterable[MetadataProvider]:
    """Register metadata providers.

    Example::

        @hookimpl
        def seen_metadata_providers(ctx):
            return [FilmArchive(ctx)]
    """
    raise AssertionError("a specification is never called")


@hookspec
def seen_download_engines(ctx: PluginContext) -> Iterable[DownloadEngine]:
    """Register download engines.

    Example::

        @hookimpl
        def seen_download_engines(ctx):
            return [FtpEngine(ctx)]
    """
    raise AssertionError("a specification is never called")


@hookspec
def seen_scanners(ctx: PluginContext) -> Iterable[Scanner]:
    """Register scanners; the first that answers wins, in the admin's order.

    Example::

        @hookimpl
        def seen_scanners(ctx):
            return [ComicScanner(ctx)]
    """
    raise AssertionError("a specification is never called")


@hookspec
def seen_recommenders(ctx: PluginContext) -> Iterable[Recommender]:
    """Register recommenders.

    Example::

        @hookimpl
        def seen_recommenders(ctx):
            return [CoinToss(ctx)]
    """
    raise AssertionError("a specification is never called")


@hookspec
def seen_widgets(ctx: PluginContext) -> Iterable[Widget]:
    """Register dashboard widgets.

    Example::

        @hookimpl
        def seen_widgets(ctx):
            return [RandomPick(ctx)]
    """
    raise AssertionError("a specification is never called")


@hookspec
def seen_importers(ctx: PluginContext) -> Iterable[Importer]:
    """Register importers, one for each service whose export they read.

    Example::

        @hookimpl
        def seen_importers(ctx):
            return [FilmDiary()]
    """
    raise AssertionError("a specification is never called")


@hookspec
def seen_template_dirs(ctx: PluginContext) -> Iterable[Path]:
    """Name folders with the plugin's own templates, found as ``<plugin name>/<file>.html``.

    Example::

        @hookimpl
        def seen_template_dirs(ctx):
            return [Path(__file__).parent / "templates"]
    """
    raise AssertionError("a specification is never called")
